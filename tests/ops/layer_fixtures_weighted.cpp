#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "tests/ops/layer_fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

Ints ints_of(const FixtureCall& c, const char* name) { return c.attrs.contains(name) && c.attrs.at(name).is_array() ? c.attrs.at(name).get<Ints>() : Ints{}; }

Ints spatial(const Tensor& x) { return {x.shape().begin() + 1, x.shape().end() - 1}; }

ConvOptions options_of(const FixtureCall& c, const Tensor& x, const Tensor& kernel) {
  ConvOptions options{.strides = ints_of(c, "strides"), .dilation = ints_of(c, "dilation"), .groups = c.attrs.value("groups", std::int64_t{1})};
  const auto& padding = c.attrs.at("padding");
  if (padding.is_string())
    options.padding = resolve_padding(padding.get<std::string>(), spatial(x), Ints(kernel.shape().begin(), kernel.shape().end() - 2), options.strides, options.dilation);
  else
    for (const auto& pair : padding) options.padding.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  return options;
}

Tensor finished(const FixtureCall& c, Tensor y) {
  if (c.has("bias")) y = add(y, c["bias"]);
  const std::string activation = c.attrs.contains("activation") && c.attrs.at("activation").is_string() ? c.attrs.at("activation").get<std::string>() : "linear";
  if (activation == "relu") return relu(y);
  if (activation != "linear") fail(ErrorKind::unsupported, "the activation \"" + activation + "\" is not understood");
  return y;
}

// kernel [*k, in, multiplier]: a group for each channel, output channel c * multiplier + m.
Tensor depthwise(const FixtureCall& c, const Tensor& x, const Tensor& kernel) {
  ConvOptions options = options_of(c, x, kernel);
  options.groups = x.shape(-1);
  return conv(x, reshape(kernel, kernel.shape().with(-2, 1).with(-1, kernel.shape(-2) * kernel.shape(-1))), options);
}

Tensor transposed(const FixtureCall& c) {
  const Tensor &x = c["x"], &kernel = c["kernel"];
  ConvOptions options{.strides = ints_of(c, "strides"), .padding = {}, .dilation = ints_of(c, "dilation")};
  const Ints more = ints_of(c, "output_padding");
  Shape out = x.shape().with(-1, kernel.shape(-2));
  for (std::size_t d = 0; d < options.strides.size(); ++d) {
    const int axis = static_cast<int>(d);
    const std::int64_t n = x.shape(axis + 1), s = options.strides[d], reach = (kernel.shape(axis) - 1) * options.dilation[d] + 1;
    const auto& padding = c.attrs.at("padding");
    const std::int64_t overlap = std::max<std::int64_t>(reach - s, 0);
    if (padding == "valid") {
      options.padding.emplace_back(0, 0);
      out.set(axis + 1, n * s + overlap);
    } else if (padding == "same") {
      options.padding.emplace_back(overlap / 2, overlap - overlap / 2);
      out.set(axis + 1, n * s);
    } else {
      options.padding.emplace_back(padding.at(d).at(0).get<std::int64_t>(), padding.at(d).at(1).get<std::int64_t>());
      out.set(axis + 1, (n - 1) * s - options.padding.back().first - options.padding.back().second + reach + (more.empty() ? 0 : more[d]));
    }
  }
  return conv_transpose(x, kernel, out, options);
}

}  // namespace

void add_weighted_layers(LayerTable& table) {
  table["dense"] = [](const FixtureCall& c) { return Tensors{finished(c, matmul(c["x"], c["kernel"]))}; };
  table["bilinear"] = [](const FixtureCall& c) { return Tensors{finished(c, einsum("...i,ijo,...j->...o", {c["x1"], c["kernel"], c["x2"]}))}; };
  for (const char* kind : {"conv1d", "conv2d", "conv3d"})
    table[kind] = [](const FixtureCall& c) { return Tensors{finished(c, conv(c["x"], c["kernel"], options_of(c, c["x"], c["kernel"])))}; };
  for (const char* kind : {"conv1d_transpose", "conv2d_transpose", "conv3d_transpose"})
    table[kind] = [](const FixtureCall& c) { return Tensors{finished(c, transposed(c))}; };
  for (const char* kind : {"depthwise_conv1d", "depthwise_conv2d"})
    table[kind] = [](const FixtureCall& c) { return Tensors{finished(c, depthwise(c, c["x"], c["kernel"]))}; };
  for (const char* kind : {"separable_conv1d", "separable_conv2d"})
    table[kind] = [](const FixtureCall& c) { return Tensors{finished(c, conv(depthwise(c, c["x"], c["depthwise_kernel"]), c["pointwise_kernel"]))}; };
  table["embedding"] = [](const FixtureCall& c) { return Tensors{embedding(c["table"], c["index"])}; };
  table["embedding_mean_pool"] = [](const FixtureCall& c) {
    const Tensor &weights = c["table"], &index = c["index"];
    const Tensor kept = cast(not_equal(index, Tensor::zeros({}, index.dtype())), weights.dtype());
    const Tensor total = sum(multiply(embedding(weights, index), expand_dims(kept, -1)), {-2});
    return Tensors{divide(total, sum(kept, {-1}, true))};
  };
}

}  // namespace candor::testing
