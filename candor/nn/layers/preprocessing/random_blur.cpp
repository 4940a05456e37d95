// RandomGaussianBlur, RandomElasticTransform (whose noise is smoothed the same way) and RandomColorJitter.
#include <algorithm>
#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/nn/layers/preprocessing/random_color.h"
#include "candor/nn/layers/preprocessing/random_geometry.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/warp.h"

namespace candor {
namespace detail {
namespace {

/// Pixels; no picture is wider, and weights beyond its edge count nothing.
constexpr std::int64_t widest_kernel = 65535;

// exp(-(i - middle)^2 / (2 sigma^2)) as weights that sum to one.
Tensor bell(std::int64_t size, const Tensor& sigma, DType dtype) {
  std::vector<double> place;
  for (std::int64_t i = 0; i < size; ++i) place.push_back(static_cast<double>(i) - static_cast<double>(size - 1) / 2);
  const Tensor z = Tensor::from(place).to(dtype) / reshape(to_dtype(sigma, dtype), Shape{});
  const Tensor weights = exp(square(z) * Tensor::full({}, -0.5, dtype));
  return weights / sum(weights);
}

Tensor chosen(const Transformation& t, const char* name, const Tensor& x, const Tensor& changed) {
  return where(reshape(t.at(name), Shape{x.shape(0), 1, 1, 1}), changed, x);
}

class BlurBody final : public ImageBody {
 public:
  explicit BlurBody(RandomGaussianBlurOptions o) : ImageBody(o.name, o.data_format, o.seed), options_(std::move(o)) {
    const char* who = "RandomGaussianBlur";
    options_.factor = symmetric_range(who, "factor", options_.factor, 0, 1);
    options_.sigma = symmetric_range(who, "sigma", options_.sigma, 0, 1);
    options_.value_range = check_range(who, options_.value_range);
    if (options_.kernel_size.size() == 1) options_.kernel_size.push_back(options_.kernel_size[0]);
    if (options_.kernel_size.size() != 2) fail(ErrorKind::invalid_argument, "RandomGaussianBlur: kernel_size needs one or two numbers");
    for (const std::int64_t k : options_.kernel_size)
      if (k < 1 || k % 2 == 0 || k > widest_kernel)
        fail(ErrorKind::invalid_argument, "RandomGaussianBlur: kernel_size must be odd, from 1 to " + std::to_string(widest_kernel) + ", and is " + std::to_string(k));
  }
  std::string kind() const override { return "RandomGaussianBlur"; }
  Config options() const override {
    Config c = Config::map();
    c.set("factor", factor_config(options_.factor)).set("kernel_size", Config::integers(options_.kernel_size)).set("sigma", factor_config(options_.sigma));
    return describe(c.set("value_range", range_config(options_.value_range)).set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const Tensor apply = chance(x[0], options_.factor);
    return {{{"should_apply_blur", apply}, {"blur_factor", uniform({2}, options_.sigma.low, options_.sigma.high) + Tensor::full({}, 1e-6)}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor& sigma = t.at("blur_factor");
    // Keras lays its kernel out as columns by rows before it takes it as rows by columns; they agree when the kernel is square.
    const Tensor blurred = gaussian_blur(x, options_.kernel_size[0], options_.kernel_size[1], narrow(sigma, 0, 1, 2), narrow(sigma, 0, 0, 1));
    return clip(chosen(t, "should_apply_blur", x, blurred), options_.value_range.low, options_.value_range.high);
  }

 private:
  RandomGaussianBlurOptions options_;
};

class ElasticBody final : public ImageBody {
 public:
  explicit ElasticBody(RandomElasticTransformOptions o) : ImageBody(o.name, o.data_format, o.seed), options_(std::move(o)) {
    const char* who = "RandomElasticTransform";
    options_.factor = symmetric_range(who, "factor", options_.factor, 0, 1);
    options_.scale = symmetric_range(who, "scale", options_.scale, 0, 1);
    options_.value_range = check_range(who, options_.value_range);
    require_one_of(who, "fill_mode", options_.fill_mode, {"reflect", "wrap", "constant", "nearest"});
    require_one_of(who, "interpolation", options_.interpolation, {"nearest", "bilinear"});
  }
  std::string kind() const override { return "RandomElasticTransform"; }
  Config options() const override {
    Config c = Config::map();
    c.set("factor", factor_config(options_.factor)).set("scale", factor_config(options_.scale)).set("interpolation", options_.interpolation);
    c.set("fill_mode", options_.fill_mode).set("fill_value", options_.fill_value).set("value_range", range_config(options_.value_range));
    return describe(c.set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const Tensor apply = chance(x[0], options_.factor), strength = uniform({}, options_.scale.low, options_.scale.high);
    return {{{"apply_transform", apply}, {"distortion_factor", strength}, {"noise", normal({x[0], x[1], x[2], 2})}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const std::int64_t n = x.shape(0), height = x.shape(1), width = x.shape(2);
    const double most = 0.05 * static_cast<double>(std::min(height, width)) * options_.scale.high;
    const std::int64_t size = 6 * static_cast<std::int64_t>(most) | 1;
    const Tensor strength = reshape(to_dtype(t.at("distortion_factor"), DType::f32), Shape{}), tiny = Tensor::full({}, 1e-6);
    const Tensor sigma = strength * Tensor::full({}, 0.05 * static_cast<double>(std::min(height, width))) + tiny;
    const Tensor alpha = strength * Tensor::full({}, 0.1 * static_cast<double>(std::max(height, width)));
    const Tensor moved = gaussian_blur(to_dtype(t.at("noise"), DType::f32) * sigma, size, size, sigma, sigma) * alpha;
    const Tensor columns = reshape(Tensor::arange(width, DType::f32), Shape{1, 1, width}), rows = reshape(Tensor::arange(height, DType::f32), Shape{1, height, 1});
    const auto part = [&](std::int64_t k) { return reshape(narrow(moved, 3, k, k + 1), Shape{n, height, width}); };
    const Tensor bent = warp(x, part(0) + columns, part(1) + rows, {options_.interpolation, options_.fill_mode, options_.fill_value});
    return clip(chosen(t, "apply_transform", x, bent), options_.value_range.low, options_.value_range.high);
  }

 private:
  RandomElasticTransformOptions options_;
};

class JitterBody final : public ImageBody {
 public:
  explicit JitterBody(RandomColorJitterOptions o) : ImageBody(o.name, o.data_format, o.seed), options_(std::move(o)) {
    options_.value_range = check_range("RandomColorJitter", options_.value_range);
    // Layers inside get images with the channels last; their streams differ by the order of their draws.
    const ColorOptions inner{.value_range = options_.value_range, .seed = options_.seed};
    if (options_.brightness_factor) layers_.emplace_back("brightness", RandomBrightness(*options_.brightness_factor, inner));
    if (options_.contrast_factor) layers_.emplace_back("contrast", RandomContrast(*options_.contrast_factor, inner));
    if (options_.saturation_factor) layers_.emplace_back("saturation", RandomSaturation(*options_.saturation_factor, inner));
    if (options_.hue_factor) layers_.emplace_back("hue", RandomHue(*options_.hue_factor, inner));
  }
  std::string kind() const override { return "RandomColorJitter"; }
  Config options() const override {
    Config c = Config::map().set("value_range", range_config(options_.value_range));
    const auto set = [&](const char* key, const Maybe<Factor>& f) { c.set(key, !f ? Config() : f->range ? factor_config(*f) : Config(f->high)); };
    set("brightness_factor", options_.brightness_factor), set("contrast_factor", options_.contrast_factor);
    set("saturation_factor", options_.saturation_factor), set("hue_factor", options_.hue_factor);
    return describe(c.set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    Transformation t;
    for (const auto& [name, layer] : layers_) t.add(name, static_cast<const ImageBody&>(layer.body()).draw(x));
    return t;
  }
  Tensor transform(const Tensor& images, const Transformation& t) const override {
    Tensor x = images;
    for (const auto& [name, layer] : layers_) x = static_cast<const ImageBody&>(layer.body()).transform(x, t.inner(name));
    return x;
  }

 private:
  RandomColorJitterOptions options_;
  std::vector<std::pair<std::string, Layer>> layers_;
};

}  // namespace

Tensor gaussian_blur(const Tensor& x, std::int64_t rows, std::int64_t columns, const Tensor& row_sigma, const Tensor& column_sigma) {
  const std::int64_t channels = x.shape(3);
  const auto along = [&](const Tensor& image, const Tensor& weights, const Shape& shape, Padding padding) {
    const Tensor kernel = broadcast_to(reshape(weights, shape), Shape{shape[0], shape[1], 1, channels});
    return conv(image, kernel, {.padding = std::move(padding), .groups = channels});
  };
  const Tensor down = along(x, bell(rows, row_sigma, x.dtype()), {rows, 1, 1, 1}, {{rows / 2, rows / 2}, {0, 0}});
  return along(down, bell(columns, column_sigma, x.dtype()), {1, columns, 1, 1}, {{0, 0}, {columns / 2, columns / 2}});
}

}  // namespace detail

RandomGaussianBlur::RandomGaussianBlur(RandomGaussianBlurOptions o) : ImageLayer(std::make_shared<detail::BlurBody>(std::move(o))) {}
RandomElasticTransform::RandomElasticTransform(RandomElasticTransformOptions o) : ImageLayer(std::make_shared<detail::ElasticBody>(std::move(o))) {}
RandomColorJitter::RandomColorJitter(RandomColorJitterOptions o) : ImageLayer(std::make_shared<detail::JitterBody>(std::move(o))) {}

Layer RandomGaussianBlur::from_config(const Config& c) {
  RandomGaussianBlurOptions o{.factor = detail::factor_from(c, "factor", 1.0), .sigma = detail::factor_from(c, "sigma", 1.0)};
  if (const Config* k = c.find("kernel_size"); k && !k->is_null()) o.kernel_size = k->is_list() ? k->to_integers() : std::vector<std::int64_t>{k->integer()};
  o.value_range = detail::value_range_from(c), o.data_format = detail::data_format_from(c), o.seed = detail::seed_from(c), o.name = detail::config_name(c);
  return RandomGaussianBlur(std::move(o));
}
Layer RandomElasticTransform::from_config(const Config& c) {
  RandomElasticTransformOptions o{.factor = detail::factor_from(c, "factor", 1.0), .scale = detail::factor_from(c, "scale", 1.0)};
  o.interpolation = c.get("interpolation", "bilinear"), o.fill_mode = c.get("fill_mode", "reflect"), o.fill_value = c.get("fill_value", 0.0);
  o.value_range = detail::value_range_from(c), o.data_format = detail::data_format_from(c), o.seed = detail::seed_from(c), o.name = detail::config_name(c);
  return RandomElasticTransform(std::move(o));
}
Layer RandomColorJitter::from_config(const Config& c) {
  RandomColorJitterOptions o{.value_range = detail::value_range_from(c)};
  const auto factor = [&](const char* key) -> Maybe<Factor> {
    const Config* value = c.find(key);
    if (!value || value->is_null()) return {};
    return detail::factor_from(c, key, 0.0);
  };
  o.brightness_factor = factor("brightness_factor"), o.contrast_factor = factor("contrast_factor");
  o.saturation_factor = factor("saturation_factor"), o.hue_factor = factor("hue_factor");
  o.seed = detail::seed_from(c), o.data_format = detail::data_format_from(c), o.name = detail::config_name(c);
  return RandomColorJitter(std::move(o));
}

}  // namespace candor
