#include "candor/nn/layers/preprocessing/random_geometry.h"

#include <numbers>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/warp.h"

namespace candor {
namespace {

using detail::ImageBody;

Tensor number(double value) { return Tensor::full({}, value); }

class RandomFlipBody final : public ImageBody {
 public:
  explicit RandomFlipBody(RandomFlipOptions o) : ImageBody(o.name, o.data_format, o.seed), mode_(o.mode) {
    detail::require_one_of("RandomFlip", "mode", mode_, {"horizontal", "vertical", "horizontal_and_vertical"});
  }
  std::string kind() const override { return "RandomFlip"; }
  Config options() const override {
    Config c = Config::map().set("mode", mode_).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override { return {{{"flips", less_equal(uniform({x[0], 1, 1, 1}, 0, 1), number(0.5))}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor flips = reshape(t.at("flips"), Shape{x.shape(0), 1, 1, 1});
    std::vector<int> axes;
    if (mode_.starts_with("horizontal")) axes.push_back(2);
    if (mode_.ends_with("vertical")) axes.push_back(1);
    return where(flips, flip(x, axes), x);
  }

 private:
  std::string mode_;
};

/// Layers whose draw is an affine map.
class AffineBody : public ImageBody {
 public:
  AffineBody(const char* layer, WarpedOptions o) : ImageBody(o.name, o.data_format, o.seed), layer_(layer), options_(std::move(o)) {
    detail::require_one_of(layer, "fill_mode", options_.fill_mode, {"reflect", "wrap", "constant", "nearest"});
    detail::require_one_of(layer, "interpolation", options_.interpolation, {"nearest", "bilinear"});
  }
  std::string kind() const override { return layer_; }
  Tensor transform(const Tensor& x, const Transformation& t) const final {
    return affine_transform(x, map(t, x.shape()), {options_.interpolation, options_.fill_mode, options_.fill_value});
  }

 protected:
  /// [N, 8], see affine_transform.
  virtual Tensor map(const Transformation& t, const Shape& images) const = 0;
  Config& with_fill(Config& c) const {
    c.set("fill_mode", options_.fill_mode).set("interpolation", options_.interpolation).set("seed", detail::config_of(seed()));
    return describe(c.set("fill_value", options_.fill_value));
  }
  static Tensor columns(const std::vector<Tensor>& parts) { return concatenate(parts, 1); }

 private:
  const char* layer_;
  WarpedOptions options_;
};

Tensor constant_column(std::int64_t n, double value) { return Tensor::full({n, 1}, value); }
Tensor upright(const Tensor& x) { return reshape(detail::to_dtype(x, DType::f32), Shape{x.size(), 1}); }

class RandomRotationBody final : public AffineBody {
 public:
  RandomRotationBody(const Factor& factor, WarpedOptions o)
      : AffineBody("RandomRotation", std::move(o)), factor_(detail::symmetric_range("RandomRotation", "factor", factor, -1, 1)) {}
  Config options() const override {
    Config c = Config::map().set("factor", detail::factor_config(factor_));
    return with_fill(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor angle = uniform({x[0]}, factor_.low * 360, factor_.high * 360);
    return {{{"angle", angle}, {"rotation_matrix", matrix(angle, x)}}, {}};
  }

 protected:
  Tensor map(const Transformation& t, const Shape& images) const override {
    return t.find("rotation_matrix") ? reshape(t.at("rotation_matrix"), Shape{images[0], 8}) : matrix(t.at("angle"), images);
  }

 private:
  static Tensor matrix(const Tensor& degrees, const Shape& images) {
    const Tensor angle = upright(degrees) * number(std::numbers::pi / 180), cosine = cos(angle), sine = sin(angle);
    const Tensor cx = number(0.5 * static_cast<double>(images[2] - 1)), cy = number(0.5 * static_cast<double>(images[1] - 1)), none = Tensor::zeros({images[0], 2});
    return columns({cosine, -sine, cx - cx * cosine + cy * sine, sine, cosine, cy - cx * sine - cy * cosine, none});
  }
  Factor factor_;
};

class RandomTranslationBody final : public AffineBody {
 public:
  RandomTranslationBody(const Factor& height, const Factor& width, WarpedOptions o)
      : AffineBody("RandomTranslation", std::move(o)),
        height_(detail::symmetric_range("RandomTranslation", "height_factor", height, -1, 1)),
        width_(detail::symmetric_range("RandomTranslation", "width_factor", width, -1, 1)) {}
  Config options() const override {
    Config c = Config::map().set("height_factor", detail::factor_config(height_)).set("width_factor", detail::factor_config(width_));
    return with_fill(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor down = uniform({x[0], 1}, height_.low, height_.high) * number(static_cast<double>(x[1]));
    const Tensor right = uniform({x[0], 1}, width_.low, width_.high) * number(static_cast<double>(x[2]));
    return {{{"translations", concatenate({right, down}, 1)}}, {}};
  }

 protected:
  Tensor map(const Transformation& t, const Shape& images) const override {
    const std::int64_t n = images[0];
    const Tensor& moved = t.at("translations");
    const Tensor one = constant_column(n, 1), zero = constant_column(n, 0);
    return columns({one, zero, -narrow(moved, 1, 0, 1), zero, one, -narrow(moved, 1, 1, 2), zero, zero});
  }

 private:
  Factor height_, width_;
};

Factor zoom_range(const char* option, const Factor& factor) {
  const Factor f = detail::symmetric_range("RandomZoom", option, factor, -1, 1);
  if (f.low <= -1) fail(ErrorKind::invalid_argument, std::string("RandomZoom: ") + option + " must lie above -1: a zoom of -100 % leaves nothing to see");
  return f;
}

class RandomZoomBody final : public AffineBody {
 public:
  RandomZoomBody(const Factor& height, const Maybe<Factor>& width, WarpedOptions o)
      : AffineBody("RandomZoom", std::move(o)), height_(zoom_range("height_factor", height)) {
    if (width) width_ = zoom_range("width_factor", *width);
  }
  Config options() const override {
    Config c = Config::map().set("height_factor", detail::factor_config(height_)).set("width_factor", width_ ? detail::factor_config(*width_) : Config());
    return with_fill(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor height = uniform({x[0], 1}, 1 + height_.low, 1 + height_.high);
    return {{{"height_zoom", height}, {"width_zoom", width_ ? uniform({x[0], 1}, 1 + width_->low, 1 + width_->high) : height}}, {}};
  }

 protected:
  Tensor map(const Transformation& t, const Shape& images) const override {
    const Tensor w = upright(t.at("width_zoom")), h = upright(t.at("height_zoom")), zero = constant_column(images[0], 0);
    const Tensor dx = number(static_cast<double>(images[2] - 1) / 2) * (number(1) - w), dy = number(static_cast<double>(images[1] - 1) / 2) * (number(1) - h);
    return columns({w, zero, dx, zero, h, dy, zero, zero});
  }

 private:
  Factor height_;
  Maybe<Factor> width_;
};

class RandomShearBody final : public AffineBody {
 public:
  RandomShearBody(const Factor& x, const Factor& y, WarpedOptions o) : AffineBody("RandomShear", std::move(o)), x_(range("x_factor", x)), y_(range("y_factor", y)) {}
  Config options() const override {
    Config c = Config::map().set("x_factor", detail::factor_config(x_)).set("y_factor", detail::factor_config(y_));
    return with_fill(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor side = where(greater(uniform({x[0], 1}, 0, 1), number(0.5)), number(-1), number(1));
    const Tensor down = uniform({x[0], 1}, y_.low, y_.high), right = uniform({x[0], 1}, x_.low, x_.high);
    return {{{"shear_factor", concatenate({right, down}, 1) * side}}, {}};
  }

 protected:
  Tensor map(const Transformation& t, const Shape& images) const override {
    const Tensor& shear = t.at("shear_factor");
    const Tensor one = constant_column(images[0], 1), zero = constant_column(images[0], 0);
    return columns({one, narrow(shear, 1, 0, 1), zero, narrow(shear, 1, 1, 2), one, zero, zero, zero});
  }

 private:
  // One number f stands for [-f, f], as Keras draws; of a range both ends are checked against [-1, 1] for that reason.
  static Factor range(const char* option, const Factor& f) {
    if (!f.range && f.high < 0) fail(ErrorKind::invalid_argument, std::string("RandomShear: ") + option + " must lie in [0, 1], and is " + std::to_string(f.high));
    return detail::symmetric_range("RandomShear", option, f, -1, 1);
  }
  Factor x_, y_;
};

class RandomPerspectiveBody final : public ImageBody {
 public:
  explicit RandomPerspectiveBody(RandomPerspectiveOptions o) : ImageBody(o.name, o.data_format, o.seed), options_(std::move(o)) {
    options_.factor = detail::symmetric_range("RandomPerspective", "factor", options_.factor, 0, 1);
    if (!(options_.scale >= 0 && options_.scale <= 1)) fail(ErrorKind::invalid_argument, "RandomPerspective: scale must lie in [0, 1], and is " + std::to_string(options_.scale));
    detail::require_one_of("RandomPerspective", "interpolation", options_.interpolation, {"nearest", "bilinear"});
  }
  std::string kind() const override { return "RandomPerspective"; }
  Config options() const override {
    Config c = Config::map();
    c.set("factor", detail::factor_config(options_.factor)).set("scale", options_.scale).set("interpolation", options_.interpolation);
    return describe(c.set("fill_value", options_.fill_value).set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const Tensor apply = chance(x[0], options_.factor);
    const auto w = static_cast<float>(x[2] - 1), h = static_cast<float>(x[1] - 1);
    const Tensor start = broadcast_to(Tensor::from(std::vector<float>{0, 0, w, 0, 0, h, w, h}, {1, 4, 2}), {x[0], 4, 2});
    const Tensor moved = uniform({x[0], 4, 2}, -0.5 * options_.scale, 0.5 * options_.scale);
    return {{{"apply_perspective", apply}, {"start_points", start}, {"end_points", start + start * moved}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor map = homography(t.at("start_points"), t.at("end_points"));
    const Tensor seen = affine_transform(x, map, {options_.interpolation, "constant", options_.fill_value});
    return where(reshape(t.at("apply_perspective"), Shape{x.shape(0), 1, 1, 1}), seen, x);
  }

 private:
  RandomPerspectiveOptions options_;
};

WarpedOptions warped_from(const Config& c) {
  return {.fill_mode = c.get("fill_mode", "reflect"),
          .interpolation = c.get("interpolation", "bilinear"),
          .seed = detail::seed_from(c),
          .fill_value = c.get("fill_value", 0.0),
          .data_format = detail::data_format_from(c),
          .name = detail::config_name(c)};
}
Factor needed(const Config& c, const char* key) {
  c.at(key);
  return detail::factor_from(c, key, 0.0);
}

}  // namespace

RandomFlip::RandomFlip(RandomFlipOptions o) : ImageLayer(std::make_shared<RandomFlipBody>(std::move(o))) {}
RandomRotation::RandomRotation(Factor factor, WarpedOptions o) : ImageLayer(std::make_shared<RandomRotationBody>(factor, std::move(o))) {}
RandomTranslation::RandomTranslation(Factor height, Factor width, WarpedOptions o)
    : ImageLayer(std::make_shared<RandomTranslationBody>(height, width, std::move(o))) {}
RandomZoom::RandomZoom(Factor height, Maybe<Factor> width, WarpedOptions o) : ImageLayer(std::make_shared<RandomZoomBody>(height, width, std::move(o))) {}
RandomShear::RandomShear(Factor x, Factor y, RandomShearOptions o)
    : ImageLayer(std::make_shared<RandomShearBody>(x, y, WarpedOptions{.fill_mode = std::move(o.fill_mode), .interpolation = std::move(o.interpolation), .seed = o.seed,
                                                                       .fill_value = o.fill_value, .data_format = std::move(o.data_format), .name = std::move(o.name)})) {}
RandomPerspective::RandomPerspective(RandomPerspectiveOptions o) : ImageLayer(std::make_shared<RandomPerspectiveBody>(std::move(o))) {}

Layer RandomFlip::from_config(const Config& c) {
  return RandomFlip({.mode = c.get("mode", "horizontal_and_vertical"), .seed = detail::seed_from(c), .data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}
Layer RandomRotation::from_config(const Config& c) { return RandomRotation(needed(c, "factor"), warped_from(c)); }
Layer RandomTranslation::from_config(const Config& c) { return RandomTranslation(needed(c, "height_factor"), needed(c, "width_factor"), warped_from(c)); }
Layer RandomZoom::from_config(const Config& c) {
  const Config* width = c.find("width_factor");
  return RandomZoom(needed(c, "height_factor"), width && !width->is_null() ? Maybe<Factor>(detail::factor_from(c, "width_factor", 0.0)) : Maybe<Factor>(), warped_from(c));
}
Layer RandomShear::from_config(const Config& c) {
  const WarpedOptions o = warped_from(c);
  return RandomShear(detail::factor_from(c, "x_factor", 0.0), detail::factor_from(c, "y_factor", 0.0),
                     {.interpolation = o.interpolation, .fill_mode = o.fill_mode, .fill_value = o.fill_value, .data_format = o.data_format, .seed = o.seed, .name = o.name});
}
Layer RandomPerspective::from_config(const Config& c) {
  return RandomPerspective({.factor = detail::factor_from(c, "factor", 1.0),
                            .scale = c.get("scale", 1.0),
                            .interpolation = c.get("interpolation", "bilinear"),
                            .fill_value = c.get("fill_value", 0.0),
                            .seed = detail::seed_from(c),
                            .data_format = detail::data_format_from(c),
                            .name = detail::config_name(c)});
}

}  // namespace candor
