// Losses for numbers. Targets t and predictions p have the same shape; the last axis is averaged.
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// mean((p - t)^2).
struct MeanSquaredError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_squared_error";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(|p - t|).
struct MeanAbsoluteError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_absolute_error";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// 100 mean(|t - p| / max(|t|, 1e-7)).
struct MeanAbsolutePercentageError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_absolute_percentage_error";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean((log(1 + max(p, 1e-7)) - log(1 + max(t, 1e-7)))^2).
struct MeanSquaredLogarithmicError {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "mean_squared_logarithmic_error";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(e^2 / 2 where |e| <= delta, else delta |e| - delta^2 / 2), e = p - t (Huber 1964).
struct Huber {
  double delta = 1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "huber_loss";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(log(cosh(p - t))), without overflow.
struct LogCosh {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "log_cosh";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(p - t log(p + 1e-7)); with log_input the prediction is log p: mean(exp(p) - t p).
struct Poisson {
  bool log_input = false;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "poisson";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// mean(max(q (t - p), (q - 1) (t - p))): its minimum is the q-th quantile.
struct Quantile {
  double quantile = 0.5;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "quantile";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// -sum(t / |t| * p / |p|) over the last axis: -1 for the same direction.
struct CosineSimilarity {
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "cosine_similarity";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

}  // namespace candor
