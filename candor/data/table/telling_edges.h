// Where to cut the range of a number so that its pieces tell most about the target.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/data/table/column_part.h"

namespace candor::data::detail {

/// The cuts of a regression tree on this number alone, grown where the squared error falls most, with the least and the greatest number at the ends: at most
/// `pieces` + 1 edges, rising. No piece has fewer rows than a thousandth of all, nor fewer than 16. NaN is left out. Empty when no cut helps.
std::vector<double> telling_edges(const std::vector<double>& numbers, const TargetNumbers& targets, std::int64_t pieces);

}  // namespace candor::data::detail
