// The list of all checks in parts, one file for each moment.
#pragma once

#include <span>

#include "candor/candid/check.h"

namespace candor::candid::detail {

std::span<const CheckInfo> data_checks();
std::span<const CheckInfo> model_checks();
std::span<const CheckInfo> training_checks();
std::span<const CheckInfo> result_checks();
std::span<const CheckInfo> service_checks();

}  // namespace candor::candid::detail
