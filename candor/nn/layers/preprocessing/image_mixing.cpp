#include "candor/nn/layers/preprocessing/image_mixing.h"

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

Tensor number(double value) { return Tensor::full({}, value); }

/// Labels [N, ...] weighted with those of the other image.
Tensor mixed(const Tensor& labels, const Tensor& own_share, const Tensor& order) {
  const Tensor x = detail::to_dtype(labels, detail::compute_dtype(labels.dtype()));
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.rank()), 1);
  shape[0] = own_share.size();
  const Tensor share = reshape(detail::to_dtype(own_share, x.dtype()), Shape(shape));
  return share * x + (Tensor::full({}, 1, x.dtype()) - share) * take(x, order);
}

/// A layer of boxes drawn in the image.
class BoxBody : public detail::ImageBody {
 public:
  using ImageBody::ImageBody;

 protected:
  struct Span {
    Tensor from, to;  // [N]
  };
  Span span(std::int64_t n, std::int64_t length, const Tensor& share) const {
    const Tensor size = share * number(static_cast<double>(length)), from = uniform({n}, 0, 1) * (number(static_cast<double>(length)) - size);
    return {from, from + size};
  }
  /// True inside, [N, H, W, C], and in the layer's own data format.
  Tensor mask(const Shape& x, const Span& columns, const Span& rows) const {
    const auto each = [&](const Tensor& v) { return reshape(v, Shape{x[0], 1, 1, 1}); };
    const Tensor i = reshape(Tensor::arange(x[1], DType::f32), Shape{1, x[1], 1, 1}), j = reshape(Tensor::arange(x[2], DType::f32), Shape{1, 1, x[2], 1});
    const Tensor across = logical_and(greater_equal(j, each(columns.from)), less(j, each(columns.to)));
    const Tensor down = logical_and(greater_equal(i, each(rows.from)), less(i, each(rows.to)));
    const Tensor inside = broadcast_to(logical_and(across, down), x);
    return channels_first() ? transpose(inside, {0, 3, 1, 2}) : inside;
  }
};

class MixUpBody final : public detail::ImageBody {
 public:
  MixUpBody(double alpha, const MixUpOptions& o) : ImageBody(o.name, o.data_format, o.seed), alpha_(alpha) {
    if (!(alpha_ > 0)) fail(ErrorKind::invalid_argument, "MixUp: alpha must be positive, not " + std::to_string(alpha_));
  }
  std::string kind() const override { return "MixUp"; }
  Config options() const override {
    Config c = Config::map().set("alpha", alpha_).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor order = permutation(x[0]), alpha = Tensor::full({x[0]}, alpha_);
    return {{{"mix_weight", beta(alpha, alpha)}, {"permutation_order", order}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor share = detail::per_image(t.at("mix_weight"), x.dtype());
    return share * x + (Tensor::full({}, 1, x.dtype()) - share) * take(x, t.at("permutation_order"));
  }
  Tensor transform_labels(const Tensor& labels, const Transformation& t) const override { return mixed(labels, t.at("mix_weight"), t.at("permutation_order")); }

 protected:
  bool mixes_labels() const override { return true; }

 private:
  double alpha_;
};

class CutMixBody final : public BoxBody {
 public:
  CutMixBody(Factor factor, const CutMixOptions& o) : BoxBody(o.name, o.data_format, o.seed), factor_(detail::symmetric_range("CutMix", "factor", factor, 0, 1)) {}
  std::string kind() const override { return "CutMix"; }
  Config options() const override {
    Config c = Config::map().set("factor", detail::factor_config(factor_)).set("seed", detail::config_of(seed()));
    return describe(c);
  }
  Transformation draw(const Shape& x) const override {
    const Tensor alpha = broadcast_to(uniform({}, factor_.low, factor_.high) + number(1e-6), {x[0]});
    const Tensor side = sqrt(number(1) - beta(alpha, alpha));
    const Span columns = span(x[0], x[2], side), rows = span(x[0], x[1], side);
    const Tensor area = (columns.to - columns.from) * (rows.to - rows.from) / number(static_cast<double>(x[1] * x[2]));
    return {{{"permutation_order", permutation(x[0])}, {"batch_masks", mask(x, columns, rows)}, {"mix_weight", reshape(number(1) - area, Shape{x[0], 1, 1, 1})}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    if (!t.find("batch_masks")) return x;
    return where(as_images(t.at("batch_masks")), take(x, t.at("permutation_order")), x);
  }
  Tensor transform_labels(const Tensor& labels, const Transformation& t) const override { return mixed(labels, t.at("mix_weight"), t.at("permutation_order")); }

 protected:
  bool mixes_labels() const override { return true; }

 private:
  Factor factor_;
};

class ErasingBody final : public BoxBody {
 public:
  explicit ErasingBody(RandomErasingOptions o) : BoxBody(o.name, o.data_format, o.seed), options_(std::move(o)) {
    options_.factor = detail::symmetric_range("RandomErasing", "factor", options_.factor, 0, 1);
    options_.scale = detail::symmetric_range("RandomErasing", "scale", options_.scale, 0, 1);
    options_.value_range = detail::check_range("RandomErasing", options_.value_range);
  }
  std::string kind() const override { return "RandomErasing"; }
  Config options() const override {
    Config c = Config::map();
    const std::vector<double>& fill = options_.fill_value;
    c.set("factor", detail::factor_config(options_.factor)).set("scale", detail::factor_config(options_.scale));
    c.set("fill_value", fill.empty() ? Config() : fill.size() == 1 ? Config(fill[0]) : Config::numbers(fill));
    return describe(c.set("value_range", detail::range_config(options_.value_range)).set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const Tensor side = sqrt(uniform({x[0], 2}, options_.scale.low, options_.scale.high));
    const Span columns = span(x[0], x[2], reshape(narrow(side, 1, 0, 1), Shape{x[0]})), rows = span(x[0], x[1], reshape(narrow(side, 1, 1, 2), Shape{x[0]}));
    const Tensor box = mask(x, columns, rows), apply = chance(x[0], options_.factor);
    Tensor fill;
    if (options_.fill_value.empty()) {
      fill = normal(x) * number(options_.value_range.high);
    } else {
      const auto channels = static_cast<std::int64_t>(options_.fill_value.size());
      if (channels > 1 && channels != x[3]) complain(ErrorKind::shape, "has " + std::to_string(channels) + " fill values for images of " + std::to_string(x[3]) + " channels");
      fill = broadcast_to(Tensor::from(std::vector<float>(options_.fill_value.begin(), options_.fill_value.end())), x);
    }
    fill = clip(fill, options_.value_range.low, options_.value_range.high);
    return {{{"apply_erasing", apply}, {"batch_masks", box}, {"fill_value", channels_first() ? transpose(fill, {0, 3, 1, 2}) : fill}}, {}};
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor erased = where(as_images(t.at("batch_masks")), detail::to_dtype(as_images(t.at("fill_value")), x.dtype()), x);
    return where(reshape(t.at("apply_erasing"), Shape{x.shape(0), 1, 1, 1}), erased, x);
  }

 private:
  RandomErasingOptions options_;
};

class BoxesBody final : public detail::LayerBody {
 public:
  BoxesBody(std::int64_t most, MaxNumBoundingBoxesOptions o) : LayerBody(o.name), most_(most), fill_(o.fill_value) {
    detail::require_positive("MaxNumBoundingBoxes", "max_number", most_);
  }
  std::string kind() const override { return "MaxNumBoundingBoxes"; }
  Config options() const override { return Config::map().set("max_number", most_).set("fill_value", fill_); }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    if (xs.size() == 1) return {xs[0]};
    if (xs.size() > 3) complain(ErrorKind::shape, "takes {boxes, labels} or {images, boxes, labels}, " + std::to_string(xs.size()) + " inputs were given");
    const Tensor &boxes = xs[xs.size() - 2], &labels = xs[xs.size() - 1];
    if (boxes.rank() != 3 || boxes.shape(2) != 4) complain(ErrorKind::shape, "boxes must be [N, B, 4], and are " + to_string(boxes.shape()));
    if (labels.rank() != 2 || labels.shape(0) != boxes.shape(0) || labels.shape(1) != boxes.shape(1))
      complain(ErrorKind::shape, "labels must be [" + std::to_string(boxes.shape(0)) + ", " + std::to_string(boxes.shape(1)) + "], and are " + to_string(labels.shape()));
    std::vector<Tensor> out(xs.begin(), xs.end() - 2);
    out.push_back(fitted(boxes)), out.push_back(fitted(labels));
    return out;
  }

 private:
  Tensor fitted(const Tensor& x) const {
    const std::int64_t there = x.shape(1);
    if (there >= most_) return narrow(x, 1, 0, most_);
    std::vector<std::pair<std::int64_t, std::int64_t>> width(static_cast<std::size_t>(x.rank()), {0, 0});
    width[1].second = most_ - there;
    return pad(x, width, "constant", fill_);
  }
  std::int64_t most_;
  double fill_;
};

}  // namespace

MixUp::MixUp(double alpha, MixUpOptions o) : ImageLayer(std::make_shared<MixUpBody>(alpha, o)) {}
CutMix::CutMix(Factor factor, CutMixOptions o) : ImageLayer(std::make_shared<CutMixBody>(factor, o)) {}
RandomErasing::RandomErasing(RandomErasingOptions o) : ImageLayer(std::make_shared<ErasingBody>(std::move(o))) {}
MaxNumBoundingBoxes::MaxNumBoundingBoxes(std::int64_t most, MaxNumBoundingBoxesOptions o) : Layer(std::make_shared<BoxesBody>(most, std::move(o))) {}

Layer MixUp::from_config(const Config& c) {
  return MixUp(c.get("alpha", 0.2), {.data_format = detail::data_format_from(c), .seed = detail::seed_from(c), .name = detail::config_name(c)});
}
Layer CutMix::from_config(const Config& c) {
  return CutMix(detail::factor_from(c, "factor", 1.0), {.seed = detail::seed_from(c), .data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}
Layer RandomErasing::from_config(const Config& c) {
  RandomErasingOptions o{.factor = detail::factor_from(c, "factor", 1.0), .scale = detail::factor_from(c, "scale", {0.02, 0.33})};
  if (const Config* fill = c.find("fill_value"); fill && !fill->is_null()) o.fill_value = fill->is_list() ? fill->to_numbers() : std::vector<double>{fill->number()};
  o.value_range = detail::value_range_from(c), o.seed = detail::seed_from(c), o.data_format = detail::data_format_from(c), o.name = detail::config_name(c);
  return RandomErasing(std::move(o));
}
Layer MaxNumBoundingBoxes::from_config(const Config& c) {
  (void)detail::data_format_from(c);  // Keras writes it, boxes have none
  return MaxNumBoundingBoxes(c.at("max_number").integer(), {.fill_value = c.get("fill_value", -1.0), .name = detail::config_name(c)});
}

}  // namespace candor
