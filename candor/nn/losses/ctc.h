// Connectionist temporal classification: sequences without alignment.
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// -log p(labels | logits), summed over all alignments (Graves et al. 2006). y_pred are logits [batch, time, classes], y_true class numbers [batch, length],
/// padded with 0, which is also the blank. One value a sample: infinite when the labels do not fit into the time. For lengths of one's own: ctc_loss of
/// ops/ctc.h.
struct CTC {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "ctc";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

}  // namespace candor
