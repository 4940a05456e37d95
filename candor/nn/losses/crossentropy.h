// Losses for classes. With from_logits the predictions are unbounded scores, else probabilities. Only a model without a final
// softmax or sigmoid needs from_logits; it is more exact.
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "candor/nn/losses/loss.h"

namespace candor {

/// mean over `axis` of -t log p - (1 - t) log(1 - p); t in [0, 1], same shape as p, and p is cut to [1e-7, 1 - 1e-7].
/// label_smoothing s: t becomes t (1 - s) + s / 2.
struct BinaryCrossentropy {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "binary_crossentropy";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// -sum(t log p) over `axis`; t are probabilities (one-hot) of the shape of p. Probabilities are divided by their sum first.
/// label_smoothing s: t becomes t (1 - s) + s / classes.
struct CategoricalCrossentropy {
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_crossentropy";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// -log p[t]; t are class numbers, of the shape of p without `axis`. Rows whose class is ignore_class do not count.
/// label_smoothing s (not in Keras): (1 - s) (-log p[t]) + s mean(-log p).
struct SparseCategoricalCrossentropy {
  bool from_logits = false;
  std::optional<std::int64_t> ignore_class{};
  Reduction reduction = Reduction::sum_over_batch_size;
  int axis = -1;
  std::string name = "sparse_categorical_crossentropy";
  double label_smoothing = 0;

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// Binary cross-entropy times (1 - p of the true class)^gamma (Lin et al. 2017); with apply_class_balancing times alpha for t = 1 and
/// 1 - alpha for t = 0.
struct BinaryFocalCrossentropy {
  bool apply_class_balancing = false;
  double alpha = 0.25, gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "binary_focal_crossentropy";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// One factor for all classes, or one a class.
struct FocalAlpha {
  FocalAlpha(double one = 0.25);
  FocalAlpha(std::vector<double> each);
  FocalAlpha(std::initializer_list<double> each);
  std::vector<double> values;
};

/// -sum(alpha (1 - p)^gamma t log p) over `axis`.
struct CategoricalFocalCrossentropy {
  FocalAlpha alpha = 0.25;
  double gamma = 2;
  bool from_logits = false;
  double label_smoothing = 0;
  int axis = -1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_focal_crossentropy";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// (1 - p[t]^q) / q (Zhang, Sabuncu 2018): between cross-entropy (q near 0) and absolute error (q = 1), which wrong labels harm less. t are class
/// numbers, p probabilities; q in (0, 1).
struct CategoricalGeneralizedCrossEntropy {
  double q = 0.5;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "categorical_generalized_cross_entropy";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// sum(t log(t / p)) over the last axis, both cut to [1e-7, 1].
struct KLDivergence {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "kl_divergence";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// Mean cross-entropy of logits against class numbers (any whole-number dtype, the shape of the logits without the last axis) or against
/// probabilities (the shape of the logits): the loss of one's own training loop.
Tensor cross_entropy(const Tensor& logits, const Tensor& targets);

}  // namespace candor
