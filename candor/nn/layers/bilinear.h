// Products of every pair of features of two inputs.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"

namespace candor {

struct BilinearOptions {
  ActivationFunction activation{};  ///< linear
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  std::string name{};
};

/// activation(x1 . kernel . x2 + bias) over the last axes of two inputs: [..., in1] and [..., in2] -> [..., units]. Weights: kernel [in1, in2,
/// units], bias [units]. As torch.nn.Bilinear, whose weight is [units, in1, in2]; not in Keras.
class Bilinear : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1.
  explicit Bilinear(std::int64_t units, BilinearOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
