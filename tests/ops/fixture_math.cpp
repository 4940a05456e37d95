#include <limits>

#include "candor/ops/activation.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "tests/ops/fixture_ops.h"

namespace candor::testing {

Axes axes_of(const nlohmann::json& attrs, const char* name) {
  if (!attrs.contains(name) || attrs.at(name).is_null()) return {};
  if (attrs.at(name).is_array()) return attrs.at(name).get<Axes>();
  return {attrs.at(name).get<int>()};
}

std::pair<Tensor, int> along(const FixtureCall& call, int otherwise) {
  if (!call.attrs.contains("axis")) return {call[0], otherwise};
  if (call.attrs.at("axis").is_null()) return {reshape(call[0], std::vector<std::int64_t>{-1}), 0};
  return {call[0], call.attrs.at("axis").get<int>()};
}

namespace {

using Tensors = std::vector<Tensor>;

Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

double bound(const nlohmann::json& attrs, const char* name, double otherwise) {
  return attrs.contains(name) && !attrs.at(name).is_null() ? attrs.at(name).get<double>() : otherwise;
}

double order_of(const nlohmann::json& attrs) {
  if (!attrs.contains("ord")) return 2;
  if (!attrs.at("ord").is_string()) return attrs.at("ord").get<double>();
  const auto infinity = std::numeric_limits<double>::infinity();
  return attrs.at("ord") == "-inf" ? -infinity : infinity;
}

void add_elementwise(FixtureTable& table) {
  const std::map<std::string, Tensor (*)(const Tensor&)> one = {
      {"exp", exp}, {"expm1", expm1}, {"log", log}, {"log1p", log1p}, {"log2", log2}, {"sqrt", sqrt}, {"rsqrt", rsqrt}, {"square", square},
      {"reciprocal", reciprocal}, {"negative", negative}, {"tanh", tanh}, {"sigmoid", sigmoid}, {"log_sigmoid", log_sigmoid}, {"relu", relu},
      {"relu6", relu6}, {"selu", selu}, {"gelu", gelu}, {"gelu_tanh", gelu_tanh}, {"silu", silu}, {"softsign", softsign},
      {"hard_sigmoid", hard_sigmoid}, {"hard_swish", hard_swish}, {"hard_tanh", hard_tanh}, {"mish", mish}, {"erf", erf}, {"erfc", erfc},
      {"lgamma", lgamma}, {"digamma", digamma}, {"sin", sin}, {"cos", cos}, {"tan", tan}, {"arcsin", arcsin}, {"arccos", arccos},
      {"arctan", arctan}, {"sinh", sinh}, {"cosh", cosh}, {"arcsinh", arcsinh}, {"arccosh", arccosh}, {"arctanh", arctanh}, {"abs", abs},
      {"sign", sign}, {"floor", floor}, {"ceil", ceil}, {"round", round}, {"trunc", trunc}, {"tanh_shrink", tanh_shrink}, {"log_cosh", log_cosh},
      {"logical_not", logical_not}, {"isfinite", isfinite}, {"isnan", isnan}, {"linear", linear}};
  for (const auto& [name, f] : one) table[name] = [f = f](const FixtureCall& c) { return Tensors{f(c[0])}; };
  const std::map<std::string, Tensor (*)(const Tensor&, const Tensor&)> two = {
      {"add", add}, {"subtract", subtract}, {"multiply", multiply}, {"divide", divide}, {"maximum", maximum}, {"minimum", minimum}, {"fmod", fmod},
      {"mod", mod}, {"arctan2", arctan2}, {"equal", equal}, {"not_equal", not_equal}, {"less", less}, {"less_equal", less_equal},
      {"greater", greater}, {"greater_equal", greater_equal}, {"logical_and", logical_and}, {"logical_or", logical_or}, {"logical_xor", logical_xor},
      {"prelu", prelu}};
  for (const auto& [name, f] : two) table[name] = [f = f](const FixtureCall& c) { return Tensors{f(c[0], c[1])}; };

  table["power"] = [](const FixtureCall& c) {
    return Tensors{power(c[0], c.attrs.contains("exponent") ? number(c.attrs.at("exponent").get<double>(), c[0]) : c[1])};
  };
  table["where"] = [](const FixtureCall& c) { return Tensors{where(c[0], c[1], c[2])}; };
  table["clip"] = [](const FixtureCall& c) {
    const auto infinity = std::numeric_limits<double>::infinity();
    return Tensors{clip(c[0], bound(c.attrs, "min", -infinity), bound(c.attrs, "max", infinity))};
  };
  table["leaky_relu"] = [](const FixtureCall& c) { return Tensors{leaky_relu(c[0], bound(c.attrs, "negative_slope", 0.2))}; };
  table["elu"] = [](const FixtureCall& c) { return Tensors{elu(c[0], bound(c.attrs, "alpha", 1))}; };
  table["celu"] = [](const FixtureCall& c) { return Tensors{celu(c[0], bound(c.attrs, "alpha", 1))}; };
  table["softplus"] = [](const FixtureCall& c) { return Tensors{softplus(c[0], bound(c.attrs, "beta", 1))}; };
  table["hard_shrink"] = [](const FixtureCall& c) { return Tensors{hard_shrink(c[0], bound(c.attrs, "threshold", 0.5))}; };
  table["soft_shrink"] = [](const FixtureCall& c) { return Tensors{soft_shrink(c[0], bound(c.attrs, "threshold", 0.5))}; };
  table["threshold"] = [](const FixtureCall& c) { return Tensors{threshold(c[0], bound(c.attrs, "threshold", 0), bound(c.attrs, "value", 0))}; };
  table["glu"] = [](const FixtureCall& c) { return Tensors{glu(c[0], c.attrs.value("axis", -1))}; };
  table["softmax"] = [](const FixtureCall& c) { return Tensors{softmax(c[0], c.attrs.value("axis", -1))}; };
  table["log_softmax"] = [](const FixtureCall& c) { return Tensors{log_softmax(c[0], c.attrs.value("axis", -1))}; };
}

void add_reductions(FixtureTable& table) {
  const std::map<std::string, Tensor (*)(const Tensor&, const Axes&, bool)> plain = {
      {"sum", sum}, {"mean", mean}, {"max", max}, {"min", min}, {"prod", prod}, {"logsumexp", logsumexp}, {"any", any}, {"all", all}, {"count_nonzero", count_nonzero}};
  for (const auto& [name, f] : plain)
    table[name] = [f = f](const FixtureCall& c) { return Tensors{f(c[0], axes_of(c.attrs), c.attrs.value("keepdims", false))}; };
  table["var"] = [](const FixtureCall& c) { return Tensors{var(c[0], axes_of(c.attrs), c.attrs.value("keepdims", false), c.attrs.value("ddof", 0))}; };
  table["std"] = [](const FixtureCall& c) { return Tensors{std(c[0], axes_of(c.attrs), c.attrs.value("keepdims", false), c.attrs.value("ddof", 0))}; };
  table["norm"] = [](const FixtureCall& c) { return Tensors{norm(c[0], axes_of(c.attrs), c.attrs.value("keepdims", false), order_of(c.attrs))}; };
  const std::map<std::string, Tensor (*)(const Tensor&, int, bool)> search = {{"argmax", argmax}, {"argmin", argmin}};
  for (const auto& [name, f] : search)
    table[name] = [f = f](const FixtureCall& c) {
      const auto [x, axis] = along(c);
      return Tensors{f(x, axis, c.attrs.value("keepdims", false))};
    };
  table["cumsum"] = [](const FixtureCall& c) {
    const auto [x, axis] = along(c);
    return Tensors{cumsum(x, axis, c.attrs.value("reverse", false), c.attrs.value("exclusive", false))};
  };
  table["cumprod"] = [](const FixtureCall& c) {
    const auto [x, axis] = along(c);
    return Tensors{cumprod(x, axis, c.attrs.value("reverse", false), c.attrs.value("exclusive", false))};
  };
}

// Correlation of whole arrays, with NumPy's modes, as a convolution of one image with one channel.
Tensor correlate(const FixtureCall& c) {
  const int axes = c[0].rank();
  std::vector<std::int64_t> image = c[0].shape().to_vector(), kernel = c[1].shape().to_vector();
  ConvOptions options;
  const std::string mode = c.attrs.value("mode", "valid");
  for (int i = 0; i < axes; ++i) {
    const std::int64_t reach = kernel[static_cast<std::size_t>(i)] - 1;
    options.padding.emplace_back(mode == "full" ? reach : mode == "same" ? reach / 2 : 0, mode == "full" ? reach : mode == "same" ? reach - reach / 2 : 0);
  }
  image.insert(image.begin(), 1), image.push_back(1);
  kernel.push_back(1), kernel.push_back(1);
  const Tensor y = conv(reshape(c[0], image), reshape(c[1], kernel), options);
  const std::vector<std::int64_t> extents = y.shape().to_vector();
  return reshape(y, std::vector<std::int64_t>(extents.begin() + 1, extents.end() - 1));
}

void add_products(FixtureTable& table) {
  table["matmul"] = [](const FixtureCall& c) { return Tensors{matmul(c[0], c[1], c.attrs.value("transpose_a", false), c.attrs.value("transpose_b", false))}; };
  table["einsum"] = [](const FixtureCall& c) { return Tensors{einsum(c.attrs.at("equation").get<std::string>(), c.arguments)}; };
  table["outer"] = [](const FixtureCall& c) { return Tensors{outer(c[0], c[1])}; };
  table["dot"] = [](const FixtureCall& c) { return Tensors{dot(c[0], c[1])}; };
  table["tensordot"] = [](const FixtureCall& c) {
    const auto& axes = c.attrs.at("axes");
    return Tensors{tensordot(c[0], c[1], axes.at(0).get<std::vector<int>>(), axes.at(1).get<std::vector<int>>())};
  };
  table["correlate"] = table["correlate2d"] = [](const FixtureCall& c) { return Tensors{correlate(c)}; };
  table["conv2d"] = [](const FixtureCall& c) {
    ConvOptions options{c.attrs.at("strides").get<Ints>(), {}, c.attrs.at("dilation").get<Ints>(), c.attrs.value("groups", std::int64_t{1})};
    const Tensor &x = c["x"], &kernel = c["kernel"];
    options.padding = resolve_padding(c.attrs.at("padding").get<std::string>(), {x.shape(1), x.shape(2)}, {kernel.shape(0), kernel.shape(1)}, options.strides, options.dilation);
    return Tensors{conv(x, kernel, options)};
  };
  table["mlp_tanh"] = [](const FixtureCall& c) { return Tensors{matmul(tanh(matmul(c["x"], c["w1"]) + c["b1"]), c["w2"]) + c["b2"]}; };
}

}  // namespace

void add_math_fixtures(FixtureTable& table) {
  add_elementwise(table);
  add_reductions(table);
  add_products(table);
}

}  // namespace candor::testing
