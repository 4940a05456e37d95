#include "candor/nn/layers/core.h"

#include "candor/nn/layers/from_config.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class IdentityBody final : public detail::LayerBody {
 public:
  using LayerBody::LayerBody;
  std::string kind() const override { return "Identity"; }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override { return {xs.begin(), xs.end()}; }
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor>) override {
    std::vector<Tensor> masks;
    for (const Tensor& x : xs) masks.push_back(x.mask());
    return masks;
  }
};

class MaskingBody final : public detail::SimpleLayerBody {
 public:
  MaskingBody(double value, MaskingOptions options) : SimpleLayerBody(std::move(options.name)), value_(value) {}
  std::string kind() const override { return "Masking"; }
  Config options() const override { return Config::map().set("mask_value", value_); }
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor>) override { return {counts(xs[0], false)}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    if (x.rank() < 2) complain(ErrorKind::shape, "takes [batch, ..., features]; the input is " + to_string(x.shape()));
    return where(counts(x, true), x, Tensor::zeros({}, x.dtype()));
  }

 private:
  Tensor counts(const Tensor& x, bool keepdims) const { return any(not_equal(x, Tensor::full({}, value_, x.dtype())), {-1}, keepdims); }
  double value_;
};

class InputLayerBody final : public detail::SimpleLayerBody {
 public:
  InputLayerBody(std::vector<std::int64_t> shape, InputLayerOptions options) : SimpleLayerBody(options.name), shape_(std::move(shape)), options_(std::move(options)) {
    if (options_.batch_size) detail::require_positive("InputLayer", "batch_size", *options_.batch_size);
    for (std::int64_t extent : shape_) {
      if (extent < -1) fail(ErrorKind::invalid_argument, "InputLayer: shape must have extents of at least 0, or -1 for free ones, not " + std::to_string(extent));
    }
  }
  std::string kind() const override { return "InputLayer"; }
  Config options() const override {
    Config::List batch{detail::config_of(options_.batch_size)};
    for (std::int64_t extent : shape_) batch.push_back(extent == -1 ? Config() : Config(extent));
    return Config::map().set("batch_shape", batch).set("dtype", detail::keras_dtype(options_.dtype)).set("sparse", false).set("ragged", false).set("optional", options_.optional);
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    bool fits = x.rank() == static_cast<int>(shape_.size()) + 1 && (!options_.batch_size || x.shape(0) == *options_.batch_size);
    for (std::size_t i = 0; fits && i < shape_.size(); ++i) fits = shape_[i] == -1 || shape_[i] == x.shape(static_cast<int>(i) + 1);
    if (!fits) {
      std::string expected = options_.batch_size ? std::to_string(*options_.batch_size) : "batch";
      for (std::int64_t extent : shape_) expected += ", " + (extent == -1 ? std::string("any") : std::to_string(extent));
      complain(ErrorKind::shape, "declares [" + expected + "]; the input is " + to_string(x.shape()));
    }
    return x;
  }

 private:
  std::vector<std::int64_t> shape_;
  InputLayerOptions options_;
};

}  // namespace

IdentityLayer::IdentityLayer(IdentityOptions options) : Layer(std::make_shared<IdentityBody>(std::move(options.name))) {}
Layer IdentityLayer::from_config(const Config& c) { return IdentityLayer({.name = detail::config_name(c)}); }

Masking::Masking(double mask_value, MaskingOptions options) : Layer(std::make_shared<MaskingBody>(mask_value, std::move(options))) {}
Layer Masking::from_config(const Config& c) { return Masking(c.get("mask_value", 0.0), {.name = detail::config_name(c)}); }

InputLayer::InputLayer(std::vector<std::int64_t> shape, InputLayerOptions options) : Layer(std::make_shared<InputLayerBody>(std::move(shape), std::move(options))) {}

Layer InputLayer::from_config(const Config& c) {
  if (c.get("sparse", false) || c.get("ragged", false)) fail(ErrorKind::unsupported, "InputLayer: sparse and ragged inputs are not supported; give dense ones");
  const Config* given = c.find("batch_shape") ? c.find("batch_shape") : c.find("batch_input_shape");
  std::vector<std::int64_t> shape;
  std::optional<std::int64_t> batch = detail::integer_from(c, "batch_size");
  const Config::List& extents = given && !given->is_null() ? given->items() : c.at("shape").items();
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (given && i == 0) batch = extents[0].is_null() ? std::nullopt : std::optional(extents[0].integer());
    else shape.push_back(extents[i].is_null() ? -1 : extents[i].integer());
  }
  return InputLayer(shape, {.batch_size = batch, .dtype = detail::config_dtype(c), .optional = c.get("optional", false), .name = detail::config_name(c)});
}

}  // namespace candor
