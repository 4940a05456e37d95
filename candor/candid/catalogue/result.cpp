#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> result_checks() {
  static constexpr CheckInfo checks[] = {
    {"result.baseline", Moment::result, Severity::warning, Cost::pass, "", "a simple method is as good"},
    {"result.coverage", Moment::result, Severity::warning, Cost::none, "forecasts", "intervals hold less of the truth than they say"},
  };
  return checks;
}

}  // namespace candor::candid::detail
