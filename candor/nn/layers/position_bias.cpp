#include "candor/nn/layers/position_bias.h"

#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

/// Both biases: [heads, T, S] made from distances, the same for each sample.
class BiasBody : public detail::LayerBody {
 public:
  BiasBody(const char* kind, std::int64_t heads, std::string name) : LayerBody(std::move(name)), heads_(heads), kind_(kind) { detail::require_positive(kind, "num_heads", heads); }
  std::string kind() const override { return kind_; }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) final {
    if (xs.size() > 2) complain(ErrorKind::shape, "takes queries and perhaps keys, " + std::to_string(xs.size()) + " inputs were given");
    for (const Tensor& x : xs)
      if (x.rank() < 2 || x.shape(0) != xs[0].shape(0)) complain(ErrorKind::shape, "takes [batch, steps, ...] of one batch; an input is " + to_string(x.shape()));
    const std::int64_t queries = xs[0].shape(1), keys = xs.back().shape(1);
    return {broadcast_to(bias(queries, keys, detail::compute_dtype(xs[0].dtype())), {xs[0].shape(0), heads_, queries, keys})};
  }

 protected:
  virtual Tensor bias(std::int64_t queries, std::int64_t keys, DType dtype) = 0;
  std::int64_t heads_;

 private:
  const char* kind_;
};

class RelativeBody final : public BiasBody {
 public:
  RelativeBody(std::int64_t heads, RelativePositionBiasOptions options) : BiasBody("RelativePositionBias", heads, options.name), options_(std::move(options)) {
    const std::int64_t parts = options_.bidirectional ? 4 : 2, exact = options_.num_buckets / parts;
    if (exact < 1) fail(ErrorKind::invalid_argument, "RelativePositionBias: num_buckets must be at least " + std::to_string(parts) + ", not " + std::to_string(options_.num_buckets));
    if (options_.max_distance <= exact)
      fail(ErrorKind::invalid_argument, "RelativePositionBias: max_distance must be more than " + std::to_string(exact) + " for " + std::to_string(options_.num_buckets) + " buckets, not " + std::to_string(options_.max_distance));
  }
  Config options() const override {
    Config c = Config::map();
    c.set("num_heads", heads_).set("num_buckets", options_.num_buckets).set("max_distance", options_.max_distance);
    return c.set("bidirectional", options_.bidirectional).set("initializer", options_.initializer.config());
  }
  void build(std::span<const TensorType> in) override { table_ = add_weight("embeddings", {options_.num_buckets, heads_}, options_.initializer, detail::compute_dtype(in[0].dtype)); }

 protected:
  Tensor bias(std::int64_t queries, std::int64_t keys, DType) override {
    std::vector<std::int32_t> buckets;
    for (std::int64_t t = 0; t < queries; ++t)
      for (std::int64_t s = 0; s < keys; ++s) buckets.push_back(static_cast<std::int32_t>(relative_position_bucket(s - t, options_.num_buckets, options_.max_distance, options_.bidirectional)));
    return transpose(take(table_.value(), Tensor::from(buckets, Shape{queries, keys})), {2, 0, 1});
  }

 private:
  RelativePositionBiasOptions options_;
  Variable table_;
};

class AlibiBody final : public BiasBody {
 public:
  AlibiBody(std::int64_t heads, AlibiBiasOptions options) : BiasBody("AlibiBias", heads, options.name), options_(std::move(options)) {
    if (!(options_.alibi_bias_max > 0) || !std::isfinite(options_.alibi_bias_max))
      fail(ErrorKind::invalid_argument, "AlibiBias: alibi_bias_max must be positive and finite, not " + to_string(Config(options_.alibi_bias_max)));
  }
  Config options() const override { return Config::map().set("num_heads", heads_).set("alibi_bias_max", options_.alibi_bias_max); }

 protected:
  Tensor bias(std::int64_t queries, std::int64_t keys, DType dtype) override {
    std::vector<double> values;
    for (std::int64_t h = 0; h < heads_; ++h)
      for (std::int64_t t = 0; t < queries; ++t)
        for (std::int64_t s = 0; s < keys; ++s) values.push_back(-slope(h) * static_cast<double>(std::abs(t - s)));
    return Tensor::from(values, Shape{heads_, queries, keys}).to(dtype);
  }

 private:
  double slope(std::int64_t head) const {
    std::int64_t below = 1;
    while (below * 2 <= heads_) below *= 2;
    const auto at = [&](std::int64_t i, std::int64_t n) { return std::exp2(-options_.alibi_bias_max * static_cast<double>(i + 1) / static_cast<double>(n)); };
    return head < below ? at(head, below) : at(2 * (head - below), 2 * below);
  }
  AlibiBiasOptions options_;
};

}  // namespace

std::int64_t relative_position_bucket(std::int64_t distance, std::int64_t num_buckets, std::int64_t max_distance, bool bidirectional) {
  std::int64_t first = 0;
  if (bidirectional) {
    num_buckets /= 2;
    if (distance > 0) first = num_buckets;
    distance = std::abs(distance);
  } else {
    distance = std::max<std::int64_t>(-distance, 0);
  }
  const std::int64_t exact = num_buckets / 2;
  if (distance < exact) return first + distance;
  // In f32, as where the formula comes from: the edges of the buckets fall on the same distances.
  const float whole = static_cast<float>(std::log(static_cast<double>(max_distance) / static_cast<double>(exact)));
  const float share = std::log(static_cast<float>(distance) / static_cast<float>(exact)) / whole;
  return first + std::min(exact + static_cast<std::int64_t>(share * static_cast<float>(num_buckets - exact)), num_buckets - 1);
}

RelativePositionBias::RelativePositionBias(std::int64_t num_heads, RelativePositionBiasOptions options) : Layer(std::make_shared<RelativeBody>(num_heads, std::move(options))) {}
AlibiBias::AlibiBias(std::int64_t num_heads, AlibiBiasOptions options) : Layer(std::make_shared<AlibiBody>(num_heads, std::move(options))) {}

Layer RelativePositionBias::from_config(const Config& c) {
  return RelativePositionBias(c.at("num_heads").integer(), {.num_buckets = c.get("num_buckets", 32), .max_distance = c.get("max_distance", 128), .bidirectional = c.get("bidirectional", true),
                                                            .initializer = detail::initializer_from(c, "initializer", "glorot_uniform"), .name = detail::config_name(c)});
}
Layer AlibiBias::from_config(const Config& c) { return AlibiBias(c.at("num_heads").integer(), {.alibi_bias_max = c.get("alibi_bias_max", 8.0), .name = detail::config_name(c)}); }

}  // namespace candor
