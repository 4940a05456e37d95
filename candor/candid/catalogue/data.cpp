#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> data_checks() {
  static constexpr CheckInfo checks[] = {
    {"data.constant", Moment::data, Severity::warning, Cost::pass, "", "a column holds one value in every row"},
    {"data.few", Moment::data, Severity::warning, Cost::none, "classes", "a class has too few rows"},
    {"data.skipped", Moment::data, Severity::note, Cost::none, "", "files or rows were left out"},
    {"data.leak", Moment::data, Severity::warning, Cost::sampled, "a target", "one column alone predicts the target almost perfectly"},
  };
  return checks;
}

}  // namespace candor::candid::detail
