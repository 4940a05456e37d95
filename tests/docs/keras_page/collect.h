// What docs/keras.md is made from: Keras's list of classes, what Candor makes of Keras's configurations, and the fixtures and tests that exercise a class.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "candor/base/function.h"
#include "candor/nn/config.h"

namespace keras_page {

using nlohmann::json;

/// A fixture file of keras/ with the number of its cases for one class.
struct Tested {
  std::string file;
  int cases = 0;
};

struct Group {
  std::string key;                                              ///< as in defaults.json: "layers", "optimizers.schedules", ...
  json classes;                                                 ///< the list
  std::map<std::string, std::vector<json>> configs = {};        ///< class -> configurations that fixtures use
  std::map<std::string, std::vector<Tested>> tested = {};       ///< class -> fixtures
  std::set<std::string> random = {};                            ///< classes that are tested by a property
  candor::Function<candor::Config(const candor::Config&)> rebuilt = nullptr;  ///< what Candor makes of a configuration, as a configuration
  std::vector<std::string> own = {};                            ///< the names that Candor knows; empty: not a registry
};

json read_json(const std::string& path);

/// All groups of the list in the page's order. Throws std::runtime_error for a fixture that cannot be read.
std::vector<Group> collect(const std::string& fixtures);

/// Callbacks are given to fit in code and have no configuration: class -> arguments, proved by compiling this.
const std::map<std::string, std::set<std::string>>& callback_arguments();

}  // namespace keras_page
