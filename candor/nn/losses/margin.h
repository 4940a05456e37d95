// Losses with margins and overlaps. Targets have the shape of the predictions.
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// mean(max(1 - t p, 0)); t in {-1, 1}, or {0, 1} as in Keras (then 0 means -1).
struct Hinge {
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

/// mean(max(1 - t p, 0)^2).
struct SquaredHinge {
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

/// max(1 + max((1 - t) p) - sum(t p), 0) over the last axis.
struct CategoricalHinge {
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

/// 1 - (2 sum(t p) + 1e-7) / (sum t + sum p + 1e-7) over the whole batch.
struct Dice {
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

/// 1 - (tp + e) / (tp + alpha fp + beta fn + e), e = 1e-7, over the whole batch.
struct Tversky {
  double alpha = 0.5, beta = 0.5;
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

/// t d^2 + (1 - t) max(margin - d, 0)^2 for distances d; t = 1 means the same.
struct Contrastive {
  double margin = 1;
  Reduction reduction = Reduction::sum_over_batch_size;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const {
    return Loss(*this)(y_true, y_pred, sample_weight);
  }
};

}  // namespace candor
