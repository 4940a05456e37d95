// Rows max_pool (with the winner's index), its gradient pair max_pool_gradient / max_pool_gather, average_pool and
// average_pool_gradient.
#include <cmath>
#include <cstring>

#include "candor/ops/conv.h"
#include "candor/ops/families.h"
#include "candor/ops/op.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

struct Geometry {
  Ints input, output, size, strides, low;
  std::int64_t batch, channels, pixels = 1, outputs = 1;
  std::size_t rank;

  Geometry(const Shape& x, const Attrs& attrs, const std::string& op)
      : size(attrs.integers("size")), strides(attrs.integers("strides")), low(attrs.integers("padding_low")), batch(x[0]), channels(x[-1]), rank(static_cast<std::size_t>(x.rank() - 2)) {
    const Ints& high = attrs.integers("padding_high");
    for (std::size_t d = 0; d < rank; ++d) {
      input.push_back(x[static_cast<int>(d) + 1]);
      if (size[d] < 1 || strides[d] < 1) fail(ErrorKind::invalid_argument, op + ": size and strides must be at least 1, got " + std::to_string(size[d]) + " and " + std::to_string(strides[d]));
      if (low[d] < 0 || high[d] < 0 || low[d] >= size[d] || high[d] >= size[d])
        fail(ErrorKind::invalid_argument, op + ": padding must be at least 0 and below the window's size " + std::to_string(size[d]));
      const std::int64_t padded = input[d] + low[d] + high[d];
      if (padded < size[d])
        fail(ErrorKind::shape, op + ": the window covers " + std::to_string(size[d]) + " places along spatial axis " + std::to_string(d) + ", the padded input " + to_string(x) + " has " + std::to_string(padded));
      output.push_back((padded - size[d]) / strides[d] + 1);
      pixels *= input[d];
      outputs *= output.back();
    }
  }
  Shape output_shape() const {
    std::vector<std::int64_t> shape{batch};
    shape.insert(shape.end(), output.begin(), output.end());
    shape.push_back(channels);
    return Shape(shape);
  }
  /// Calls f(input pixel within the image) for the cells of window `o` that lie inside, in row-major order.
  template <class F>
  void each_cell(std::int64_t o, F&& f) const {
    std::int64_t cells = 1;
    for (std::int64_t s : size) cells *= s;
    for (std::int64_t c = 0; c < cells; ++c) {
      std::int64_t place = 0, scale = 1, rest_o = o, rest_c = c;
      bool inside = true;
      for (std::size_t d = rank; d-- > 0;) {
        const std::int64_t at = rest_o % output[d] * strides[d] - low[d] + rest_c % size[d];
        inside &= at >= 0 && at < input[d];
        place += at * scale;
        scale *= input[d];
        rest_o /= output[d];
        rest_c /= size[d];
      }
      if (inside) f(place);
    }
  }
  double cells() const {
    double n = 1;
    for (std::int64_t s : size) n *= static_cast<double>(s);
    return n;
  }
};

std::vector<TensorType> infer_max(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "max_pool");
  rules::expect_numeric(in[0], "max_pool");
  const Shape shape = Geometry(in[0].shape, attrs, "max_pool").output_shape();
  return {{shape, in[0].dtype}, {shape, DType::i32}};
}

void run_max(const KernelArgs& args) {
  const Geometry g(args.node->in[0].shape, args.node->attrs, "max_pool");
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t n = 0; n < g.batch; ++n)
      for (std::int64_t o = 0; o < g.outputs; ++o)
        for (std::int64_t c = 0; c < g.channels; ++c) {
          const T* x = args.input<T>(0) + n * g.pixels * g.channels + c;
          std::int64_t best = -1;
          g.each_cell(o, [&](std::int64_t pixel) {
            const auto value = reference::load(x[pixel * g.channels]);
            bool better = best < 0;
            if (!better) {
              const auto record = reference::load(x[best * g.channels]);
              better = value > record;
              if constexpr (reference::is_float<T>) better |= std::isnan(value) && !std::isnan(record);
            }
            if (better) best = pixel;
          });
          const std::int64_t at = (n * g.outputs + o) * g.channels + c;
          args.output<T>(0)[at] = x[best * g.channels];
          args.output<std::int32_t>(1)[at] = static_cast<std::int32_t>(best);
        }
  });
}

/// For max_pool_gradient (scatter) and max_pool_gather: pixels of an image and of a pooled image, by shapes.
struct Pairing {
  std::int64_t batch, channels, outputs, pixels;
  Pairing(const Shape& full, const Shape& pooled) : batch(full[0]), channels(full[-1]) {
    const std::int64_t rows = std::max<std::int64_t>(1, batch * channels);
    outputs = pooled.size() / rows;
    pixels = full.size() / rows;
  }
};

std::vector<TensorType> infer_max_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "max_pool_gradient");
  return {{attrs.shape("shape"), in[0].dtype}};
}

void run_max_gradient(const KernelArgs& args) {
  const Pairing p(args.node->out[0].shape, args.node->in[0].shape);
  std::memset(args.out[0], 0, args.node->out[0].bytes());
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t n = 0; n < p.batch; ++n)
      for (std::int64_t o = 0; o < p.outputs; ++o)
        for (std::int64_t c = 0; c < p.channels; ++c) {
          const std::int64_t at = (n * p.outputs + o) * p.channels + c;
          T& to = args.output<T>(0)[(n * p.pixels + args.input<std::int32_t>(1)[at]) * p.channels + c];
          reference::store(to, reference::load(to) + reference::load(args.input<T>(0)[at]));
        }
  });
}

std::vector<TensorType> infer_gather(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, "max_pool_gather");
  return {{in[1].shape, in[0].dtype}};
}

void run_gather(const KernelArgs& args) {
  const Pairing p(args.node->in[0].shape, args.node->out[0].shape);
  visit_dtype(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t n = 0; n < p.batch; ++n)
      for (std::int64_t o = 0; o < p.outputs; ++o)
        for (std::int64_t c = 0; c < p.channels; ++c) {
          const std::int64_t at = (n * p.outputs + o) * p.channels + c;
          args.output<T>(0)[at] = args.input<T>(0)[(n * p.pixels + args.input<std::int32_t>(1)[at]) * p.channels + c];
        }
  });
}

std::vector<TensorType> infer_average(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "average_pool");
  rules::expect_floating(in[0], "average_pool");
  return {{Geometry(in[0].shape, attrs, "average_pool").output_shape(), in[0].dtype}};
}

std::vector<TensorType> infer_average_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "average_pool_gradient");
  return {{attrs.shape("shape"), in[0].dtype}};
}

template <bool Backward>
void run_average(const KernelArgs& args) {
  const Geometry g((Backward ? args.node->out[0] : args.node->in[0]).shape, args.node->attrs, "average_pool");
  const bool count_padding = args.node->attrs.flag("count_padding");
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = args.input<T>(0);
    T* out = args.output<T>(0);
    if (Backward) std::memset(args.out[0], 0, args.node->out[0].bytes());
    for (std::int64_t n = 0; n < g.batch; ++n)
      for (std::int64_t o = 0; o < g.outputs; ++o) {
        double count = 0;
        g.each_cell(o, [&](std::int64_t) { ++count; });
        if (count_padding) count = g.cells();
        for (std::int64_t c = 0; c < g.channels; ++c) {
          const std::int64_t at = (n * g.outputs + o) * g.channels + c;
          const auto index = [&](std::int64_t pixel) { return (n * g.pixels + pixel) * g.channels + c; };
          if constexpr (Backward) {
            const double share = static_cast<double>(reference::load(in[at])) / count;
            g.each_cell(o, [&](std::int64_t pixel) { reference::store(out[index(pixel)], static_cast<double>(reference::load(out[index(pixel)])) + share); });
          } else {
            double sum = 0;
            g.each_cell(o, [&](std::int64_t pixel) { sum += static_cast<double>(reference::load(in[index(pixel)])); });
            reference::store(out[at], sum / count);
          }
        }
      }
  });
}

double window_flops(const NodeInfo& node, const Shape& pooled) {
  double cells = 1;
  for (std::int64_t s : node.attrs.integers("size")) cells *= static_cast<double>(s);
  return cells * static_cast<double>(pooled.size());
}

Attrs attrs_of(const PoolOptions& options, int spatial, const std::string& op) {
  const auto rank = static_cast<std::size_t>(spatial);
  if (spatial < 1 || spatial > 3) fail(ErrorKind::shape, op + ": needs 1 to 3 spatial axes ([N, spatial..., C]), got " + std::to_string(spatial));
  const Ints strides = options.strides.empty() ? options.size : options.strides;
  if (options.size.size() != rank || strides.size() != rank || (!options.padding.empty() && options.padding.size() != rank))
    fail(ErrorKind::invalid_argument, op + ": size, strides and padding need one entry for each of " + std::to_string(rank) + " spatial axes");
  Ints low(rank, 0), high(rank, 0);
  for (std::size_t d = 0; d < options.padding.size(); ++d) low[d] = options.padding[d].first, high[d] = options.padding[d].second;
  return {{"size", options.size}, {"strides", strides}, {"padding_low", low}, {"padding_high", high}};
}

Tensor pooled_gradient(const Tensor& ct, const Tensor& index, const Shape& shape) {
  return apply("max_pool_gradient", {ct, index}, Attrs().set("shape", shape));
}

}  // namespace

void register_pool() {
  Op max_row{.name = "max_pool", .infer = infer_max, .reference = run_max};
  max_row.gradient = [](const GradientArgs& args) { return std::vector<Tensor>{pooled_gradient(args.cotangents[0], args.out[1], args.in[0].shape())}; };
  max_row.flops = [](const NodeInfo& node) { return window_flops(node, node.out[0].shape); };
  register_op(max_row);
  Op gradient_row{.name = "max_pool_gradient", .infer = infer_max_gradient, .reference = run_max_gradient};
  gradient_row.gradient = [](const GradientArgs& args) { return std::vector<Tensor>{apply("max_pool_gather", {args.cotangents[0], args.in[1]}), {}}; };
  register_op(gradient_row);
  Op gather_row{.name = "max_pool_gather", .infer = infer_gather, .reference = run_gather};
  gather_row.gradient = [](const GradientArgs& args) { return std::vector<Tensor>{pooled_gradient(args.cotangents[0], args.in[1], args.in[0].shape()), {}}; };
  register_op(gather_row);

  Op average_row{.name = "average_pool", .infer = infer_average, .reference = run_average<false>};
  average_row.gradient = [](const GradientArgs& args) {
    Attrs attrs = args.node.attrs;
    return std::vector<Tensor>{apply("average_pool_gradient", {args.cotangents[0]}, attrs.set("shape", args.in[0].shape()))};
  };
  average_row.flops = [](const NodeInfo& node) { return window_flops(node, node.out[0].shape); };
  register_op(average_row);
  Op back_row{.name = "average_pool_gradient", .infer = infer_average_gradient, .reference = run_average<true>};
  back_row.gradient = [](const GradientArgs& args) {
    Attrs attrs;
    for (const auto& [name, value] : args.node.attrs.items())
      if (name != "shape") attrs.set(name, value);
    return std::vector<Tensor>{apply("average_pool", {args.cotangents[0]}, attrs)};
  };
  back_row.flops = [](const NodeInfo& node) { return window_flops(node, node.in[0].shape); };
  register_op(back_row);
}

Tensor max_pool(const Tensor& x, const PoolOptions& options) { return apply("max_pool", {x}, attrs_of(options, x.rank() - 2, "max_pool")); }

Tensor average_pool(const Tensor& x, const PoolOptions& options, bool count_padding) {
  return apply("average_pool", {x}, attrs_of(options, x.rank() - 2, "average_pool").set("count_padding", count_padding));
}

}  // namespace candor
