// How attention layers are called: query and value, then by name what else there is.
#pragma once

#include <utility>

#include "candor/nn/layer.h"

namespace candor {

/// Further arguments of mha(query, value, {.use_causal_mask = true}). T is Tensor, or Symbol in the functional API.
template <class T>
struct AttentionCall {
  T key{};             ///< [batch, S, features]; undefined: the value
  T value_mask{};      ///< bool [batch, S], true where attended; undefined: the value's own mask (Tensor::mask)
  T key_mask{};        ///< the same for the key
  T attention_mask{};  ///< [batch, T, S] or [batch, heads, T, S], true or not 0 where attended
  T attention_bias{};  ///< floating, added to the scores, [batch or 1, heads or 1, T or 1, S or 1]: relative positions; layers of several heads only
  bool return_attention_scores = false;
  bool use_causal_mask = false;  ///< step t attends to steps 0..t
  Mode mode = inference;         ///< not for symbols
};

/// What attention gives: stands where a tensor is expected, or is taken apart: auto [y, scores] = mha(x, x, {.return_attention_scores = true}).
template <class T>
struct AttentionResult {
  T output;
  T scores;  ///< [batch, heads, T, S] after masks and softmax; undefined unless asked for
  operator T() const { return output; }
};

namespace detail {
AttentionResult<Tensor> call_attention(const Layer& layer, const Tensor& query, const Tensor& value, const AttentionCall<Tensor>& call);
AttentionResult<Symbol> call_attention(const Layer& layer, const Symbol& query, const Symbol& value, const AttentionCall<Symbol>& call);

/// Both where both are given, the one that is otherwise.
Tensor both_masks(const Tensor& a, const Tensor& b);
/// A mask of another dtype as true where it is not 0.
Tensor boolean_mask_of(const Tensor& mask);
/// [1, T, S], true where |t - s| < window.
Tensor sliding_window_mask(std::int64_t queries, std::int64_t keys, std::int64_t window);
}  // namespace detail

}  // namespace candor
