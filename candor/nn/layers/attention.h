// Attention without projections: dot-product (Luong 2015) and additive (Bahdanau 2014).
#pragma once

#include <optional>

#include "candor/nn/layers/attention_call.h"

namespace candor {

struct AttentionOptions {
  bool use_scale = false;          ///< dot: scores times a weight; concat: their sum within tanh times a weight
  std::string score_mode = "dot";  ///< "dot": query . key; "concat": weight * sum(tanh(query + key))
  double dropout = 0;              ///< share of the distribution's entries that is dropped in training
  std::optional<std::uint64_t> seed{};  ///< of what is dropped; none: it follows the run's seed
  std::string name{};
};

/// softmax(scores(query, key)) value: inputs query [batch, T, dim], value [batch, S, dim] and, where it is another, key [batch, S, dim];
/// result [batch, T, dim]. The value's mask closes steps, the query's mask puts 0 in its rows and goes on. Call arguments: use_causal_mask,
/// return_attention_scores ([batch, T, S]). Weights: scale, concat_score_weight (scalars, both start as 1).
class Attention : public Layer {
 public:
  /// Throws Error (invalid_argument) for another score_mode or a dropout outside [0, 1).
  explicit Attention(AttentionOptions options = {});
  using Layer::operator();
  AttentionResult<Tensor> operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call = {}) const;
  AttentionResult<Symbol> operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call = {}) const;
  static Layer from_config(const Config& options);
};

struct AdditiveAttentionOptions {
  bool use_scale = true;  ///< a weight for each of the dim entries
  double dropout = 0;
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// The same with scores sum(scale * tanh(query + key)). Weight: scale [dim].
class AdditiveAttention : public Layer {
 public:
  explicit AdditiveAttention(AdditiveAttentionOptions options = {});
  using Layer::operator();
  AttentionResult<Tensor> operator()(const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call = {}) const;
  AttentionResult<Symbol> operator()(const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call = {}) const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
