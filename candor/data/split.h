// Cutting a dataset into two parts, reproducibly: the same seed gives the same parts on every machine.
#pragma once

#include <cstdint>

#include "candor/data/dataset.h"

namespace candor::data {

struct SplitOptions {
  double test = 0.2;          ///< share of rows for the test part, in (0, 1)
  std::uint64_t seed = 0;
  bool stratified = true;     ///< keep the shares of the classes (classification only)
};

/// Draws the rows of the test part at random; both parts keep the order of the rows. Throws Error (invalid_argument) when
/// the share is out of range or a part would be empty.
Split split(const Dataset& dataset, const SplitOptions& options = {});

/// The last `share` of the rows becomes the test part, unshuffled, without a copy: Keras's validation_split.
Split split_tail(const Dataset& dataset, double share);

}  // namespace candor::data
