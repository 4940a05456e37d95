// The fully connected layer.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"

namespace candor {

struct DenseOptions {
  ActivationFunction activation = {};  ///< linear
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer = {};
  Regularizer bias_regularizer = {};
  std::string name = {};
};

/// activation(x . kernel + bias) over the last axis: [..., in] -> [..., units]. Weights: kernel [in, units], bias [units].
class Dense : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1.
  explicit Dense(std::int64_t units, DenseOptions options = {});
  Variable kernel() const;  ///< undefined until built
  Variable bias() const;    ///< undefined until built and without use_bias
  static Layer from_config(const Config& options);
};

}  // namespace candor
