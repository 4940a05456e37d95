// How far two masks overlap: losses of segmentation. Targets have the shape of the predictions.
#pragma once

#include <vector>

#include "candor/nn/losses/loss.h"

namespace candor {

/// 1 - 2 sum(t p) / (sum t + sum p + 1e-7) over `axis`; empty (None in Keras): over everything, one value for the whole batch.
/// `smooth` is added above the fraction (below it takes the place of 1e-7): with it an empty mask that is predicted empty costs nothing.
struct Dice {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "dice";
  std::vector<int> axis{};
  double smooth = 0;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// 1 - sum(t p) / (sum(t p) + alpha sum(t (1 - p)) + beta sum((1 - t) p) + 1e-7) over `axis`, empty: over everything (Salehi et al. 2017). As in Keras,
/// alpha weighs what was missed and beta false alarms. `smooth` as in Dice.
struct Tversky {
  double alpha = 0.5, beta = 0.5;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "tversky";
  std::vector<int> axis{};
  double smooth = 0;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

}  // namespace candor
