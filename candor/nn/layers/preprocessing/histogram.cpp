#include "candor/nn/layers/preprocessing/histogram.h"

#include <algorithm>
#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

Tensor wholes(std::vector<std::int64_t> values, const Shape& shape) { return Tensor::from(values, shape); }
Tensor flat(const Tensor& x) { return reshape(x, Shape{x.size()}); }

class AutoContrastBody final : public detail::ImageBody {
 public:
  explicit AutoContrastBody(HistogramOptions o) : ImageBody(o.name, o.data_format), range_(detail::check_range("AutoContrast", o.value_range)) {}
  std::string kind() const override { return "AutoContrast"; }
  Config options() const override {
    Config c = Config::map().set("value_range", detail::range_config(range_));
    return describe(c);
  }
  Tensor transform(const Tensor& images, const Transformation&) const override {
    const Tensor x = detail::change_range(images, range_, {0, 255}), low = min(x, {1, 2}, true), high = max(x, {1, 2}, true);
    const auto number = [&](double v) { return Tensor::full({}, v, x.dtype()); };
    const Tensor one_value = equal(high, low), scale = number(255) / where(one_value, number(1), high - low);
    const Tensor spread = detail::change_range(clip(x * scale - low * scale, 0, 255), {0, 255}, range_);
    return where(one_value, images, spread);
  }

 protected:
  bool always() const override { return true; }

 private:
  ValueRange range_;
};

class EqualizationBody final : public detail::ImageBody {
 public:
  explicit EqualizationBody(const EqualizationOptions& o) : ImageBody(o.name, o.data_format), bins_(o.bins), range_(detail::check_range("Equalization", o.value_range)) {
    detail::require_positive("Equalization", "bins", bins_);
  }
  std::string kind() const override { return "Equalization"; }
  Config options() const override {
    Config c = Config::map().set("value_range", detail::range_config(range_)).set("bins", bins_);
    return describe(c);
  }
  Tensor transform(const Tensor& images, const Transformation&) const override {
    const Tensor x = detail::to_dtype(detail::change_range(images, range_, {0, 255}), DType::f32);
    const std::int64_t channels = x.shape(3);
    const auto number = [](double v) { return Tensor::full({}, v); };
    const double last = static_cast<double>(bins_ - 1);
    // Where each channel's bins begin in a table of all of them.
    std::vector<std::int64_t> starts;
    for (std::int64_t c = 0; c < channels; ++c) starts.push_back(c * bins_);
    const Tensor first = wholes(starts, {channels});
    const Tensor bin = cast(clip(trunc(x * number(last) / number(255)), 0, last), DType::i64) + first;
    const Tensor counts = reshape(segment_sum(Tensor::full({x.size()}, 1), flat(bin), channels * bins_), Shape{channels, bins_});
    const Tensor total = cumsum(cast(counts, DType::f64), 1), zero = Tensor::zeros({}, DType::f64), one = Tensor::full({}, 1, DType::f64);
    const Tensor least = min(where(greater(total, zero), total, Tensor::full({}, 1e300, DType::f64)), {1}, true);
    const Tensor span = narrow(total, 1, bins_ - 1, bins_) - least;
    const Tensor table = clip(round((total - least) * Tensor::full({}, 255, DType::f64) / where(equal(span, zero), one, span)), 0, 255);
    const Tensor place = cast(trunc(clip(x / number(255) * number(last), 0, last)), DType::i64) + first;
    const Tensor equalized = take(flat(cast(table, DType::f32)), place);
    const Tensor several = greater(sum(cast(greater(counts, number(0)), DType::f32), {1}), number(1));  // values in the channel
    return detail::change_range(detail::to_dtype(where(several, equalized, x), images.dtype()), {0, 255}, range_);
  }

 private:
  std::int64_t bins_;
  ValueRange range_;
};

class ClaheBody final : public detail::ImageBody {
 public:
  explicit ClaheBody(ClaheOptions o) : ImageBody(o.name, o.data_format), options_(std::move(o)) {
    options_.value_range = detail::check_range(long_name, options_.value_range);
    if (options_.tile_grid_size.size() != 2) fail(ErrorKind::invalid_argument, std::string(long_name) + ": tile_grid_size needs two numbers");
    detail::require_positive(long_name, "tile_grid_size", options_.tile_grid_size);
  }
  std::string kind() const override { return long_name; }
  Config options() const override {
    Config c = Config::map();
    c.set("value_range", detail::range_config(options_.value_range)).set("clip_limit", options_.clip_limit);
    return describe(c.set("tile_grid_size", Config::integers(options_.tile_grid_size)));
  }
  Tensor transform(const Tensor& images, const Transformation&) const override {
    const Tensor x = detail::to_dtype(detail::change_range(images, options_.value_range, {0, 255}), DType::f32);
    const Tensor y = equalized(x);
    return detail::to_dtype(detail::change_range(y, {0, 255}, options_.value_range), images.dtype());
  }

 protected:
  bool always() const override { return true; }

 private:
  static constexpr const char* long_name = "ContrastLimitedAdaptiveHistogramEqualization";
  static constexpr std::int64_t levels = 256;

  /// The tiles above and below (left, right of) each row (column), and the share of the second.
  struct Blend {
    std::vector<std::int64_t> before, after;
    std::vector<float> share;
    Blend(std::int64_t extent, std::int64_t tile, std::int64_t tiles) {
      for (std::int64_t i = 0; i < extent; ++i) {
        const float at = (static_cast<float>(i) - static_cast<float>(tile) / 2) / static_cast<float>(tile) + 1, lower = std::floor(at);
        const auto clamped = [&](float t) { return std::clamp<std::int64_t>(static_cast<std::int64_t>(t) - 1, 0, tiles - 1); };
        before.push_back(clamped(lower)), after.push_back(clamped(lower + 1)), share.push_back(at - lower);
      }
    }
  };

  Tensor equalized(const Tensor& x) const {
    const std::int64_t n = x.shape(0), h = x.shape(1), w = x.shape(2), c = x.shape(3), gh = options_.tile_grid_size[0], gw = options_.tile_grid_size[1];
    const std::int64_t th = (h + gh - 1) / gh, tw = (w + gw - 1) / gw;
    if (th * gh - h > h || tw * gw - w > w) complain(ErrorKind::shape, "has more tiles than an image of " + to_string(x.shape()) + " can be mirrored to fill");
    const Tensor padded = th * gh == h && tw * gw == w ? x : pad(x, {{0, 0}, {0, th * gh - h}, {0, tw * gw - w}, {0, 0}}, "symmetric");
    const Tensor level = cast(clip(trunc(padded), 0, levels - 1), DType::i64);
    const auto number = [](double v) { return Tensor::full({}, v); };
    // The table of tile (i, j) of image b, channel k begins at (((b gh + i) gw + j) c + k) levels.
    std::vector<std::int64_t> image, row, column, channel;
    for (std::int64_t b = 0; b < n; ++b) image.push_back(b * gh * gw * c * levels);
    for (std::int64_t i = 0; i < th * gh; ++i) row.push_back(i / th * gw * c * levels);
    for (std::int64_t j = 0; j < tw * gw; ++j) column.push_back(j / tw * c * levels);
    for (std::int64_t k = 0; k < c; ++k) channel.push_back(k * levels);
    const Tensor base = level + wholes(image, {n, 1, 1, 1}) + wholes(channel, {1, 1, 1, c});
    const Tensor own = base + wholes(row, {1, th * gh, 1, 1}) + wholes(column, {1, 1, tw * gw, 1});
    const std::int64_t tables = n * gh * gw * c;
    Tensor counts = reshape(segment_sum(Tensor::full({own.size()}, 1), flat(own), tables * levels), Shape{tables, levels});
    if (options_.clip_limit > 0) {
      const Tensor cut = clip(counts, 0, options_.clip_limit * static_cast<double>(th * tw) / levels);
      counts = cut + sum(counts - cut, {1}, true) / number(levels);
    }
    const Tensor total = cumsum(counts, 1), least = min(total, {1}, true), span = number(static_cast<double>(th * tw)) - least;
    const Tensor table = flat(clip((total - least) * number(255) / where(equal(span, number(0)), number(1), span), 0, 255));
    const Blend down(th * gh, th, gh), across(tw * gw, tw, gw);
    const auto rows = [&](std::vector<std::int64_t> tile) {
      for (std::int64_t& t : tile) t *= gw * c * levels;
      return wholes(tile, {1, th * gh, 1, 1});
    };
    const auto columns = [&](std::vector<std::int64_t> tile) {
      for (std::int64_t& t : tile) t *= c * levels;
      return wholes(tile, {1, 1, tw * gw, 1});
    };
    const auto value = [&](const std::vector<std::int64_t>& r, const std::vector<std::int64_t>& k) { return take(table, base + rows(r) + columns(k)); };
    const Tensor below = Tensor::from(down.share, {1, th * gh, 1, 1}), right = Tensor::from(across.share, {1, 1, tw * gw, 1});
    const Tensor top = value(down.before, across.before) * (number(1) - right) + value(down.before, across.after) * right;
    const Tensor bottom = value(down.after, across.before) * (number(1) - right) + value(down.after, across.after) * right;
    return narrow(narrow(top * (number(1) - below) + bottom * below, 1, 0, h), 2, 0, w);
  }
  ClaheOptions options_;
};

HistogramOptions options_from(const Config& c) {
  return {.value_range = detail::value_range_from(c), .data_format = detail::data_format_from(c), .name = detail::config_name(c)};
}

}  // namespace

AutoContrast::AutoContrast(HistogramOptions o) : ImageLayer(std::make_shared<AutoContrastBody>(std::move(o))) {}
Equalization::Equalization(EqualizationOptions o) : ImageLayer(std::make_shared<EqualizationBody>(o)) {}
ContrastLimitedAdaptiveHistogramEqualization::ContrastLimitedAdaptiveHistogramEqualization(ClaheOptions o)
    : ImageLayer(std::make_shared<ClaheBody>(std::move(o))) {}

Layer AutoContrast::from_config(const Config& c) { return AutoContrast(options_from(c)); }
Layer Equalization::from_config(const Config& c) {
  HistogramOptions o = options_from(c);
  return Equalization({.value_range = o.value_range, .bins = c.get("bins", std::int64_t{256}), .data_format = std::move(o.data_format), .name = std::move(o.name)});
}
Layer ContrastLimitedAdaptiveHistogramEqualization::from_config(const Config& c) {
  ClaheOptions o{.value_range = detail::value_range_from(c), .clip_limit = c.get("clip_limit", 4.0)};
  if (const Config* tiles = c.find("tile_grid_size"); tiles && !tiles->is_null()) o.tile_grid_size = tiles->to_integers();
  o.data_format = detail::data_format_from(c), o.name = detail::config_name(c);
  return ContrastLimitedAdaptiveHistogramEqualization(std::move(o));
}

}  // namespace candor
