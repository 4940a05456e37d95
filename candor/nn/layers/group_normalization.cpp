#include "candor/nn/layers/normalization.h"
#include "candor/nn/layers/normalization_body.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm.h"

namespace candor {
namespace {

class GroupNormalizationBody final : public detail::SimpleLayerBody {
 public:
  explicit GroupNormalizationBody(GroupNormalizationOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {
    if (options_.groups != -1) detail::require_positive("GroupNormalization", "groups", options_.groups);
    detail::require_epsilon("GroupNormalization", options_.epsilon);
  }
  std::string kind() const override { return "GroupNormalization"; }

  Config options() const override {
    Config c = Config::map();
    c.set("groups", options_.groups).set("axis", options_.axis).set("epsilon", options_.epsilon);
    c.set("center", options_.center).set("scale", options_.scale);
    c.set("beta_initializer", options_.beta_initializer.config()).set("gamma_initializer", options_.gamma_initializer.config());
    c.set("beta_regularizer", options_.beta_regularizer.config()).set("gamma_regularizer", options_.gamma_regularizer.config());
    c.set("beta_constraint", options_.beta_constraint.config()).set("gamma_constraint", options_.gamma_constraint.config());
    return c;
  }

  void build(std::span<const TensorType> in) override {
    channels_ = in[0].shape[axis_in(in[0].shape)];
    const std::int64_t groups = options_.groups == -1 ? channels_ : options_.groups;
    if (groups < 1 || channels_ % groups != 0) {
      complain(ErrorKind::shape, "the channels must be a multiple of groups: " + to_string(in[0].shape) + " has " + std::to_string(channels_) + " channels, groups is " +
                                     std::to_string(groups));
    }
    dtype_ = detail::compute_dtype(in[0].dtype);
    if (options_.scale) gamma_ = add_weight("gamma", {channels_}, options_.gamma_initializer, dtype_, true, options_.gamma_regularizer, options_.gamma_constraint);
    if (options_.center) beta_ = add_weight("beta", {channels_}, options_.beta_initializer, dtype_, true, options_.beta_regularizer, options_.beta_constraint);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, dtype_);
    const int axis = axis_in(x.shape());
    if (x.shape(axis) != channels_) {
      complain(ErrorKind::shape, "channels differ: " + to_string(x.shape()) + " (" + std::to_string(x.shape(axis)) + " vs " + std::to_string(channels_) + "); " +
                                     detail::built_for(*this, std::to_string(channels_) + " channels", x));
    }
    const std::int64_t groups = options_.groups == -1 ? channels_ : options_.groups;
    const auto normal = [&](const Tensor& t) { return group_norm(t, detail::value_or_nothing(gamma_), detail::value_or_nothing(beta_), groups, options_.epsilon); };
    if (axis == x.rank() - 1) return normal(x);
    std::vector<int> order, back(static_cast<std::size_t>(x.rank()));
    for (int i = 0; i < x.rank(); ++i) {
      if (i != axis) order.push_back(i);
    }
    order.push_back(axis);
    for (std::size_t i = 0; i < order.size(); ++i) back[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    return transpose(normal(transpose(x, order)), back);
  }

 private:
  int axis_in(const Shape& x) const {
    const int axis = options_.axis < 0 ? options_.axis + x.rank() : options_.axis;
    if (axis < 1 || axis >= x.rank()) complain(ErrorKind::shape, "axis " + std::to_string(options_.axis) + " is no axis of channels of the input " + to_string(x));
    return axis;
  }
  GroupNormalizationOptions options_;
  std::int64_t channels_ = 0;
  DType dtype_ = DType::f32;
  Variable gamma_, beta_;
};

}  // namespace

GroupNormalization::GroupNormalization(GroupNormalizationOptions options) : Layer(std::make_shared<GroupNormalizationBody>(std::move(options))) {}

Layer GroupNormalization::from_config(const Config& c) {
  return GroupNormalization({.groups = c.get("groups", 32),
                             .axis = static_cast<int>(c.get("axis", -1)),
                             .epsilon = c.get("epsilon", 0.001),
                             .center = c.get("center", true),
                             .scale = c.get("scale", true),
                             .beta_initializer = detail::initializer_from(c, "beta_initializer", "zeros"),
                             .gamma_initializer = detail::initializer_from(c, "gamma_initializer", "ones"),
                             .beta_regularizer = detail::regularizer_from(c, "beta_regularizer"),
                             .gamma_regularizer = detail::regularizer_from(c, "gamma_regularizer"),
                             .beta_constraint = detail::constraint_from(c, "beta_constraint"),
                             .gamma_constraint = detail::constraint_from(c, "gamma_constraint"),
                             .name = detail::config_name(c)});
}

}  // namespace candor
