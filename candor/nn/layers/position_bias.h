// Positions as numbers that are added to the scores of attention: what AttentionCall::attention_bias takes.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct RelativePositionBiasOptions {
  std::int64_t num_buckets = 32;    ///< at least 2, or 4 when bidirectional
  std::int64_t max_distance = 128;  ///< from it on all distances share the last bucket; more than a half (bidirectional: a quarter) of the buckets
  bool bidirectional = true;        ///< half of the buckets for steps ahead; otherwise those count as distance 0, for causal attention
  Initializer initializer = "glorot_uniform";
  std::string name{};
};
/// T5's learned bias for each head and bucket of distances (Raffel et al. 2019): x [batch, T, ...], and keys [batch, S, ...] where they are
/// others, give [batch, heads, T, S]. Weight: embeddings [num_buckets, heads].
class RelativePositionBias : public Layer {
 public:
  /// Throws Error (invalid_argument) for options out of range.
  explicit RelativePositionBias(std::int64_t num_heads, RelativePositionBiasOptions options = {});
  static Layer from_config(const Config& options);
};
/// T5's bucket of a key's position minus the query's: small distances have one each, larger ones share them by their logarithm.
std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t num_buckets, std::int64_t max_distance, bool bidirectional);

struct AlibiBiasOptions {
  double alibi_bias_max = 8;  ///< slopes are 2^(-alibi_bias_max (h + 1) / heads); positive
  std::string name{};
};
/// ALiBi, minus the distance times a slope of the head (Press, Smith, Lewis 2021): the same inputs and result as RelativePositionBias, no weights. Where heads
/// is no power of two, the slopes are those of the power below and then every other one of the power above, as in the paper's code.
class AlibiBias : public Layer {
 public:
  /// Throws Error (invalid_argument) for options out of range.
  explicit AlibiBias(std::int64_t num_heads, AlibiBiasOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
