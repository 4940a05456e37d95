// Columns of 0 and 1 that are one category: trees part its words as sets.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Neighbouring columns of which at most one is 1 in a row and the others are 0.
struct CategoryColumns {
  std::int64_t first = 0, count = 0;
};

/// The longest runs of at least 5 and at most `most` such columns, from the left: what a category became as inputs. Fewer are parted as well one at a time.
std::vector<CategoryColumns> find_categories(const Matrix& x, std::int64_t most = 250);

/// Which column of the run is 1: 0 .. count - 1, or count when none is.
double word_of(std::span<const double> row, const CategoryColumns& columns);

}  // namespace candor::candid
