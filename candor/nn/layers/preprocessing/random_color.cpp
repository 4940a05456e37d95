#include "candor/nn/layers/preprocessing/random_color.h"

#include <algorithm>
#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::per_image;

/// A layer with one range of factors.
class ColorBody : public detail::ImageBody {
 public:
  ColorBody(const char* kind, Factor factor, const ColorOptions& o)
      : ImageBody(o.name, o.data_format, o.seed), kind_(kind), factor_(factor), range_(detail::check_range(kind, o.value_range)) {}
  std::string kind() const override { return kind_; }
  Config options() const override {
    Config c = Config::map();
    c.set("factor", detail::factor_config(factor_)).set("value_range", detail::range_config(range_));
    return describe(c.set("seed", detail::config_of(seed())));
  }

 protected:
  Tensor within(const Tensor& x) const { return clip(x, range_.low, range_.high); }
  static Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
  const char* kind_;
  Factor factor_;
  ValueRange range_;
};

class Brightness final : public ColorBody {
 public:
  Brightness(const Factor& f, const ColorOptions& o) : ColorBody("RandomBrightness", detail::symmetric_range("RandomBrightness", "factor", f, -1, 1), o) {}
  Transformation draw(const Shape& x) const override {
    const Tensor delta = uniform({x[0], 1, 1, 1}, factor_.low, factor_.high);
    return {{{"rgb_delta", delta * number(range_.high - range_.low, delta)}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override { return within(x + per_image(t.at("rgb_delta"), x.dtype())); }

 protected:
};

class Contrast final : public ColorBody {
 public:
  Contrast(const Factor& f, const ColorOptions& o) : ColorBody("RandomContrast", detail::symmetric_range("RandomContrast", "factor", f, 0, 1), o) {}
  Transformation draw(const Shape& x) const override { return {{{"contrast_factor", uniform({x[0], 1, 1, 1}, 1 - factor_.low, 1 + factor_.high)}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor middle = mean(x, {1, 2}, true);
    return within((x - middle) * per_image(t.at("contrast_factor"), x.dtype()) + middle);
  }

 protected:
};

class Saturation final : public ColorBody {
 public:
  Saturation(const Factor& f, const ColorOptions& o) : ColorBody("RandomSaturation", detail::symmetric_range("RandomSaturation", "factor", f, -1, 1), o) {}
  Transformation draw(const Shape& x) const override {
    const Tensor f = uniform({x[0]}, factor_.low, factor_.high);
    return {{{"factor", f / (number(1, f) - f + number(1e-7, f))}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor hsv = detail::rgb_to_hsv(x, kind_);
    const Tensor s = within(narrow(hsv, -1, 1, 2) * per_image(t.at("factor"), x.dtype()));
    return detail::hsv_to_rgb(concatenate({narrow(hsv, -1, 0, 1), s, narrow(hsv, -1, 2, 3)}, -1));
  }
};

class Hue final : public ColorBody {
 public:
  Hue(const Factor& f, const ColorOptions& o) : ColorBody("RandomHue", detail::symmetric_range("RandomHue", "factor", f, 0, 1), o) {}
  Transformation draw(const Shape& x) const override {
    const Tensor side = uniform({x[0]}, 0, 1), f = uniform({x[0]}, factor_.low, factor_.high);
    return {{{"factor", where(greater(side, number(0.5, side)), number(-0.5, f), number(0.5, f)) * f}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor hsv = detail::rgb_to_hsv(detail::change_range(x, range_, {0, 1}), kind_), one = number(1, x);
    Tensor h = narrow(hsv, -1, 0, 1) + per_image(t.at("factor"), x.dtype());
    h = where(greater(h, one), h - one, h);
    h = where(less(h, number(0, x)), h + one, h);
    return detail::change_range(clip(detail::hsv_to_rgb(concatenate({h, narrow(hsv, -1, 1, 3)}, -1)), 0, 1), {0, 1}, range_);
  }
};

class Sharpness final : public ColorBody {
 public:
  Sharpness(const Factor& f, const ColorOptions& o) : ColorBody("RandomSharpness", detail::symmetric_range("RandomSharpness", "factor", f, 0, 1), o) {}
  Transformation draw(const Shape& x) const override { return {{{"factor", uniform({x[0]}, factor_.low, factor_.high)}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const std::int64_t channels = x.shape(3);
    std::vector<float> weights(static_cast<std::size_t>(9 * channels), 1.f / 13);
    std::fill_n(weights.begin() + 4 * channels, channels, 5.f / 13);
    const Tensor kernel = Tensor::from(weights, {3, 3, 1, channels}).to(x.dtype());
    const Tensor smooth = conv(x, kernel, {.padding = {{1, 1}, {1, 1}}, .groups = channels});
    const Tensor f = per_image(t.at("factor"), x.dtype()) * number(2, x);
    return within(x + (number(1, x) - f) * (smooth - x));
  }
};

class Posterization final : public ColorBody {
 public:
  Posterization(const Factor& f, const ColorOptions& o) : ColorBody("RandomPosterization", range(f), o) {}
  Transformation draw(const Shape& x) const override {
    Tensor bits = Tensor::full({x[0]}, factor_.low);
    if (factor_.low != factor_.high) bits = minimum(floor(uniform({x[0]}, factor_.low, factor_.high)), Tensor::full({}, factor_.high - 1));
    return {{{"shift_factor", cast(Tensor::full({}, 8) - bits, DType::i32)}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor powers = Tensor::from(std::vector<float>{1, 2, 4, 8, 16, 32, 64, 128, 256});
    const Tensor step = per_image(take(powers, cast(t.at("shift_factor"), DType::i32)), x.dtype());
    const Tensor whole = trunc(detail::change_range(x, range_, {0, 255}));
    return detail::change_range(floor(whole / step) * step, {0, 255}, range_);
  }

 private:
  static Factor range(const Factor& f) {
    const Factor r = detail::symmetric_range("RandomPosterization", "factor", f, 1, 8);
    if (r.low != std::floor(r.low) || r.high != std::floor(r.high)) fail(ErrorKind::invalid_argument, "RandomPosterization: factor counts bits and must be whole");
    return r;
  }
};

class Degeneration final : public ColorBody {
 public:
  Degeneration(const Factor& f, const ColorOptions& o)
      : ColorBody("RandomColorDegeneration", detail::symmetric_range("RandomColorDegeneration", "factor", f, -1, 1), o) {}
  Transformation draw(const Shape& x) const override { return {{{"factor", uniform({x[0], 1, 1, 1}, factor_.low, factor_.high)}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    return within(x + per_image(t.at("factor"), x.dtype()) * (detail::grayscale(x, kind_) - x));
  }
};

class Grayscale final : public ColorBody {
 public:
  Grayscale(double f, const ColorOptions& o) : ColorBody("RandomGrayscale", detail::range_from_zero("RandomGrayscale", "factor", f, 0, 1), o) {}
  Config options() const override {
    Config c = Config::map().set("factor", factor_.high).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override { return {{{"value", less(uniform({x[0], 1, 1, 1}, 0, 1), Tensor::full({}, factor_.high))}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    return where(reshape(t.at("value"), Shape{x.shape(0), 1, 1, 1}), broadcast_to(detail::grayscale(x, kind_), x.shape()), x);
  }
};

class Invert final : public ColorBody {
 public:
  Invert(const Factor& f, const ColorOptions& o) : ColorBody("RandomInvert", detail::symmetric_range("RandomInvert", "factor", f, 0, 1), o) {}
  Transformation draw(const Shape& x) const override { return {{{"apply_inversion", chance(x[0], factor_)}}, {}}; }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    return where(reshape(t.at("apply_inversion"), Shape{x.shape(0), 1, 1, 1}), number(range_.high, x) - x, x);
  }
};

class SolarizationBody final : public ColorBody {
 public:
  SolarizationBody(const Factor& addition, const Factor& threshold, const ColorOptions& o)
      : ColorBody("Solarization", detail::range_from_zero("Solarization", "addition_factor", addition, 0, 1), o),
        threshold_(detail::range_from_zero("Solarization", "threshold_factor", threshold, 0, 1)) {}
  Config options() const override {
    Config c = Config::map();
    c.set("addition_factor", detail::factor_config(factor_)).set("threshold_factor", detail::factor_config(threshold_));
    c.set("value_range", detail::range_config(range_)).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override {
    const Shape shape{x[0], 1, 1, 1};
    return {{{"additions", scaled(shape, factor_)}, {"thresholds", scaled(shape, threshold_)}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor bright = clip(detail::change_range(x, range_, {0, 255}) + per_image(t.at("additions"), x.dtype()), 0, 255);
    const Tensor turned = where(less(bright, per_image(t.at("thresholds"), x.dtype())), bright, number(255, x) - bright);
    return detail::change_range(turned, {0, 255}, range_);
  }

 private:
  // Keras draws from low to 255 high.
  Tensor scaled(const Shape& shape, const Factor& f) const { return uniform(shape, std::min(f.low, f.high * 255), f.high * 255); }
  Factor threshold_;
};

ColorOptions options_from(const Config& c) {
  return {.value_range = detail::value_range_from(c), .data_format = detail::data_format_from(c), .seed = detail::seed_from(c), .name = detail::config_name(c)};
}
Factor needed(const Config& c) {
  c.at("factor");
  return detail::factor_from(c, "factor", 0.0);
}

}  // namespace

RandomBrightness::RandomBrightness(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Brightness>(f, o)) {}
RandomContrast::RandomContrast(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Contrast>(f, o)) {}
RandomSaturation::RandomSaturation(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Saturation>(f, o)) {}
RandomHue::RandomHue(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Hue>(f, o)) {}
RandomSharpness::RandomSharpness(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Sharpness>(f, o)) {}
RandomPosterization::RandomPosterization(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Posterization>(f, o)) {}
RandomColorDegeneration::RandomColorDegeneration(Factor f, ColorOptions o) : ImageLayer(std::make_shared<Degeneration>(f, o)) {}
RandomGrayscale::RandomGrayscale(double f, ColorOptions o) : ImageLayer(std::make_shared<Grayscale>(f, o)) {}
RandomInvert::RandomInvert(Factor f, RandomInvertOptions o)
    : ImageLayer(std::make_shared<Invert>(f, ColorOptions{.value_range = o.value_range, .data_format = std::move(o.data_format), .seed = o.seed, .name = std::move(o.name)})) {}
Solarization::Solarization(Factor a, Factor t, ColorOptions o) : ImageLayer(std::make_shared<SolarizationBody>(a, t, o)) {}

Layer RandomBrightness::from_config(const Config& c) { return RandomBrightness(needed(c), options_from(c)); }
Layer RandomContrast::from_config(const Config& c) { return RandomContrast(needed(c), options_from(c)); }
Layer RandomSaturation::from_config(const Config& c) { return RandomSaturation(needed(c), options_from(c)); }
Layer RandomHue::from_config(const Config& c) { return RandomHue(needed(c), options_from(c)); }
Layer RandomSharpness::from_config(const Config& c) { return RandomSharpness(needed(c), options_from(c)); }
Layer RandomPosterization::from_config(const Config& c) { return RandomPosterization(needed(c), options_from(c)); }
Layer RandomColorDegeneration::from_config(const Config& c) { return RandomColorDegeneration(needed(c), options_from(c)); }
Layer RandomGrayscale::from_config(const Config& c) { return RandomGrayscale(c.get("factor", 0.5), options_from(c)); }
Layer RandomInvert::from_config(const Config& c) {
  const ColorOptions o = options_from(c);
  return RandomInvert(detail::factor_from(c, "factor", 1.0), {.value_range = o.value_range, .seed = o.seed, .data_format = o.data_format, .name = o.name});
}
Layer Solarization::from_config(const Config& c) {
  return Solarization(detail::factor_from(c, "addition_factor", 0.0), detail::factor_from(c, "threshold_factor", 0.0), options_from(c));
}

}  // namespace candor
