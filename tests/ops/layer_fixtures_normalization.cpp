#include "candor/ops/elementwise.h"
#include "candor/ops/norm.h"
#include "candor/ops/reduce.h"
#include "tests/ops/layer_fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

Tensor optional(const FixtureCall& c, const char* name) { return c.has(name) ? c[name] : Tensor(); }

Axes axes_of(const FixtureCall& c) {
  const auto& axis = c.attrs.at("axis");
  return axis.is_array() ? axis.get<Axes>() : Axes{axis.get<int>()};
}

double epsilon(const FixtureCall& c) { return c.attrs.at("epsilon").get<double>(); }

Tensors batch_norm(const FixtureCall& c) {
  const Tensor &x = c["x"], &old_mean = c["moving_mean"], &old_variance = c["moving_var"];
  const int axis = c.attrs.at("axis").get<int>();
  if (!c.attrs.at("training").get<bool>())
    return {batch_norm_inference(x, optional(c, "gamma"), optional(c, "beta"), old_mean, old_variance, axis, epsilon(c))};
  auto [out, mean, variance] = batch_norm_training(x, optional(c, "gamma"), optional(c, "beta"), axis, epsilon(c));
  const auto count = static_cast<double>(x.size() / x.shape(axis));
  if (c.attrs.at("unbiased_moving_var").get<bool>()) variance = multiply(variance, number(count / (count - 1), x));
  const Tensor keep = number(c.attrs.at("momentum").get<double>(), x), change = number(1 - c.attrs.at("momentum").get<double>(), x);
  return {out, keep * old_mean + change * mean, keep * old_variance + change * variance};
}

}  // namespace

void add_normalization_layers(LayerTable& table) {
  table["batch_norm"] = batch_norm;
  table["layer_norm"] = [](const FixtureCall& c) { return Tensors{layer_norm(c["x"], optional(c, "gamma"), optional(c, "beta"), axes_of(c), epsilon(c))}; };
  table["rms_norm"] = [](const FixtureCall& c) { return Tensors{rms_norm(c["x"], optional(c, "gamma"), axes_of(c), epsilon(c))}; };
  table["group_norm"] = [](const FixtureCall& c) {
    return Tensors{group_norm(c["x"], optional(c, "gamma"), optional(c, "beta"), c.attrs.at("groups").get<std::int64_t>(), epsilon(c))};
  };
  table["instance_norm"] = [](const FixtureCall& c) { return Tensors{group_norm(c["x"], optional(c, "gamma"), optional(c, "beta"), c["x"].shape(-1), epsilon(c))}; };
  table["unit_normalization"] = [](const FixtureCall& c) {
    const Tensor &x = c["x"], squares = sum(square(x), axes_of(c), true);
    return Tensors{multiply(x, rsqrt(maximum(squares, number(epsilon(c), x))))};
  };
}

}  // namespace candor::testing
