#include "candor/nn/layers/preprocessing/image_size.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/nn/layers/preprocessing/random_geometry.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/resize_image.h"

namespace candor {
namespace detail {
namespace {

// size * target / other, cut to a whole number; in float as Keras computes it.
std::int64_t proportional(std::int64_t size, std::int64_t target, std::int64_t other) {
  return static_cast<std::int64_t>(static_cast<float>(size * target) / static_cast<float>(other));
}

Tensor middle(const Tensor& x, std::int64_t height, std::int64_t width) {
  const std::int64_t top = (x.shape(1) - height) / 2, left = (x.shape(2) - width) / 2;
  return narrow(narrow(x, 1, top, top + height), 2, left, left + width);
}

Tensor cut_to_shape(const Tensor& x, std::int64_t height, std::int64_t width) {
  const std::int64_t h = std::clamp<std::int64_t>(proportional(x.shape(2), height, width), 1, x.shape(1));
  const std::int64_t w = std::clamp<std::int64_t>(proportional(x.shape(1), width, height), 1, x.shape(2));
  return middle(x, h, w);
}

Tensor padded_to_shape(const Tensor& x, std::int64_t height, std::int64_t width, double value) {
  const std::int64_t h = std::max(proportional(x.shape(2), height, width), x.shape(1)), w = std::max(proportional(x.shape(1), width, height), x.shape(2));
  const std::int64_t top = (h - x.shape(1)) / 2, left = (w - x.shape(2)) / 2;
  if (top == 0 && left == 0) return x;
  return pad(x, {{0, 0}, {top, top}, {left, left}, {0, 0}}, "constant", value);
}

class ResizingBody final : public ImageBody {
 public:
  ResizingBody(std::int64_t height, std::int64_t width, ResizingOptions o) : ImageBody(o.name, o.data_format), height_(height), width_(width), options_(std::move(o)) {
    require_positive("Resizing", "height", height_);
    require_positive("Resizing", "width", width_);
    require_one_of("Resizing", "interpolation", options_.interpolation, {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area"});
    require_one_of("Resizing", "fill_mode", options_.fill_mode, {"constant"});
    if (options_.crop_to_aspect_ratio && options_.pad_to_aspect_ratio)
      fail(ErrorKind::invalid_argument, "Resizing: crop_to_aspect_ratio and pad_to_aspect_ratio are both true; choose one");
  }
  std::string kind() const override { return "Resizing"; }
  Config options() const override {
    Config c = Config::map();
    c.set("height", height_).set("width", width_).set("interpolation", options_.interpolation).set("crop_to_aspect_ratio", options_.crop_to_aspect_ratio);
    c.set("pad_to_aspect_ratio", options_.pad_to_aspect_ratio).set("fill_mode", options_.fill_mode).set("fill_value", options_.fill_value);
    return describe(c.set("antialias", options_.antialias));
  }
  Tensor transform(const Tensor& images, const Transformation&) const override {
    Tensor x = images;
    if (options_.crop_to_aspect_ratio) x = cut_to_shape(x, height_, width_);
    if (options_.pad_to_aspect_ratio) x = padded_to_shape(x, height_, width_, options_.fill_value);
    return resize_image(x, height_, width_, options_.interpolation, options_.antialias);
  }

 protected:
  bool always() const override { return true; }
  bool keeps_dtype() const override { return true; }

 private:
  std::int64_t height_, width_;
  ResizingOptions options_;
};

class CenterCropBody final : public ImageBody {
 public:
  CenterCropBody(std::int64_t height, std::int64_t width, CenterCropOptions o) : ImageBody(o.name, o.data_format), height_(height), width_(width) {
    require_positive("CenterCrop", "height", height_);
    require_positive("CenterCrop", "width", width_);
  }
  std::string kind() const override { return "CenterCrop"; }
  Config options() const override {
    Config c = Config::map().set("height", height_).set("width", width_);
    return describe(c);
  }
  Tensor transform(const Tensor& x, const Transformation&) const override {
    return x.shape(1) >= height_ && x.shape(2) >= width_ ? middle(x, height_, width_) : smart_resize(x, height_, width_);
  }

 protected:
  bool always() const override { return true; }

 private:
  std::int64_t height_, width_;
};

class RandomCropBody final : public ImageBody {
 public:
  RandomCropBody(std::int64_t height, std::int64_t width, RandomCropOptions o) : ImageBody(o.name, o.data_format, o.seed), height_(height), width_(width) {
    require_positive("RandomCrop", "height", height_);
    require_positive("RandomCrop", "width", width_);
  }
  std::string kind() const override { return "RandomCrop"; }
  Config options() const override {
    Config c = Config::map().set("height", height_).set("width", width_).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override {
    if (x[1] > height_ && x[2] > width_) return {{{"value.0", start(x[1] - height_ + 1)}, {"value.1", start(x[2] - width_ + 1)}}, {}};
    const std::int64_t h = std::clamp<std::int64_t>(proportional(x[2], height_, width_), 1, x[1]), w = std::clamp<std::int64_t>(proportional(x[1], width_, height_), 1, x[2]);
    return {{{"value.0", whole((x[1] - h) / 2)}, {"value.1", whole((x[2] - w) / 2)}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    if (x.shape(1) < height_ || x.shape(2) < width_) return smart_resize(x, height_, width_);
    const auto window = [&](const Tensor& start, std::int64_t count) { return Tensor::arange(count) + reshape(cast(start, DType::i64), Shape{}); };
    return take(take(x, window(t.at("value.0"), height_), 1), window(t.at("value.1"), width_), 2);
  }

 private:
  static Tensor whole(std::int64_t value) { return Tensor::from(std::vector<std::int64_t>{value}, {}); }
  // A whole number below `count`.
  Tensor start(std::int64_t count) const {
    const Tensor last = Tensor::full({}, static_cast<double>(count - 1));
    return cast(minimum(floor(uniform({}, 0, static_cast<double>(count))), last), DType::i64);
  }
  std::int64_t height_, width_;
};

}  // namespace

Tensor smart_resize(const Tensor& x, std::int64_t height, std::int64_t width) { return resize_image(cut_to_shape(x, height, width), height, width); }

}  // namespace detail

Resizing::Resizing(std::int64_t height, std::int64_t width, ResizingOptions o)
    : ImageLayer(std::make_shared<detail::ResizingBody>(height, width, std::move(o))) {}
CenterCrop::CenterCrop(std::int64_t height, std::int64_t width, CenterCropOptions o)
    : ImageLayer(std::make_shared<detail::CenterCropBody>(height, width, std::move(o))) {}
RandomCrop::RandomCrop(std::int64_t height, std::int64_t width, RandomCropOptions o)
    : ImageLayer(std::make_shared<detail::RandomCropBody>(height, width, std::move(o))) {}

Layer Resizing::from_config(const Config& c) {
  return Resizing(c.at("height").integer(), c.at("width").integer(),
                  {.interpolation = c.get("interpolation", "bilinear"),
                   .crop_to_aspect_ratio = c.get("crop_to_aspect_ratio", false),
                   .pad_to_aspect_ratio = c.get("pad_to_aspect_ratio", false),
                   .fill_mode = c.get("fill_mode", "constant"),
                   .fill_value = c.get("fill_value", 0.0),
                   .antialias = c.get("antialias", false),
                   .data_format = detail::data_format_from(c),
                   .name = detail::config_name(c)});
}
Layer CenterCrop::from_config(const Config& c) {
  return CenterCrop(c.at("height").integer(), c.at("width").integer(), {.data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}
Layer RandomCrop::from_config(const Config& c) {
  return RandomCrop(c.at("height").integer(), c.at("width").integer(),
                    {.seed = detail::seed_from(c), .data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}

}  // namespace candor
