#include "candor/nn/layers/position_embedding.h"

#include <cmath>

#include "candor/nn/layers/embedding.h"
#include "candor/nn/layers/from_config.h"
#include "candor/nn/step_cache.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

/// The call argument start_index; 0 when it is not given.
std::int64_t start_of(const Config* option) { return option && !option->is_null() ? option->integer() : 0; }

class PositionEmbeddingBody final : public detail::SimpleLayerBody {
 public:
  PositionEmbeddingBody(std::int64_t length, PositionEmbeddingOptions options) : SimpleLayerBody(options.name), length_(length), options_(std::move(options)) {
    detail::require_positive("PositionEmbedding", "sequence_length", length_);
  }
  std::string kind() const override { return "PositionEmbedding"; }
  Config options() const override { return Config::map().set("sequence_length", length_).set("initializer", options_.initializer.config()); }
  std::vector<std::string> call_arguments() const override { return {"start_index"}; }
  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 3) complain(ErrorKind::shape, "takes [batch, steps, features]; the input is " + to_string(in[0].shape));
    table_ = add_weight("embeddings", {length_, in[0].shape[-1]}, options_.initializer, detail::compute_dtype(in[0].dtype));
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    const std::int64_t start = start_of(option("start_index"));
    if (const detail::StepCache* cache = detail::StepCache::current(); cache && x.rank() == 3 && start == 0) return broadcast_to(take(table_.value(), cache->places(x.shape(1))), x.shape());
    if (x.rank() < 3 || x.shape(-1) != table_.shape()[1]) complain(ErrorKind::shape, detail::built_for(*this, std::to_string(table_.shape()[1]) + " features", x));
    if (start < 0 || start + x.shape(-2) > length_)
      complain(ErrorKind::shape, "the steps " + std::to_string(start) + " to " + std::to_string(start + x.shape(-2) - 1) + " are not all within its sequence_length of " + std::to_string(length_));
    return broadcast_to(narrow(table_.value(), 0, start, start + x.shape(-2)), x.shape());
  }

 private:
  std::int64_t length_;
  PositionEmbeddingOptions options_;
  Variable table_;
};

class SineBody final : public detail::SimpleLayerBody {
 public:
  explicit SineBody(SinePositionEncodingOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    if (!(options_.max_wavelength > 0) || !std::isfinite(options_.max_wavelength))
      fail(ErrorKind::invalid_argument, "SinePositionEncoding: max_wavelength must be positive and finite, not " + to_string(Config(options_.max_wavelength)));
  }
  std::string kind() const override { return "SinePositionEncoding"; }
  Config options() const override { return Config::map().set("max_wavelength", options_.max_wavelength); }
  std::vector<std::string> call_arguments() const override { return {"start_index"}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    if (x.rank() < 3) complain(ErrorKind::shape, "takes [batch, steps, features]; the input is " + to_string(x.shape()));
    const detail::StepCache* cache = detail::StepCache::current();
    const std::int64_t steps = cache ? cache->capacity() : x.shape(-2), features = x.shape(-1), start = start_of(option("start_index"));
    std::vector<double> rows;
    rows.reserve(static_cast<std::size_t>(steps * features));
    for (std::int64_t t = 0; t < steps; ++t)
      for (std::int64_t i = 0; i < features; ++i) {
        const double angle = static_cast<double>(t + start) * std::pow(options_.max_wavelength, -2.0 * static_cast<double>(i / 2) / static_cast<double>(features));
        rows.push_back(i % 2 == 1 ? std::cos(angle) : std::sin(angle));
      }
    Tensor table = Tensor::from(rows, Shape{steps, features}).to(detail::compute_dtype(x.dtype()));
    if (cache) table = take(table, cache->places(x.shape(-2)));
    return broadcast_to(table, x.shape());
  }

 private:
  SinePositionEncodingOptions options_;
};

class TokenAndPositionBody final : public detail::LayerBody {
 public:
  TokenAndPositionBody(std::int64_t vocabulary, std::int64_t length, std::int64_t features, TokenAndPositionEmbeddingOptions options)
      : LayerBody(options.name), vocabulary_(vocabulary), length_(length), features_(features), options_(std::move(options)) {
    const char* kind = "TokenAndPositionEmbedding";
    detail::require_positive(kind, "vocabulary_size", vocabulary_);
    detail::require_positive(kind, "sequence_length", length_);
    detail::require_positive(kind, "embedding_dim", features_);
    tokens_ = ReversibleEmbedding{vocabulary_, features_, {.tie_weights = options_.tie_weights, .embeddings_initializer = options_.embeddings_initializer,
                                                           .mask_zero = options_.mask_zero, .dtype = options_.dtype, .name = "token_embedding"}};
    places_ = PositionEmbedding{length_, {.initializer = options_.embeddings_initializer, .name = "position_embedding"}};
  }
  std::string kind() const override { return "TokenAndPositionEmbedding"; }
  Config options() const override {
    Config c = Config::map();
    c.set("vocabulary_size", vocabulary_).set("sequence_length", length_).set("embedding_dim", features_).set("tie_weights", options_.tie_weights);
    c.set("embeddings_initializer", options_.embeddings_initializer.config()).set("mask_zero", options_.mask_zero);
    return c.set("dtype", detail::keras_dtype(options_.dtype));
  }
  std::vector<Layer> children() const override { return {tokens_, places_}; }
  std::vector<std::string> call_arguments() const override { return {"start_index", "reverse"}; }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "takes tokens [batch, steps]; the input is " + to_string(in[0].shape));
    const TensorType rows{in[0].shape.inserted(in[0].shape.rank(), features_), options_.dtype};
    for (const Layer& child : children()) child.set_dtype_policy(dtype_policy());
    tokens_.body().build_once(in);
    places_.body().build_once(std::span(&rows, 1));
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    if (option("reverse", false)) return tokens_.call(xs, CallOptions{.mode = mode, .options = {{"reverse", true}}});
    if (only(xs).rank() < 2) complain(ErrorKind::shape, "takes tokens [batch, steps]; the input is " + to_string(xs[0].shape()));
    const Tensor tokens = tokens_(xs[0], mode);
    CallOptions call{.mode = mode};
    if (const Config* start = option("start_index")) call.options = Config::map().set("start_index", *start);
    return {tokens + places_.call(std::span(&tokens, 1), call)[0]};
  }
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    std::vector<Tensor> masks(outputs.size());
    if (options_.mask_zero && !option("reverse", false)) masks[0] = not_equal(xs[0], Tensor::zeros({}, xs[0].dtype()));
    return masks;
  }

 private:
  std::int64_t vocabulary_, length_, features_;
  TokenAndPositionEmbeddingOptions options_;
  Layer tokens_, places_;
};

}  // namespace

PositionEmbedding::PositionEmbedding(std::int64_t sequence_length, PositionEmbeddingOptions options) : Layer(std::make_shared<PositionEmbeddingBody>(sequence_length, std::move(options))) {}
SinePositionEncoding::SinePositionEncoding(SinePositionEncodingOptions options) : Layer(std::make_shared<SineBody>(std::move(options))) {}
TokenAndPositionEmbedding::TokenAndPositionEmbedding(std::int64_t vocabulary_size, std::int64_t sequence_length, std::int64_t embedding_dim, TokenAndPositionEmbeddingOptions options)
    : Layer(std::make_shared<TokenAndPositionBody>(vocabulary_size, sequence_length, embedding_dim, std::move(options))) {}
Tensor TokenAndPositionEmbedding::reverse(const Tensor& x) const { return call(std::span(&x, 1), CallOptions{.options = {{"reverse", true}}})[0]; }

Layer PositionEmbedding::from_config(const Config& c) {
  return PositionEmbedding(c.at("sequence_length").integer(), {.initializer = detail::initializer_from(c, "initializer", "glorot_uniform"), .name = detail::config_name(c)});
}
Layer SinePositionEncoding::from_config(const Config& c) { return SinePositionEncoding({.max_wavelength = c.get("max_wavelength", 10000.0), .name = detail::config_name(c)}); }
Layer TokenAndPositionEmbedding::from_config(const Config& c) {
  return TokenAndPositionEmbedding(c.at("vocabulary_size").integer(), c.at("sequence_length").integer(), c.at("embedding_dim").integer(),
                                   {.tie_weights = c.get("tie_weights", true),
                                    .embeddings_initializer = detail::initializer_from(c, "embeddings_initializer", "uniform"),
                                    .mask_zero = c.get("mask_zero", false),
                                    .dtype = detail::config_dtype(c),
                                    .name = detail::config_name(c)});
}

}  // namespace candor
