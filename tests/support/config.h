// JSON of fixtures as a Config.
#pragma once

#include <nlohmann/json.hpp>

#include "candor/nn/config.h"

namespace candor::testing {

inline Config to_config(const nlohmann::json& j) {
  if (j.is_boolean()) return j.get<bool>();
  if (j.is_number_integer()) return j.get<std::int64_t>();
  if (j.is_number()) return j.get<double>();
  if (j.is_string()) return j.get<std::string>();
  if (j.is_array()) {
    Config::List list;
    for (const auto& item : j) list.push_back(to_config(item));
    return list;
  }
  if (j.is_null()) return {};
  Config map = Config::map();
  for (const auto& [key, value] : j.items()) map.set(key, to_config(value));
  return map;
}

}  // namespace candor::testing
