// Columns to mean 0 and variance 1 by statistics learned before training.
#pragma once

#include <optional>

#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

struct NormalizationOptions {
  std::vector<int> axis = {-1};  ///< axes that keep statistics of their own; empty (Keras's None): one mean and variance of everything
  Tensor mean{};              ///< both or neither; broadcast to the kept axes. Without them: learned by adapt()
  Tensor variance{};
  bool invert = false;  ///< from mean 0 and variance 1 back
  std::string name{};
};
/// (x - mean) / max(sqrt(variance), 1e-7). Weights (not trained, none when given): mean, variance of the kept axes, count. Keras's Normalization.
class Normalization : public PreprocessingLayer {
 public:
  explicit Normalization(NormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
