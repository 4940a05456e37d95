// The fully connected layer.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/lora.h"

namespace candor {

struct DenseOptions {
  ActivationFunction activation{};  ///< linear
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  std::optional<std::int64_t> lora_rank{};  ///< adapts the kernel from the start, see enable_lora
  std::optional<double> lora_alpha{};       ///< none: lora_rank
  std::string name{};
};

/// activation(x . kernel + bias) over the last axis: [..., in] -> [..., units]. Weights: kernel [in, units], bias [units], and with LoRA
/// lora_kernel_a [in, rank], lora_kernel_b [rank, units].
class Dense : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1.
  explicit Dense(std::int64_t units, DenseOptions options = {});
  Variable kernel() const;  ///< undefined until built
  Variable bias() const;    ///< undefined until built and without use_bias
  /// Freezes the kernel of the built layer and adds alpha / rank * a . b to it. Throws Error (invalid_argument) when it is not built, has LoRA
  /// already or has a kernel constraint.
  void enable_lora(std::int64_t rank, LoraOptions options = {}) const;
  /// Throws Error (unsupported) for a configuration with quantised weights.
  static Layer from_config(const Config& options);
};

}  // namespace candor
