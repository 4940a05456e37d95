// Blocks of transformers (Vaswani et al. 2017), with KerasHub's names and defaults.
#pragma once

#include <optional>

#include "candor/base/maybe.h"
#include "candor/nn/activation.h"
#include "candor/nn/layer.h"
#include "candor/nn/layers/rotary_embedding.h"

namespace candor {

/// Of TransformerEncoder and TransformerDecoder. All after `normalize_first` is beyond KerasHub.
struct TransformerOptions {
  double dropout = 0;                   ///< in training, of the attention's distribution, of its result and of the feed-forward part's
  ActivationFunction activation = "relu";
  double layer_norm_epsilon = 1e-5;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  bool normalize_first = false;         ///< true: x + part(norm(x)), as GPT-2; false: norm(x + part(x)), as the paper
  bool use_bias = true;                 ///< of all products
  bool gated = false;                   ///< the feed-forward part is GatedFeedForward (with activation "silu": SwiGLU) instead of two Dense
  bool rms_normalization = false;       ///< RMSNormalization instead of LayerNormalization
  std::optional<std::int64_t> num_key_value_heads{};  ///< fewer heads of keys than of queries: GroupQueryAttention
  Maybe<RotaryEmbeddingOptions> rotary{};     ///< turns queries and keys of self-attention by their positions
  std::string name{};
};

/// Self-attention of num_heads heads, then dense layers to intermediate_dim and back, each with dropout, a residual sum and normalisation:
/// [batch, T, features] -> [batch, T, features]; features must be a multiple of num_heads. Steps whose padding mask is false (the argument
/// padding_mask [batch, T], otherwise the input's own mask) are attended to by none. Call arguments: padding_mask, attention_mask [batch, T, T],
/// attention_bias (broadcasts to [batch, heads, T, T]), use_causal_mask (false), return_attention_scores (false; a second output [batch, heads, T, T]).
/// Layers inside: self_attention_layer, self_attention_layer_norm, feedforward_layer_norm, feedforward_intermediate_dense, feedforward_output_dense (or
/// feedforward_gated).
class TransformerEncoder : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes below 1 or a dropout outside [0, 1).
  TransformerEncoder(std::int64_t intermediate_dim, std::int64_t num_heads, TransformerOptions options = {});
  static Layer from_config(const Config& options);
};

/// TransformerEncoder with causal self-attention, and where a second input [batch, S, features] is given (an encoder's output) attention over it in between.
/// Call arguments: decoder_padding_mask, decoder_attention_mask, encoder_padding_mask, encoder_attention_mask, attention_bias (of self-attention),
/// use_causal_mask (true). Whether there is a second input is settled at the first call. Layers inside: self_attention, self_attention_layer_norm,
/// cross_attention, cross_attention_layer_norm, then as above.
class TransformerDecoder : public Layer {
 public:
  TransformerDecoder(std::int64_t intermediate_dim, std::int64_t num_heads, TransformerOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
