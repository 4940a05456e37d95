// Losses with a margin. Targets have the shape of the predictions.
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// mean(max(1 - t p, 0)); t in {-1, 1}. When a batch has only 0 and 1, 0 means -1, as in Keras.
struct Hinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "hinge";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(max(1 - t p, 0)^2); targets as for Hinge.
struct SquaredHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "squared_hinge";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// max(1 + max((1 - t) p) - sum(t p), 0) over the last axis.
struct CategoricalHinge {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_hinge";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

}  // namespace candor
