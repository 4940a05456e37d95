#include "candor/candid/catalogue/catalogue.h"

namespace candor::candid::detail {

std::span<const CheckInfo> service_checks() {
  return {};
}

}  // namespace candor::candid::detail
