#include "candor/ops/attrs.h"

#include <algorithm>
#include <cstdio>
#include <functional>

#include "candor/base/error.h"

namespace candor {

Attrs::Attrs(std::initializer_list<std::pair<std::string_view, AttrValue>> values) {
  for (const auto& [name, value] : values) set(name, value);
}

Attrs& Attrs::set(std::string_view name, AttrValue value) {
  const auto at = std::lower_bound(items_.begin(), items_.end(), name, [](const auto& item, std::string_view n) { return item.first < n; });
  if (at != items_.end() && at->first == name) at->second = std::move(value);
  else items_.emplace(at, std::string(name), std::move(value));
  return *this;
}

const AttrValue* Attrs::find(std::string_view name) const {
  for (const auto& item : items_)
    if (item.first == name) return &item.second;
  return nullptr;
}

void Attrs::missing(std::string_view name) const {
  fail(ErrorKind::internal, "attribute \"" + std::string(name) + "\" is missing or of another type in " + to_string(*this));
}

namespace {
void mix(std::size_t& seed, std::size_t value) { seed ^= value + 0x9e3779b97f4a7c15u + (seed << 6) + (seed >> 2); }
std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%g", value);
  return buffer;
}
template <class T, class F>
std::string list(const std::vector<T>& values, F&& text) {
  std::string out = "[";
  for (std::size_t i = 0; i < values.size(); ++i) out += (i ? ", " : "") + text(values[i]);
  return out + "]";
}
struct Printer {
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(double v) const { return number(v); }
  std::string operator()(const std::string& v) const { return v; }
  std::string operator()(DType v) const { return std::string(to_string(v)); }
  std::string operator()(const std::vector<std::int64_t>& v) const { return list(v, [](std::int64_t x) { return std::to_string(x); }); }
  std::string operator()(const std::vector<double>& v) const { return list(v, number); }
  std::string operator()(const std::shared_ptr<const Graph>&) const { return "<graph>"; }
};
struct Hasher {
  std::size_t seed = 0;
  void operator()(const std::vector<std::int64_t>& v) { for (auto x : v) mix(seed, std::hash<std::int64_t>{}(x)); }
  void operator()(const std::vector<double>& v) { for (auto x : v) mix(seed, std::hash<double>{}(x)); }
  template <class T> void operator()(const T& v) { mix(seed, std::hash<T>{}(v)); }
};
}  // namespace

std::size_t Attrs::hash() const {
  Hasher hasher;
  for (const auto& [name, value] : items_) {
    mix(hasher.seed, std::hash<std::string>{}(name));
    mix(hasher.seed, value.index());
    std::visit(hasher, value);
  }
  return hasher.seed;
}

std::string to_string(const Attrs& attrs) {
  std::string text = "{";
  for (const auto& [name, value] : attrs.items()) text += (text.size() > 1 ? ", " : "") + name + ": " + std::visit(Printer{}, value);
  return text + "}";
}

}  // namespace candor
