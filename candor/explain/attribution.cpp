#include "candor/explain/attribution.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor::explain {
namespace {

constexpr std::int64_t batch = 64;  // examples asked at once

Tensor column(const Tensor& outputs, std::int64_t output) {
  if (output < 0 || outputs.rank() < 2 || output >= outputs.shape(-1)) {
    fail(ErrorKind::invalid_argument, "explain: output " + std::to_string(output) + " of a network that gives " + to_string(outputs.shape()));
  }
  return narrow(outputs, -1, output, output + 1);
}

// f of each example, [n].
std::vector<double> values(const Network& network, const Tensor& x, std::int64_t output) {
  const CompiledFunction run([&](std::span<const Tensor> in) { return std::vector<Tensor>{column(network(in[0]), output)}; });
  std::vector<double> out;
  for (std::int64_t i = 0; i < x.shape(0); i += batch) {
    const std::vector<Tensor> in{x.view_slice(0, i, std::min(x.shape(0), i + batch)).contiguous()};
    const std::vector<double> part = run(in)[0].to_vector<double>();
    out.insert(out.end(), part.begin(), part.end());
  }
  return out;
}

void require_one(const Tensor& x) {
  if (x.rank() < 2 || x.shape(0) != 1) fail(ErrorKind::shape, "explain: one example [1, ...] is wanted, and this is " + to_string(x.shape()));
}

Tensor tensor_of(const std::vector<double>& v, const Shape& shape, DType dtype) { return Tensor::from(v, shape).to(dtype); }

}  // namespace

Tensor input_gradient(const Network& network, const Tensor& x, std::int64_t output) {
  if (x.dtype() != DType::f32 && x.dtype() != DType::f64) fail(ErrorKind::dtype, "explain: gradients need f32 or f64 inputs");
  const CompiledFunction run([&](std::span<const Tensor> in) { return gradients(sum(column(network(in[0]), output)), in); });
  std::vector<double> all;
  for (std::int64_t i = 0; i < x.shape(0); i += batch) {
    const std::vector<Tensor> in{x.view_slice(0, i, std::min(x.shape(0), i + batch)).contiguous()};
    const std::vector<double> part = run(in)[0].to_vector<double>();
    all.insert(all.end(), part.begin(), part.end());
  }
  return tensor_of(all, x.shape(), x.dtype());
}

SmoothGradient smooth_gradient(const Network& network, const Tensor& x, std::int64_t output, const Tensor& noise) {
  require_one(x);
  if (noise.shape().without(0) != x.shape().without(0) || noise.shape(0) < 1) fail(ErrorKind::shape, "smooth_gradient: noise " + to_string(noise.shape()) + " for " + to_string(x.shape()));
  const std::vector<double> at = x.to_vector<double>(), added = noise.to_vector<double>();
  std::vector<double> copies(added.size());
  for (std::size_t i = 0; i < added.size(); ++i) copies[i] = added[i] + at[i % at.size()];
  const std::vector<double> g = input_gradient(network, tensor_of(copies, noise.shape(), x.dtype()), output).to_vector<double>();
  const std::size_t draws = g.size() / at.size();
  std::vector<double> mean(at.size()), squared(at.size()), variance(at.size());
  for (std::size_t i = 0; i < g.size(); ++i) mean[i % at.size()] += g[i] / static_cast<double>(draws), squared[i % at.size()] += g[i] * g[i] / static_cast<double>(draws);
  for (std::size_t i = 0; i < g.size(); ++i) variance[i % at.size()] += std::pow(g[i] - mean[i % at.size()], 2) / static_cast<double>(draws);
  return {tensor_of(mean, x.shape(), x.dtype()), tensor_of(squared, x.shape(), x.dtype()), tensor_of(variance, x.shape(), x.dtype())};
}

Tensor smoothing_noise(const Tensor& x, std::int64_t draws, double share, std::uint64_t seed) {
  require_one(x);
  const std::vector<double> v = x.to_vector<double>();
  const auto [low, high] = std::minmax_element(v.begin(), v.end());
  std::vector<std::int64_t> shape = x.shape().to_vector();
  shape[0] = draws;
  return random_normal(Shape(shape), 0, static_cast<float>(share * (*high - *low)), RandomStream{seed, 0x736d6f74}).to(x.dtype());
}

Tensor integrated_gradients(const Network& network, const Tensor& x, const Tensor& baseline, std::int64_t output, std::int64_t steps, PathRule rule) {
  require_one(x);
  if (baseline.size() != x.size() || steps < 1) fail(ErrorKind::shape, "integrated_gradients: a baseline of " + std::to_string(x.size()) + " numbers and at least one step are wanted");
  const std::vector<double> to = x.to_vector<double>(), from = baseline.to_vector<double>();
  std::vector<std::pair<double, double>> places;  // share of the way, weight
  const double n = static_cast<double>(steps);
  if (rule == PathRule::trapezoid) {
    for (std::int64_t k = 0; k <= steps; ++k) places.push_back({static_cast<double>(k) / n, (k == 0 || k == steps ? .5 : 1) / n});
  } else {
    const double shift = rule == PathRule::midpoint ? .5 : rule == PathRule::right ? 1 : 0;
    for (std::int64_t k = 0; k < steps; ++k) places.push_back({(static_cast<double>(k) + shift) / n, 1 / n});
  }
  std::vector<double> points;
  for (const auto& [share, weight] : places) {
    for (std::size_t i = 0; i < to.size(); ++i) points.push_back(from[i] + share * (to[i] - from[i]));
  }
  std::vector<std::int64_t> shape = x.shape().to_vector();
  shape[0] = static_cast<std::int64_t>(places.size());
  const std::vector<double> g = input_gradient(network, tensor_of(points, Shape(shape), x.dtype()), output).to_vector<double>();
  std::vector<double> sums(to.size());
  for (std::size_t i = 0; i < g.size(); ++i) sums[i % to.size()] += g[i] * places[i / to.size()].second;
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] *= to[i] - from[i];
  return tensor_of(sums, x.shape(), x.dtype());
}

Tensor occlusion(const Network& network, const Tensor& x, std::int64_t output, const OcclusionOptions& options) {
  require_one(x);
  if (x.rank() != 4) fail(ErrorKind::shape, "occlusion: a picture [1, height, width, channels] is wanted, and this is " + to_string(x.shape()));
  const std::int64_t height = x.shape(1), width = x.shape(2), channels = x.shape(3), size = options.size, stride = options.stride;
  if (size < 1 || stride < 1 || size > height || size > width) fail(ErrorKind::invalid_argument, "occlusion: the square must fit into the picture and move by at least one pixel");
  const std::vector<double> at = x.to_vector<double>();
  const double whole = values(network, x, output)[0];
  const std::int64_t down = (height - size) / stride + 1, across = (width - size) / stride + 1;
  std::vector<double> falls;
  for (std::int64_t first = 0; first < down * across; first += batch) {
    const std::int64_t count = std::min(batch, down * across - first);
    std::vector<double> covered;
    for (std::int64_t k = first; k < first + count; ++k) {
      std::vector<double> one = at;
      for (std::int64_t r = k / across * stride; r < k / across * stride + size; ++r) {
        const auto begin = one.begin() + (r * width + k % across * stride) * channels;
        std::fill(begin, begin + size * channels, options.fill);
      }
      covered.insert(covered.end(), one.begin(), one.end());
    }
    for (const double v : values(network, tensor_of(covered, Shape{count, height, width, channels}, x.dtype()), output)) falls.push_back(whole - v);
  }
  return tensor_of(falls, Shape{down, across}, x.dtype());
}

Tensor rise(const Network& network, const Tensor& x, std::int64_t output, const Tensor& masks, double share) {
  require_one(x);
  if (x.rank() != 4 || masks.rank() != 3 || masks.shape(1) != x.shape(1) || masks.shape(2) != x.shape(2) || masks.shape(0) < 1) {
    fail(ErrorKind::shape, "rise: masks " + to_string(masks.shape()) + " for a picture " + to_string(x.shape()));
  }
  const std::vector<double> at = x.to_vector<double>(), mask = masks.to_vector<double>();
  const std::size_t channels = static_cast<std::size_t>(x.shape(3)), pixels = at.size() / channels;
  std::vector<double> map(pixels);
  const std::int64_t n = masks.shape(0);
  for (std::int64_t first = 0; first < n; first += batch) {
    const std::int64_t count = std::min(batch, n - first);
    std::vector<double> seen;
    for (std::int64_t k = first; k < first + count; ++k) {
      for (std::size_t i = 0; i < at.size(); ++i) seen.push_back(at[i] * mask[static_cast<std::size_t>(k) * pixels + i / channels]);
    }
    const std::vector<double> got = values(network, tensor_of(seen, Shape{count, x.shape(1), x.shape(2), x.shape(3)}, x.dtype()), output);
    for (std::int64_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < pixels; ++i) map[i] += got[static_cast<std::size_t>(k)] * mask[static_cast<std::size_t>(first + k) * pixels + i] / share / static_cast<double>(n);
    }
  }
  return tensor_of(map, Shape{x.shape(1), x.shape(2)}, x.dtype());
}

ClassActivation class_activation(const Network& body, const Network& head, const Tensor& x, std::int64_t output) {
  require_one(x);
  const CompiledFunction make([&](std::span<const Tensor> in) { return std::vector<Tensor>{body(in[0])}; });
  const std::vector<Tensor> in{x};
  const Tensor features = make(in)[0];
  if (features.rank() != 4) fail(ErrorKind::shape, "class_activation: features " + to_string(features.shape()) + " have no height and width");
  const std::vector<double> a = features.to_vector<double>(), g = input_gradient(head, features, output).to_vector<double>();
  const std::size_t channels = static_cast<std::size_t>(features.shape(3)), pixels = a.size() / channels;
  std::vector<double> weights(channels), plus(channels), sums(channels), map(pixels), plus_map(pixels);
  for (std::size_t i = 0; i < a.size(); ++i) weights[i % channels] += g[i] / static_cast<double>(pixels), sums[i % channels] += a[i];
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double below = 2 * g[i] * g[i] + sums[i % channels] * g[i] * g[i] * g[i];
    if (below != 0) plus[i % channels] += g[i] * g[i] / below * std::max(0., g[i]);
  }
  for (std::size_t i = 0; i < a.size(); ++i) map[i / channels] += weights[i % channels] * a[i], plus_map[i / channels] += plus[i % channels] * a[i];
  for (std::size_t i = 0; i < pixels; ++i) map[i] = std::max(0., map[i]), plus_map[i] = std::max(0., plus_map[i]);
  const Shape plane{features.shape(1), features.shape(2)}, row{features.shape(3)};
  return {tensor_of(map, plane, x.dtype()), tensor_of(weights, row, x.dtype()), tensor_of(plus_map, plane, x.dtype()), tensor_of(plus, row, x.dtype())};
}

std::pair<Network, Network> split_at_features(const Model& model) {
  const std::vector<Layer> layers = model.layers();
  const auto chain = [](std::vector<Layer> part) -> Network {
    return [part](const Tensor& x) {
      Tensor y = x;
      for (const Layer& layer : part) y = layer(y);
      return y;
    };
  };
  // Found by running the chain: a model that is none gives another shape, or fails.
  try {
    std::vector<std::int64_t> shape = model.input_types().front().shape.to_vector();
    shape.insert(shape.begin(), 1);
    Tensor x = Tensor::zeros(Shape(shape));
    const Tensor want = model(x);
    std::size_t last = layers.size();
    for (std::size_t k = 0; k < layers.size(); ++k) {
      x = layers[k](x);
      if (x.rank() == 4 && x.shape(1) > 1 && x.shape(2) > 1 && k > 0) last = k;
    }
    if (last + 1 >= layers.size() || x.shape() != want.shape() || x.to_vector() != want.to_vector()) return {};
    return {chain({layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(last + 1)}), chain({layers.begin() + static_cast<std::ptrdiff_t>(last + 1), layers.end()})};
  } catch (const Error&) {
    return {};
  }
}

}  // namespace candor::explain
