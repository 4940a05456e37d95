#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> training_checks() {
  static constexpr CheckInfo checks[] = {
    {"train.interrupted", Moment::training, Severity::note, Cost::none, "", "the user stopped training"},
  };
  return checks;
}

}  // namespace candor::candid::detail
