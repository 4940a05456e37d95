// The batch size at which training is fast, found by timing steps.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/nn/model.h"

namespace candor {

struct BatchSizeSearchOptions {
  std::int64_t smallest = 8, largest = 1024;  ///< tried: the smallest, twice that, ... up to the largest or the number of rows
  double seconds = 0.2;                       ///< for each size, at least one step
  double enough = 0.9;                        ///< the smallest size that is at least this share as fast as the fastest is suggested
};
/// Sizes that were tried with the speed of each.
struct BatchSizeSearch {
  std::vector<std::int64_t> sizes;
  std::vector<double> rows_per_second;
  std::int64_t suggestion = 0;
  bool out_of_memory = false;  ///< the search ended before `largest`
};

/// Times training steps of growing batches on rows of the set, then puts weights and optimizer back as they were. Larger batches need a larger learning
/// rate for as good a model in as many epochs: see find_learning_rate. Throws Error (invalid_argument) for options out of range, and what
/// train_on_batch throws for data that do not fit.
BatchSizeSearch find_batch_size(const Model& model, const Tensor& x, const Tensor& y, const BatchSizeSearchOptions& options = {});
BatchSizeSearch find_batch_size(const Model& model, const data::Dataset& dataset, const BatchSizeSearchOptions& options = {});

}  // namespace candor
