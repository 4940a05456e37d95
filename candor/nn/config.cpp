#include "candor/nn/config.h"

#include <cstdio>
#include <utility>
#include <variant>

#include "candor/base/error.h"
#include "candor/nn/config_reader.h"

namespace candor {

struct Config::Value {
  std::variant<bool, std::int64_t, double, std::string, List, Map> is;
  bool operator==(const Value&) const = default;
};

namespace {

template <class T, class Pointer>
const T* if_is(const Pointer& value) {
  return value ? std::get_if<T>(&value->is) : nullptr;
}
template <class T, class Pointer>
bool holds(const Pointer& value) {
  return if_is<T>(value) != nullptr;
}

const char* kind_of(const Config& c) {
  if (c.is_null()) return "null";
  if (c.is_bool()) return "a truth value";
  if (c.is_number()) return "a number";
  if (c.is_text()) return "a text";
  return c.is_list() ? "a list" : "a map";
}

// The value last found by its key on this thread, for messages.
struct Found {
  const Config* value = nullptr;
  std::string key;
};
thread_local Found last_found;

[[noreturn]] void wrong(const Config& c, const char* expected) {
  const std::string value = to_string(c);
  fail(ErrorKind::corrupt, "configuration: " + (last_found.value == &c ? "'" + last_found.key + "': " : std::string()) + "expected " + expected + ", found " + kind_of(c) +
                               (c.is_null() ? "" : ", " + (value.size() > 60 ? value.substr(0, 60) + "..." : value)));
}

}  // namespace

Config::Config() = default;
Config::Config(const Config& other) : value_(other.value_ ? new Value(*other.value_) : nullptr) {}
Config::Config(Config&& other) noexcept : value_(std::exchange(other.value_, nullptr)) {}
Config& Config::operator=(const Config& other) {
  if (this != &other) *this = Config(other);
  return *this;
}
Config& Config::operator=(Config&& other) noexcept {
  Config taken(std::move(other));
  std::swap(value_, taken.value_);
  return *this;
}
Config::~Config() { delete value_; }
Config::Config(Value&& value) : value_(new Value(std::move(value))) {}
Config::Config(bool value) : Config(Value{value}) {}
Config::Config(int value) : Config(std::int64_t{value}) {}
Config::Config(std::int64_t value) : Config(Value{value}) {}
Config::Config(double value) : Config(Value{value}) {}
Config::Config(const char* value) : Config(std::string(value)) {}
Config::Config(std::string value) : Config(Value{std::move(value)}) {}
Config::Config(std::string_view value) : Config(std::string(value)) {}
Config::Config(List value) : Config(Value{std::move(value)}) {}
Config::Config(Map value) : Config(Value{std::move(value)}) {}
Config::Config(std::initializer_list<std::pair<std::string, Config>> items) : Config(Map(items.begin(), items.end())) {}
bool Config::is_null() const { return !value_; }
bool Config::is_bool() const { return holds<bool>(value_); }
bool Config::is_integer() const { return holds<std::int64_t>(value_); }
bool Config::is_text() const { return holds<std::string>(value_); }
bool Config::is_list() const { return holds<List>(value_); }
bool Config::is_map() const { return holds<Map>(value_); }
bool Config::is_number() const { return is_integer() || holds<double>(value_); }
bool Config::operator==(const Config& other) const { return value_ && other.value_ ? *value_ == *other.value_ : !value_ == !other.value_; }
Config Config::map() { return Config(Map{}); }
Config Config::list() { return Config(List{}); }
std::int64_t Config::get(std::string_view key, int fallback) const { return get(key, std::int64_t{fallback}); }
std::string Config::get(std::string_view key, const std::string& fallback) const { return get(key, fallback.c_str()); }

Config Config::integers(const std::vector<std::int64_t>& values) { return Config(List(values.begin(), values.end())); }
Config Config::numbers(const std::vector<double>& values) { return Config(List(values.begin(), values.end())); }

bool Config::boolean() const {
  if (const auto* v = if_is<bool>(value_)) return *v;
  wrong(*this, "a truth value");
}

std::int64_t Config::integer() const {
  if (const auto* v = if_is<std::int64_t>(value_)) return *v;
  if (const auto* v = if_is<double>(value_)) {
    if (*v > -9e15 && *v < 9e15 && *v == static_cast<double>(static_cast<std::int64_t>(*v))) return static_cast<std::int64_t>(*v);
  }
  wrong(*this, "a whole number");
}

double Config::number() const {
  if (const auto* v = if_is<double>(value_)) return *v;
  if (const auto* v = if_is<std::int64_t>(value_)) return static_cast<double>(*v);
  wrong(*this, "a number");
}

const std::string& Config::text() const {
  if (const auto* v = if_is<std::string>(value_)) return *v;
  wrong(*this, "a text");
}

const Config::List& Config::items() const {
  if (const auto* v = if_is<List>(value_)) return *v;
  wrong(*this, "a list");
}

const Config::Map& Config::entries() const {
  if (const auto* v = if_is<Map>(value_)) return *v;
  wrong(*this, "a map");
}

std::vector<std::int64_t> Config::to_integers() const {
  std::vector<std::int64_t> out;
  for (const Config& item : items()) out.push_back(item.integer());
  return out;
}

std::vector<double> Config::to_numbers() const {
  std::vector<double> out;
  for (const Config& item : items()) out.push_back(item.number());
  return out;
}

const Config* Config::find(std::string_view key) const {
  detail::ConfigReader::looked_up(*this, key);
  if (const auto* map = if_is<Map>(value_)) {
    for (const auto& [name, value] : *map) {
      if (name != key) continue;
      last_found.value = &value;
      last_found.key = key;
      return &value;
    }
  }
  return nullptr;
}

const Config& Config::at(std::string_view key) const {
  entries();
  if (const Config* value = find(key)) return *value;
  fail(ErrorKind::corrupt, "configuration: '" + std::string(key) + "' is missing in " + to_string(*this).substr(0, 120));
}

Config& Config::set(std::string_view key, Config value) {
  if (is_null()) *this = map();
  if (!is_map()) wrong(*this, "a map");
  for (auto& [name, old] : std::get<Map>(value_->is)) {
    if (name == key) {
      old = std::move(value);
      return *this;
    }
  }
  std::get<Map>(value_->is).emplace_back(std::string(key), std::move(value));
  return *this;
}

bool Config::get(std::string_view key, bool fallback) const {
  const Config* value = find(key);
  return value && !value->is_null() ? value->boolean() : fallback;
}
std::int64_t Config::get(std::string_view key, std::int64_t fallback) const {
  const Config* value = find(key);
  return value && !value->is_null() ? value->integer() : fallback;
}
double Config::get(std::string_view key, double fallback) const {
  const Config* value = find(key);
  return value && !value->is_null() ? value->number() : fallback;
}
std::string Config::get(std::string_view key, const char* fallback) const {
  const Config* value = find(key);
  return value && !value->is_null() ? value->text() : std::string(fallback);
}

std::string to_string(const Config& config) {
  if (config.is_null()) return "null";
  if (config.is_bool()) return config.boolean() ? "true" : "false";
  if (config.is_integer()) return std::to_string(config.integer());
  if (config.is_number()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", config.number());
    return text;
  }
  if (config.is_text()) return '"' + config.text() + '"';
  std::string out = config.is_list() ? "[" : "{";
  if (config.is_list()) {
    for (const Config& item : config.items()) out += (out.size() > 1 ? ", " : "") + to_string(item);
    return out + "]";
  }
  for (const auto& [name, value] : config.entries()) out += (out.size() > 1 ? ", \"" : "\"") + name + "\": " + to_string(value);
  return out + "}";
}

}  // namespace candor
