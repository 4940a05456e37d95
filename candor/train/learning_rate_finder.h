// A good learning rate, found by trying many in one short run (Smith 2017).
#pragma once

#include <cstdint>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/nn/model.h"

namespace candor {

struct RateSearchOptions {
  double min_rate = 1e-7, max_rate = 10;  ///< tried from the first to the last, each the same factor larger than the one before
  std::int64_t steps = 100;
  std::int64_t batch_size = 32;
  std::uint64_t seed = 0;                 ///< of the order of the rows
  double smoothing = 0.9;                 ///< of the losses: how much of the mean so far stays
  double divergence = 4;                  ///< stops when the smoothed loss is this many times the best
};
/// Rates that were tried, one a step, with the loss of each.
struct RateSearch {
  std::vector<double> rates, losses;  ///< losses are smoothed
  double suggestion = 0;              ///< where the loss falls fastest over the logarithm of the rate; 0 when it falls nowhere
  double smallest_loss_rate = 0;      ///< the rate of the smallest loss: too large to train with, by a factor of about ten
  bool diverged = false;              ///< the search ended before max_rate
};

/// Trains with growing rates, then puts weights and optimizer back as they were. The model must be compiled, without a schedule. Throws Error
/// (invalid_argument) for options out of range, and what fit throws for data that do not fit.
RateSearch find_learning_rate(const Model& model, const Tensor& x, const Tensor& y, const RateSearchOptions& options = {});
RateSearch find_learning_rate(const Model& model, const data::Dataset& dataset, const RateSearchOptions& options = {});

}  // namespace candor
