#include "candor/nn/layers/normalization.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/norm.h"

namespace candor {
namespace {

void require_epsilon(const char* layer, double epsilon) {
  if (!(epsilon > 0)) fail(ErrorKind::invalid_argument, std::string(layer) + ": epsilon must be positive, not " + to_string(Config(epsilon)));
}

Tensor value_or_nothing(const Variable& variable) { return variable.defined() ? variable.value() : Tensor(); }

class BatchNormalizationBody final : public detail::SimpleLayerBody {
 public:
  explicit BatchNormalizationBody(BatchNormalizationOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    detail::require_rate("BatchNormalization", "momentum", options_.momentum);
    require_epsilon("BatchNormalization", options_.epsilon);
  }
  std::string kind() const override { return "BatchNormalization"; }

  Config options() const override {
    Config c = Config::map();
    c.set("axis", options_.axis).set("momentum", options_.momentum).set("epsilon", options_.epsilon);
    c.set("center", options_.center).set("scale", options_.scale);
    c.set("beta_initializer", options_.beta_initializer.config()).set("gamma_initializer", options_.gamma_initializer.config());
    c.set("moving_mean_initializer", options_.moving_mean_initializer.config());
    c.set("moving_variance_initializer", options_.moving_variance_initializer.config());
    c.set("beta_regularizer", options_.beta_regularizer.config()).set("gamma_regularizer", options_.gamma_regularizer.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    check_rank(in[0].shape);
    const DType dtype = detail::compute_dtype(in[0].dtype);
    const Shape shape{in[0].shape[options_.axis]};
    if (options_.scale) gamma_ = add_weight("gamma", shape, options_.gamma_initializer, dtype, true, options_.gamma_regularizer);
    if (options_.center) beta_ = add_weight("beta", shape, options_.beta_initializer, dtype, true, options_.beta_regularizer);
    mean_ = add_weight("moving_mean", shape, options_.moving_mean_initializer, dtype, false);
    variance_ = add_weight("moving_variance", shape, options_.moving_variance_initializer, dtype, false);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    const Tensor x = detail::to_dtype(input, mean_.type().dtype);
    check_rank(x.shape());
    if (x.shape(options_.axis) != mean_.shape()[0]) {
      complain(ErrorKind::shape, "channels differ: " + to_string(x.shape()) + " with gamma " + to_string(mean_.shape()) + " (" +
                                     std::to_string(x.shape(options_.axis)) + " vs " + std::to_string(mean_.shape()[0]) + "); " +
                                     detail::built_for(*this, std::to_string(mean_.shape()[0]) + " channels", x));
    }
    const Tensor gamma = value_or_nothing(gamma_), beta = value_or_nothing(beta_);
    if (mode == inference || !trainable()) {
      return batch_norm_inference(x, gamma, beta, mean_.value(), variance_.value(), options_.axis, options_.epsilon);
    }
    auto [y, batch_mean, batch_variance] = batch_norm_training(x, gamma, beta, options_.axis, options_.epsilon);
    const Tensor keep(options_.momentum), move(1 - options_.momentum);
    mean_.assign(mean_.value() * keep + batch_mean * move);
    variance_.assign(variance_.value() * keep + batch_variance * move);
    return y;
  }

 private:
  void check_rank(const Shape& shape) const {
    const int axis = options_.axis < 0 ? options_.axis + shape.rank() : options_.axis;
    if (shape.rank() < 2 || axis < 1 || axis >= shape.rank()) {
      complain(ErrorKind::shape, "axis " + std::to_string(options_.axis) + " is no axis of channels of the input " + to_string(shape));
    }
  }
  BatchNormalizationOptions options_;
  Variable gamma_, beta_, mean_, variance_;
};

class LayerNormalizationBody final : public detail::SimpleLayerBody {
 public:
  explicit LayerNormalizationBody(LayerNormalizationOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    require_epsilon("LayerNormalization", options_.epsilon);
    if (options_.axis.empty()) fail(ErrorKind::invalid_argument, "LayerNormalization: axis must name at least one axis");
  }
  std::string kind() const override { return "LayerNormalization"; }

  Config options() const override {
    Config c = Config::map();
    c.set("axis", Config::integers({options_.axis.begin(), options_.axis.end()})).set("epsilon", options_.epsilon);
    c.set("center", options_.center).set("scale", options_.scale);
    c.set("beta_initializer", options_.beta_initializer.config()).set("gamma_initializer", options_.gamma_initializer.config());
    c.set("beta_regularizer", options_.beta_regularizer.config()).set("gamma_regularizer", options_.gamma_regularizer.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    const DType dtype = detail::compute_dtype(in[0].dtype);
    shape_ = extents(in[0].shape);
    if (options_.scale) gamma_ = add_weight("gamma", shape_, options_.gamma_initializer, dtype, true, options_.gamma_regularizer);
    if (options_.center) beta_ = add_weight("beta", shape_, options_.beta_initializer, dtype, true, options_.beta_regularizer);
    dtype_ = dtype;
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, dtype_);
    if (!(extents(x.shape()) == shape_)) {
      complain(ErrorKind::shape, "sizes differ: " + to_string(x.shape()) + " with gamma " + to_string(shape_) + "; " +
                                     detail::built_for(*this, to_string(shape_), x));
    }
    return layer_norm(x, value_or_nothing(gamma_), value_or_nothing(beta_), options_.axis, options_.epsilon);
  }

 private:
  Shape extents(const Shape& x) const {
    std::vector<int> axes;
    for (int axis : options_.axis) {
      const int positive = axis < 0 ? axis + x.rank() : axis;
      if (positive < 1 || positive >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(axis) + " is no axis of a sample of the input " + to_string(x));
      axes.push_back(positive);
    }
    std::sort(axes.begin(), axes.end());
    std::vector<std::int64_t> out;
    for (int axis : axes) out.push_back(x[axis]);
    return Shape(out);
  }
  LayerNormalizationOptions options_;
  Variable gamma_, beta_;
  Shape shape_;
  DType dtype_ = DType::f32;
};

int only_axis(const Config* c) {
  if (!c || c->is_null()) return -1;
  return static_cast<int>(c->is_list() ? c->items().at(0).integer() : c->integer());
}

}  // namespace

BatchNormalization::BatchNormalization(BatchNormalizationOptions options) : Layer(std::make_shared<BatchNormalizationBody>(std::move(options))) {}

Layer BatchNormalization::from_config(const Config& c) {
  return BatchNormalization({.axis = only_axis(c.find("axis")),
                             .momentum = c.get("momentum", 0.99),
                             .epsilon = c.get("epsilon", 0.001),
                             .center = c.get("center", true),
                             .scale = c.get("scale", true),
                             .beta_initializer = detail::initializer_from(c, "beta_initializer", "zeros"),
                             .gamma_initializer = detail::initializer_from(c, "gamma_initializer", "ones"),
                             .moving_mean_initializer = detail::initializer_from(c, "moving_mean_initializer", "zeros"),
                             .moving_variance_initializer = detail::initializer_from(c, "moving_variance_initializer", "ones"),
                             .beta_regularizer = Regularizer::from_config(c.find("beta_regularizer")),
                             .gamma_regularizer = Regularizer::from_config(c.find("gamma_regularizer")),
                             .name = detail::config_name(c)});
}

LayerNormalization::LayerNormalization(LayerNormalizationOptions options) : Layer(std::make_shared<LayerNormalizationBody>(std::move(options))) {}

Layer LayerNormalization::from_config(const Config& c) {
  Axes axes{-1};
  if (const Config* axis = c.find("axis"); axis && axis->is_list()) {
    axes.clear();
    for (std::int64_t a : axis->to_integers()) axes.push_back(static_cast<int>(a));
  } else {
    axes = {only_axis(axis)};
  }
  return LayerNormalization({.axis = axes,
                             .epsilon = c.get("epsilon", 0.001),
                             .center = c.get("center", true),
                             .scale = c.get("scale", true),
                             .beta_initializer = detail::initializer_from(c, "beta_initializer", "zeros"),
                             .gamma_initializer = detail::initializer_from(c, "gamma_initializer", "ones"),
                             .beta_regularizer = Regularizer::from_config(c.find("beta_regularizer")),
                             .gamma_regularizer = Regularizer::from_config(c.find("gamma_regularizer")),
                             .name = detail::config_name(c)});
}

}  // namespace candor
