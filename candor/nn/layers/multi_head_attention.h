// Attention of several heads with projections (Vaswani et al. 2017), and with fewer heads of keys than of queries.
#pragma once

#include <optional>

#include "candor/base/maybe.h"
#include "candor/nn/layers/attention_call.h"
#include "candor/nn/layers/rotary_embedding.h"

namespace candor {

struct MultiHeadAttentionOptions {
  std::optional<std::int64_t> value_dim{};      ///< size of a head of the values; none: key_dim
  double dropout = 0;                              ///< share of the distribution's entries that is dropped in training
  bool use_bias = true;
  std::vector<std::int64_t> output_shape{};     ///< of the result's last axes; empty: the query's last
  std::vector<std::int64_t> attention_axes{};   ///< axes of the inputs that are attended over; empty: all but the first and the last
  std::optional<std::int64_t> sliding_window{}; ///< only steps less than this apart
  Maybe<bool> flash_attention{};        ///< the fused kernel runs wherever it can; true refuses what keeps it from running
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  bool use_gate = false;  ///< the heads' results times sigmoid of a projection of the query
  std::optional<std::uint64_t> seed{};  ///< of what is dropped; none: it follows the run's seed
  Maybe<RotaryEmbeddingOptions> rotary{};  ///< turns projected queries and keys by their positions (not in Keras); key_dim is even then
  std::string name{};
};

/// Inputs query [batch, T, features] and value [batch, S, features], and key where it is another; result [batch, T, features]. Each head projects
/// to key_dim, the scores are divided by its root. A step attends where all masks are true: attention_mask, the query's and the value's own masks
/// (Tensor::mask), key_mask, causal. As in Keras 3.15 an argument query_mask has no effect: a mask of the query travels with it, and goes on to
/// the result. Call arguments: AttentionCall. Weights: query, key, [gate,] value/kernel [features, heads, size] and /bias [heads, size],
/// attention_output/kernel [heads, size, features] and /bias.
class MultiHeadAttention : public Layer {
 public:
  /// Throws Error (invalid_argument) for numbers below 1, a dropout outside [0, 1), flash_attention with dropout, or rotary with an odd key_dim.
  MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim, MultiHeadAttentionOptions options = {});
  using Layer::operator();
  AttentionResult<Tensor> operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call = {}) const;
  AttentionResult<Symbol> operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call = {}) const;
  static Layer from_config(const Config& options);
};

struct GroupQueryAttentionOptions {
  double dropout = 0;
  bool use_bias = true;
  std::optional<std::int64_t> sliding_window{};
  Maybe<bool> flash_attention{};
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint bias_constraint{};
  bool use_gate = false;
  std::optional<std::uint64_t> seed{};
  Maybe<RotaryEmbeddingOptions> rotary{};
  std::string name{};
};

/// The same where num_query_heads / num_key_value_heads heads share keys and values (Ainslie et al. 2023); one key head is multi-query
/// attention (Shazeer 2019).
class GroupQueryAttention : public Layer {
 public:
  /// Throws Error (invalid_argument) also when num_query_heads is no multiple of num_key_value_heads.
  GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads, GroupQueryAttentionOptions options = {});
  using Layer::operator();
  AttentionResult<Tensor> operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call = {}) const;
  AttentionResult<Symbol> operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call = {}) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
