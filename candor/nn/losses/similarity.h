// Losses of embeddings: what belongs together shall lie close. Embeddings are [batch, features].
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// t d^2 + (1 - t) max(margin - d, 0)^2 for distances d; t = 1 means the same (Hadsell et al. 2006). Targets have the shape of the predictions.
struct Contrastive {
  double margin = 1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "contrastive";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// Circle loss (Sun et al. 2020), as in Keras: y_true are class numbers [batch], y_pred embeddings of length 1. Rows without loss do not count in the mean.
/// remove_diagonal: a row is not compared with itself.
struct Circle {
  double gamma = 80, margin = 0.4;
  bool remove_diagonal = true;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "circle";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// max(d(a, p) - d(a, n) + margin, 0), where p is the farthest row of the class of a and n the nearest of another class (Hermans et al. 2017: batch-hard).
/// y_true are class numbers [batch], y_pred embeddings; d is the Euclidean distance. Rows without a partner or without another class cost nothing.
struct TripletHard {
  double margin = 1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "triplet_hard";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// Cross-entropy of cos(p_i, t_j) / temperature against i = j (van den Oord et al. 2018): predictions are queries, targets their keys, and the keys of the
/// other rows the negatives.
struct InfoNCE {
  double temperature = 0.1;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "info_nce";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// SimCLR (Chen et al. 2020): targets and predictions are two views of the same rows. Each of the 2 batch views is compared with its partner and with
/// the 2 batch - 2 others; one value a view, those of the predictions first.
struct NTXent {
  double temperature = 0.5;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "nt_xent";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// max(d(a, p) - d(a, n) + margin, 0) for each row, d = |u - v + 1e-6| (PyTorch's TripletMarginLoss). Throws Error (shape) unless all are [batch, features].
Tensor triplet_margin(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin = 1,
                      Reduction reduction = Reduction::sum_over_batch_size);

}  // namespace candor
