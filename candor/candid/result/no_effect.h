// result.no-effect: a setting was changed and nothing came of it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "candor/candid/finding.h"

namespace candor::candid {

/// A warning when two runs that differ in `changed` ("dropout (.2 to .5)") gave the same numbers to the last digit: scores, or answers. Skips fewer than two numbers, and lists of
/// other lengths: with few digits, equal is chance.
std::vector<Finding> check_effect(const std::string& changed, std::span<const double> before, std::span<const double> after);

}  // namespace candor::candid
