// The cases of fixtures/stats: inputs and parameters as numbers, and the check that what was computed is what is recorded.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::testing {

/// One case; `{"tensor": key}` stands resolved as nested lists.
struct StatCase {
  std::string group, name, what;
  nlohmann::json inputs, params, expected, tolerance;

  const nlohmann::json& value(const std::string& key) const;  ///< of inputs, else of params
  bool has(const std::string& key) const { return inputs.contains(key) || params.contains(key); }
  double number(const std::string& key) const;
  std::vector<double> numbers(const std::string& key) const;  ///< flattened
  std::vector<std::int32_t> labels(const std::string& key) const;
  candid::Matrix matrix(const std::string& key) const;
};
std::ostream& operator<<(std::ostream& out, const StatCase& one);

/// All cases of $CANDOR_FIXTURES/stats/group; none when the variable is unset.
std::vector<StatCase> stat_cases(const std::string& group);

/// Compares what was computed with what a case expects; at its end every expected output must have been looked at.
class StatCheck {
 public:
  explicit StatCheck(const StatCase& one) : case_(one) {}
  ~StatCheck();
  StatCheck(const StatCheck&) = delete;
  StatCheck& operator=(const StatCheck&) = delete;

  /// Numbers, lists and objects of them, entry by entry within the case's tolerance (or `key`'s own).
  void expect(const std::string& key, const nlohmann::json& got);
  void expect(const std::string& key, const candid::Matrix& got);
  /// An output that is compared in another way, or not at all, as the fixtures' notes say.
  void passed_over(const std::string& key) { seen_.insert(key); }

 private:
  const StatCase& case_;
  std::set<std::string> seen_;
};

nlohmann::json to_json(const candid::Matrix& m);
/// "" when every entry of `got` is within abs + rel * |want|, else the first difference.
std::string difference(const nlohmann::json& want, const nlohmann::json& got, double abs, double rel, const std::string& path = "");

}  // namespace candor::testing
