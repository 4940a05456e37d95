// The fully connected layer along any axes, by an equation.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/lora.h"

namespace candor {

struct EinsumDenseOptions {
  ActivationFunction activation{};  ///< linear
  std::string bias_axes{};          ///< letters of the output that the bias has; empty: no bias
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

/// activation(einsum(equation, x, kernel) + bias). The equation names the axes of input, kernel and output: "abc,cd->abd", with "..." in front of
/// or behind both input and output. Weights: kernel with the extents of its letters, bias with those of bias_axes.
///     EinsumDense{"btd,dhk->bthk", {-1, 8, 16}, {.bias_axes = "hk"}}
class EinsumDense : public Layer {
 public:
  /// `output_shape`: the output's extents without the batch (and what "..." stands for); -1 where the input's is kept. Throws Error
  /// (invalid_argument) for an equation of another form.
  EinsumDense(std::string equation, std::vector<std::int64_t> output_shape, EinsumDenseOptions options = {});
  Variable kernel() const;  ///< undefined until built
  Variable bias() const;
  /// As Dense::enable_lora; a has the kernel's extents but the last, and rank.
  void enable_lora(std::int64_t rank, LoraOptions options = {}) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
