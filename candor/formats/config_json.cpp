#include "candor/formats/config_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/formats/json.h"

namespace candor::formats {
namespace {

using Ordered = nlohmann::ordered_json;

Ordered build(const Config& c) {
  if (c.is_bool()) return c.boolean();
  if (c.is_integer()) return c.integer();
  if (c.is_number()) return std::isfinite(c.number()) ? Ordered(c.number()) : Ordered(nullptr);
  if (c.is_text()) return c.text();
  if (c.is_list()) {
    Ordered list = Ordered::array();
    for (const Config& item : c.items()) list.push_back(build(item));
    return list;
  }
  if (c.is_map()) {
    Ordered map = Ordered::object();
    for (const auto& [key, value] : c.entries()) map[key] = build(value);
    return map;
  }
  return nullptr;
}

Config read(const Ordered& value, const std::string& what) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    fail(ErrorKind::corrupt, what + ": the number " + value.dump() + " is too large");
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    Config::List list;
    for (const Ordered& item : value) list.push_back(read(item, what));
    return list;
  }
  if (value.is_object()) {
    Config::Map map;
    for (const auto& [key, item] : value.items()) map.emplace_back(key, read(item, what));
    return map;
  }
  return {};
}

}  // namespace

std::string to_json(const Config& config) { return build(config).dump(-1, ' ', false, Ordered::error_handler_t::replace); }

Config config_from_json(std::string_view text, const std::string& what) {
  (void)parse_json(text, what);  // depth and duplicates; the second reading keeps the order of the keys
  return read(Ordered::parse(text), what);
}

}  // namespace candor::formats
