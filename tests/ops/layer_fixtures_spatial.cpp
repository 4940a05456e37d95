#include "candor/ops/conv.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/resize.h"
#include "candor/ops/space.h"
#include "tests/ops/layer_fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

PoolOptions pool_options(const FixtureCall& c) {
  PoolOptions options{.size = c.attrs.at("pool_size").get<Ints>(), .strides = c.attrs.at("strides").get<Ints>()};
  const auto& padding = c.attrs.at("padding");
  if (padding.is_string())
    options.padding = resolve_padding(padding.get<std::string>(), Ints(c["x"].shape().begin() + 1, c["x"].shape().end() - 1), options.size, options.strides, {});
  else
    for (const auto& pair : padding) options.padding.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  return options;
}

Axes spatial_axes(const Tensor& x) {
  Axes axes;
  for (int i = 1; i + 1 < x.rank(); ++i) axes.push_back(i);
  return axes;
}

ResizeOptions resize_options(const FixtureCall& c) {
  return {.interpolation = c.attrs.at("interpolation").get<std::string>(), .antialias = c.attrs.value("antialias", false), .cubic_coefficient = c.attrs.value("cubic_coeff", -0.75)};
}

Tensor cropped(const FixtureCall& c) {
  Ints start(static_cast<std::size_t>(c["x"].rank()), 0), stop = c["x"].shape().to_vector();
  std::size_t axis = 1;
  for (const auto& pair : c.attrs.at("cropping")) {
    start[axis] = pair.at(0).get<std::int64_t>();
    stop[axis++] -= pair.at(1).get<std::int64_t>();
  }
  return slice(c["x"], start, stop);
}

Tensor padded(const FixtureCall& c) {
  Padding width{{0, 0}};
  for (const auto& pair : c.attrs.at("padding")) width.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  width.emplace_back(0, 0);
  return pad(c["x"], width);
}

}  // namespace

void add_spatial_layers(LayerTable& table) {
  for (const std::string dims : {"1d", "2d", "3d"}) {
    table["max_pool" + dims] = [](const FixtureCall& c) { return Tensors{max_pool(c["x"], pool_options(c))}; };
    table["average_pool" + dims] = [](const FixtureCall& c) { return Tensors{average_pool(c["x"], pool_options(c), c.attrs.value("count_include_pad", false))}; };
    table["global_max_pool" + dims] = [](const FixtureCall& c) { return Tensors{max(c["x"], spatial_axes(c["x"]))}; };
    table["global_average_pool" + dims] = [](const FixtureCall& c) { return Tensors{mean(c["x"], spatial_axes(c["x"]))}; };
    table["adaptive_average_pool" + dims] = [](const FixtureCall& c) { return Tensors{adaptive_average_pool(c["x"], c.attrs.at("output_size").get<Ints>())}; };
    table["adaptive_max_pool" + dims] = [](const FixtureCall& c) { return Tensors{adaptive_max_pool(c["x"], c.attrs.at("output_size").get<Ints>())}; };
    table["upsampling" + dims] = [](const FixtureCall& c) { return Tensors{upsample(c["x"], c.attrs.at("size").get<Ints>(), c.attrs.value("interpolation", "nearest"))}; };
    table["zero_padding" + dims] = [](const FixtureCall& c) { return Tensors{padded(c)}; };
    table["cropping" + dims] = [](const FixtureCall& c) { return Tensors{cropped(c)}; };
  }
  table["resize"] = [](const FixtureCall& c) { return Tensors{resize(c["x"], c.attrs.at("output_size").get<Ints>(), resize_options(c))}; };
  table["depth_to_space"] = [](const FixtureCall& c) { return Tensors{depth_to_space(c["x"], c.attrs.at("block").get<std::int64_t>())}; };
  table["space_to_depth"] = [](const FixtureCall& c) { return Tensors{space_to_depth(c["x"], c.attrs.at("block").get<std::int64_t>())}; };
}

}  // namespace candor::testing
