// What the rows of attention share: the inputs by name, the loops of their reference kernels, and the arithmetic written in ops.
// Internal to the ops' .cpp files.
#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "candor/base/error.h"
#include "candor/ops/op.h"
#include "candor/ops/reference.h"

namespace candor::attention {

inline constexpr const char* name = "dot_product_attention";
inline constexpr const char* gradient_name = "dot_product_attention_gradient";

/// What a masked score becomes: Keras's number, far below all scores and yet finite, so that a row of nothing else is even.
template <class T> inline constexpr T masked = static_cast<T>(-0.7f * std::numeric_limits<float>::max());

/// Extents and options of a node of either row; inputs are query, key, value, then bias and mask where the flags say so.
struct Form {
  std::int64_t batch, queries, keys, heads, key_heads, head, value_head;
  bool has_bias, has_mask, causal;
  double scale;
  std::size_t mask_at;  ///< input index of the mask
  std::size_t behind;   ///< input index of what follows the mask

  explicit Form(const NodeInfo& node)
      : batch(node.in[0].shape[0]), queries(node.in[0].shape[1]), keys(node.in[1].shape[1]), heads(node.in[0].shape[2]), key_heads(node.in[1].shape[2]),
        head(node.in[0].shape[3]), value_head(node.in[2].shape[3]), has_bias(node.attrs.flag("bias")), has_mask(node.attrs.flag("mask")),
        causal(node.attrs.flag("causal")), scale(node.attrs.number("scale")), mask_at(has_bias ? 4 : 3), behind(mask_at + has_mask) {}

  std::int64_t group() const { return heads / key_heads; }
  Shape scores() const { return {batch, heads, queries, keys}; }
};

inline constexpr const char* cached_name = "cached_attention";

/// Extents and options of a node of row cached_attention; inputs are query, key, value, start.
struct CachedForm {
  std::int64_t batch, queries, keys, heads, key_heads, head, value_head, window;
  double scale;

  explicit CachedForm(const NodeInfo& node)
      : batch(node.in[0].shape[0]), queries(node.in[0].shape[1]), keys(node.in[1].shape[1]), heads(node.in[0].shape[2]), key_heads(node.in[1].shape[2]),
        head(node.in[0].shape[3]), value_head(node.in[2].shape[3]), window(node.attrs.integer("window")), scale(node.attrs.number("scale")) {}

  std::int64_t group() const { return heads / key_heads; }
  /// The first key that is seen by a query that sees none from `end` on.
  std::int64_t first_key(std::int64_t end) const { return window > 0 && end > window ? end - window : 0; }
  /// The number given as start. Throws Error (invalid_argument) when the steps do not lie within the cache.
  std::int64_t start_of(const KernelArgs& args) const {
    const std::int64_t start = args.node->in[3].dtype == DType::i64 ? *args.input<std::int64_t>(3) : *args.input<std::int32_t>(3);
    if (start < 0 || start > keys - queries)
      fail(ErrorKind::invalid_argument, std::string(cached_name) + ": " + std::to_string(queries) + " steps from " + std::to_string(start) + " on are not within a cache of " + std::to_string(keys));
    return start;
  }
};

/// Strides of bias or mask along [batch, heads, T, S].
inline reference::Strides score_strides(const Shape& operand, const Form& form) { return reference::broadcast_strides(operand, form.scores()); }

/// The distributions of one query head of one sample, row by row in double: weights[t * keys + s]; with_bias_masked says which may flow back.
template <class T>
void reference_weights(const KernelArgs& args, const Form& f, std::int64_t b, std::int64_t h, std::vector<double>& weights, std::vector<bool>& open,
                       std::vector<double>* statistics = nullptr) {
  const T *q = args.input<T>(0), *k = args.input<T>(1), *bias = f.has_bias ? args.input<T>(3) : nullptr;
  const bool* mask = f.has_mask ? args.input<bool>(f.mask_at) : nullptr;
  const auto bias_step = f.has_bias ? score_strides(args.node->in[3].shape, f) : reference::Strides{};
  const auto mask_step = f.has_mask ? score_strides(args.node->in[f.mask_at].shape, f) : reference::Strides{};
  for (std::int64_t t = 0; t < f.queries; ++t) {
    double largest = -std::numeric_limits<double>::infinity(), total = 0;
    double* row = weights.data() + t * f.keys;
    for (std::int64_t s = 0; s < f.keys; ++s) {
      const T *x = q + ((b * f.queries + t) * f.heads + h) * f.head, *y = k + ((b * f.keys + s) * f.key_heads + h / f.group()) * f.head;
      double score = 0;
      for (std::int64_t i = 0; i < f.head; ++i) score += static_cast<double>(reference::load(x[i])) * static_cast<double>(reference::load(y[i]));
      score *= f.scale;
      if (bias) score += static_cast<double>(reference::load(bias[b * bias_step[0] + h * bias_step[1] + t * bias_step[2] + s * bias_step[3]]));
      const bool may = (!f.causal || s <= t) && (!mask || mask[b * mask_step[0] + h * mask_step[1] + t * mask_step[2] + s * mask_step[3]]);
      open[static_cast<std::size_t>(t * f.keys + s)] = may;
      row[s] = may ? score : masked<double>;
      largest = largest != largest || row[s] <= largest ? largest : row[s];
    }
    for (std::int64_t s = 0; s < f.keys; ++s) total += row[s] = std::exp(row[s] - largest);
    for (std::int64_t s = 0; s < f.keys; ++s) row[s] /= total;
    if (statistics) (*statistics)[static_cast<std::size_t>(2 * t)] = largest, (*statistics)[static_cast<std::size_t>(2 * t + 1)] = total;
  }
}

}  // namespace candor::attention
