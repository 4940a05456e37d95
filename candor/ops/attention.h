// Dot-product attention of many heads as one op: softmax(scale query key^T + bias) value (Vaswani et al. 2017).
#pragma once

#include <optional>

#include "candor/tensor/tensor.h"

namespace candor {

struct DotProductAttentionOptions {
  Tensor bias{};                  ///< floating, added to the scaled scores; broadcasts to [batch, heads, T, S]
  Tensor mask{};                  ///< bool, true where attended; broadcasts to [batch, heads, T, S]
  std::optional<double> scale{};  ///< none: 1 / sqrt(head)
  bool is_causal = false;            ///< query t attends to keys 0..t
};

/// Keras's ops.dot_product_attention. query is [batch, T, heads, head], key [batch, S, key heads, head], value [batch, S, key heads, value
/// head]; the result is [batch, T, heads, value head]. heads is a multiple of key heads: query head h reads key head h / (heads / key heads)
/// (grouped and multi-query attention, Ainslie et al. 2023). The scores are never stored as a whole where a fast kernel runs (Dao et al.
/// 2022). As in Keras a query that may attend to no key attends to all alike. Throws Error (shape, dtype) naming what does not fit.
Tensor dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value, DotProductAttentionOptions options = {});

struct CachedAttentionOptions {
  std::optional<double> scale{};  ///< none: 1 / sqrt(head)
  std::int64_t window = 0;        ///< a query attends to so many of the latest keys; 0: to all
};

/// Attention of steps that come one after the other: query is [batch, T, heads, head], its step t stands at place `start` + t of key
/// [batch, C, key heads, head] and value [batch, C, key heads, value head], which hold what came before and these steps too (scatter_update puts
/// them there), and attends to places 0 to start + t. What lies behind is not read. `start` is one whole number. The result is
/// [batch, T, heads, value head]. Throws Error (shape, dtype), and (invalid_argument) when it runs and the steps do not fit into C.
Tensor cached_attention(const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& start, CachedAttentionOptions options = {});

/// The distribution over the keys itself, [batch, heads, T, S], written in ops: for layers that return, drop or inspect it. A query that may
/// attend to no key attends to all alike, or, with `zero_masked`, to none: masked places are then exactly 0.
Tensor attention_weights(const Tensor& query, const Tensor& key, const DotProductAttentionOptions& options = {}, bool zero_masked = false);

/// True at [t, s] where s <= t: bool [T, S].
Tensor causal_mask(std::int64_t queries, std::int64_t keys);

}  // namespace candor
