// Losses of pictures [batch, height, width, channels].
#pragma once

#include "candor/nn/losses/loss.h"

namespace candor {

/// 1 - SSIM, the structural similarity (Wang et al. 2004): the mean over the picture of how like mean, contrast and structure are within a Gaussian window.
/// max_value is the range of the pixels. Pictures must be as large as the window.
struct SSIM {
  double max_value = 1;
  int filter_size = 11;
  double filter_sigma = 1.5, k1 = 0.01, k2 = 0.03;
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "ssim";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// Sum over neighbours of |difference| in the predicted picture: smoothness as a loss (Rudin et al. 1992, anisotropic). The targets are not looked at.
/// One value a picture.
struct TotalVariation {
  Reduction reduction = Reduction::sum_over_batch_size;
  std::string name = "total_variation";

  operator Loss() const;
  Tensor operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight = {}) const;
};

/// SSIM of each picture [batch], 1 for equal ones. Throws Error (shape) for pictures of other shapes or smaller than the window.
Tensor ssim(const Tensor& a, const Tensor& b, const SSIM& options = {});
/// Sum over neighbours of |difference|, [batch].
Tensor total_variation(const Tensor& images);

}  // namespace candor
