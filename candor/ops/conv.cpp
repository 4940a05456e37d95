// Rows conv, conv_input_gradient and conv_kernel_gradient: each one's gradients are the other two.
#include "candor/ops/conv.h"

#include <cstring>

#include "candor/ops/conv_rules.h"
#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using rules::conv_geometry;
using rules::conv_output;
using rules::ConvGeometry;

std::vector<TensorType> infer_conv(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "conv");
  rules::expect_floating(in[0], "conv");
  rules::expect_same_dtype(in[0], in[1], "conv");
  return {{conv_output(conv_geometry(in[0].shape, in[1].shape, attrs, "conv")), in[0].dtype}};
}

void expect_cotangent(const TensorType& cotangent, const Shape& expected, const std::string& op) {
  if (cotangent.shape != expected) fail(ErrorKind::shape, op + ": the cotangent is " + to_string(cotangent.shape) + ", conv gives " + to_string(expected));
}

std::vector<TensorType> infer_input_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "conv_input_gradient");
  rules::expect_floating(in[0], "conv_input_gradient", "cotangent");
  rules::expect_same_dtype(in[0], in[1], "conv_input_gradient");
  const Shape shape = attrs.shape("shape");
  expect_cotangent(in[0], conv_output(conv_geometry(shape, in[1].shape, attrs, "conv_input_gradient")), "conv_input_gradient");
  return {{shape, in[0].dtype}};
}

std::vector<TensorType> infer_kernel_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "conv_kernel_gradient");
  rules::expect_floating(in[0], "conv_kernel_gradient");
  rules::expect_same_dtype(in[0], in[1], "conv_kernel_gradient");
  const Shape shape = attrs.shape("shape");
  expect_cotangent(in[1], conv_output(conv_geometry(in[0].shape, shape, attrs, "conv_kernel_gradient")), "conv_kernel_gradient");
  return {{shape, in[0].dtype}};
}

/// Calls f(input pixel, kernel cell, output pixel), each a flat index over (batch and) spatial axes, for every pair that meets.
template <class F>
void each_tap(const ConvGeometry& g, F&& f) {
  std::int64_t outputs = 1, cells = 1, pixels = 1;
  for (std::size_t d = 0; d < g.rank; ++d) outputs *= g.output[d], cells *= g.kernel[d], pixels *= g.input[d];
  for (std::int64_t n = 0; n < g.batch; ++n)
    for (std::int64_t o = 0; o < outputs; ++o)
      for (std::int64_t c = 0; c < cells; ++c) {
        std::int64_t place = 0, scale = 1, rest_o = o, rest_c = c;
        bool inside = true;
        for (std::size_t d = g.rank; d-- > 0;) {
          const std::int64_t at = rest_o % g.output[d] * g.strides[d] - g.low[d] + rest_c % g.kernel[d] * g.dilation[d];
          inside &= at >= 0 && at < g.input[d];
          place += at * scale;
          scale *= g.input[d];
          rest_o /= g.output[d];
          rest_c /= g.kernel[d];
        }
        if (inside) f(n * pixels + place, c, n * outputs + o);
      }
}

enum class Role { output, input, kernel };

/// One loop serves all three rows: they differ in which of (input, kernel, output) is summed into.
template <Role Target>
void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Shape& input = Target == Role::input ? node.out[0].shape : node.in[0].shape;
  const Shape& kernel = Target == Role::kernel ? node.out[0].shape : node.in[1].shape;
  const ConvGeometry g = conv_geometry(input, kernel, node.attrs, node.op->name);
  const std::int64_t in_group = g.channels / g.groups, out_group = g.filters / g.groups;
  reference::visit_floating(node.out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *a = args.input<T>(0), *b = args.input<T>(1);
    std::vector<double> sums(static_cast<std::size_t>(node.out[0].size()), 0.0);
    each_tap(g, [&](std::int64_t pixel, std::int64_t cell, std::int64_t out) {
      for (std::int64_t group = 0; group < g.groups; ++group)
        for (std::int64_t i = 0; i < in_group; ++i) {
          const std::int64_t x = pixel * g.channels + group * in_group + i, w = (cell * in_group + i) * g.filters + group * out_group, y = out * g.filters + group * out_group;
          for (std::int64_t f = 0; f < out_group; ++f) {
            const auto value = [](T t) { return static_cast<double>(reference::load(t)); };
            if constexpr (Target == Role::output) sums[static_cast<std::size_t>(y + f)] += value(a[x]) * value(b[w + f]);
            if constexpr (Target == Role::input) sums[static_cast<std::size_t>(x)] += value(a[y + f]) * value(b[w + f]);
            if constexpr (Target == Role::kernel) sums[static_cast<std::size_t>(w + f)] += value(a[x]) * value(b[y + f]);
          }
        }
    });
    for (std::size_t i = 0; i < sums.size(); ++i) reference::store(args.output<T>(0)[i], sums[i]);
  });
}

ConvOptions options_of(const Attrs& attrs) {
  ConvOptions options{attrs.integers("strides"), {}, attrs.integers("dilation"), attrs.integer("groups")};
  for (std::size_t d = 0; d < options.strides.size(); ++d) options.padding.emplace_back(attrs.integers("padding_low")[d], attrs.integers("padding_high")[d]);
  return options;
}

Attrs attrs_of(const ConvOptions& options, int spatial, const std::string& op) {
  const auto rank = static_cast<std::size_t>(spatial);
  if (spatial < 1 || spatial > 3) fail(ErrorKind::shape, op + ": needs 1 to 3 spatial axes ([N, spatial..., C]), got " + std::to_string(spatial));
  const auto filled = [&](const Ints& given, std::int64_t value, const char* name) {
    if (!given.empty() && given.size() != rank)
      fail(ErrorKind::invalid_argument, op + ": " + name + " has " + std::to_string(given.size()) + " entries for " + std::to_string(rank) + " spatial axes");
    return given.empty() ? Ints(rank, value) : given;
  };
  Ints low(rank, 0), high(rank, 0);
  if (!options.padding.empty()) {
    if (options.padding.size() != rank)
      fail(ErrorKind::invalid_argument, op + ": padding has " + std::to_string(options.padding.size()) + " entries for " + std::to_string(rank) + " spatial axes");
    for (std::size_t d = 0; d < rank; ++d) low[d] = options.padding[d].first, high[d] = options.padding[d].second;
  }
  return {{"strides", filled(options.strides, 1, "strides")}, {"padding_low", low}, {"padding_high", high}, {"dilation", filled(options.dilation, 1, "dilation")}, {"groups", options.groups}};
}

double flops(const Shape& kernel, const Shape& output) {
  return 2.0 * static_cast<double>(output.size()) * static_cast<double>(kernel.size()) / static_cast<double>(kernel[-1]);
}

}  // namespace

void register_conv() {
  register_op({.name = "conv",
               .infer = infer_conv,
               .gradient =
                   [](const GradientArgs& args) {
                     const ConvOptions options = options_of(args.node.attrs);
                     std::vector<Tensor> out(2);
                     if (args.wanted[0]) out[0] = conv_input_gradient(args.cotangents[0], args.in[1], args.in[0].shape(), options);
                     if (args.wanted[1]) out[1] = conv_kernel_gradient(args.in[0], args.cotangents[0], args.in[1].shape(), options);
                     return out;
                   },
               .reference = run<Role::output>,
               .flops = [](const NodeInfo& node) { return flops(node.in[1].shape, node.out[0].shape); }});
  register_op({.name = "conv_input_gradient",
               .infer = infer_input_gradient,
               .gradient =
                   [](const GradientArgs& args) {
                     const ConvOptions options = options_of(args.node.attrs);
                     std::vector<Tensor> out(2);
                     if (args.wanted[0]) out[0] = conv(args.cotangents[0], args.in[1], options);
                     if (args.wanted[1]) out[1] = conv_kernel_gradient(args.cotangents[0], args.in[0], args.in[1].shape(), options);
                     return out;
                   },
               .reference = run<Role::input>,
               .flops = [](const NodeInfo& node) { return flops(node.in[1].shape, node.in[0].shape); }});
  register_op({.name = "conv_kernel_gradient",
               .infer = infer_kernel_gradient,
               .gradient =
                   [](const GradientArgs& args) {
                     const ConvOptions options = options_of(args.node.attrs);
                     std::vector<Tensor> out(2);
                     if (args.wanted[0]) out[0] = conv_input_gradient(args.in[1], args.cotangents[0], args.in[0].shape(), options);
                     if (args.wanted[1]) out[1] = conv(args.in[0], args.cotangents[0], options);
                     return out;
                   },
               .reference = run<Role::kernel>,
               .flops = [](const NodeInfo& node) { return flops(node.out[0].shape, node.in[1].shape); }});
}

Tensor conv(const Tensor& x, const Tensor& kernel, const ConvOptions& options) { return apply("conv", {x, kernel}, attrs_of(options, x.rank() - 2, "conv")); }

Tensor conv_input_gradient(const Tensor& cotangent, const Tensor& kernel, const Shape& input_shape, const ConvOptions& options) {
  return apply("conv_input_gradient", {cotangent, kernel}, attrs_of(options, cotangent.rank() - 2, "conv_input_gradient").set("shape", input_shape));
}

Tensor conv_kernel_gradient(const Tensor& x, const Tensor& cotangent, const Shape& kernel_shape, const ConvOptions& options) {
  return apply("conv_kernel_gradient", {x, cotangent}, attrs_of(options, x.rank() - 2, "conv_kernel_gradient").set("shape", kernel_shape));
}

Tensor conv_transpose(const Tensor& x, const Tensor& kernel, const Shape& output_shape, const ConvOptions& options) {
  // A transposed convolution is the gradient of the convolution that maps its output to its input; Keras's kernel
  // [*k, out, in] is that convolution's kernel [*k, in, out] as it stands.
  return conv_input_gradient(x, kernel, output_shape, options);
}

}  // namespace candor
