// The feed-forward part of today's transformers: one product gates the other.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"

namespace candor {

struct GatedFeedForwardOptions {
  ActivationFunction activation = "silu";        ///< of the gate: "silu" is SwiGLU, "gelu" GEGLU, "relu" ReGLU, "sigmoid" GLU, "linear" bilinear
  std::optional<std::int64_t> output_dim{};   ///< none: as many as the input has
  bool use_bias = false;
  double dropout = 0;                            ///< share of the gated units that is dropped in training
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  std::string name{};
};
/// (activation(x gate) * (x up)) down over the last axis (Shazeer 2020): [batch, ..., features] -> [batch, ..., output_dim]. Weights: gate_kernel and
/// up_kernel [features, intermediate_dim], down_kernel [intermediate_dim, output_dim], and with use_bias gate_bias, up_bias, down_bias.
class GatedFeedForward : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes below 1 or a dropout outside [0, 1).
  explicit GatedFeedForward(std::int64_t intermediate_dim, GatedFeedForwardOptions options = {});
  static Layer from_config(const Config& options);
};

/// GatedFeedForward under the names of its activations, which replace that of the options.
GatedFeedForward SwiGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options = {});
GatedFeedForward GEGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options = {});
GatedFeedForward ReGLU(std::int64_t intermediate_dim, GatedFeedForwardOptions options = {});

}  // namespace candor
