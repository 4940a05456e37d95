// Positions as turns of queries and keys.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct RotaryEmbeddingOptions {
  double max_wavelength = 10000;  ///< of the slowest pair, over 2 pi; positive
  double scaling_factor = 1;      ///< positions are divided by it; positive
  bool interleaved = false;       ///< pairs are features 2i and 2i + 1, as in GPT-J; otherwise i and i + features / 2, as in GPT-NeoX and Llama
  std::string name{};
};
/// Turns each pair i of the last axis of x [batch, T, ..., features] by the angle t max_wavelength^(-2i / features), so that products of turned
/// queries and keys depend on their distance alone (Su et al. 2021). The number of features must be even. Call arguments: start_index (0), the first
/// step's t, or positions, a tensor [T] or [batch, T] of them. As in KerasHub but for `interleaved`.
class RotaryEmbedding : public Layer {
 public:
  /// Throws Error (invalid_argument) for options that are not positive.
  explicit RotaryEmbedding(RotaryEmbeddingOptions options = {});
  static Layer from_config(const Config& options);
};

/// The same as a function; `positions` undefined: start_index, start_index + 1, ... Throws Error (shape) unless the last axis is even and the
/// positions are x's.
Tensor rotary_embedding(const Tensor& x, const RotaryEmbeddingOptions& options = {}, std::int64_t start_index = 0, const Tensor& positions = {});

namespace detail {
/// Throws Error (invalid_argument) that starts with `layer`.
void check_rotary(const char* layer, const RotaryEmbeddingOptions& options);
Config rotary_config(const RotaryEmbeddingOptions& options);
RotaryEmbeddingOptions rotary_from(const Config& config);
}  // namespace detail

}  // namespace candor
