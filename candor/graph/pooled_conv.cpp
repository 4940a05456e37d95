// Rows pooled_conv_kernel_gradient (x, c, index) and pooled_conv_input_gradient (c, index, kernel): the gradients of a convolution whose
// result goes through max_pool and nowhere else. c is the cotangent of the pooled result and index what max_pool says of the winners; all
// other places of the convolution's result have gradient zero and are not visited. Made by the rewrite pooled_gradients.
//
// Attributes: those of conv, `shape` of the result, `image` (shape of the convolution's result) and `window` of the pool.
#include "candor/base/error.h"
#include "candor/graph/graph_ops.h"
#include "candor/ops/conv_rules.h"
#include "candor/ops/op.h"
#include "candor/ops/reference.h"

namespace candor {
namespace {

enum class Target { input, kernel };

template <Target target>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  const TensorType &c = in[target == Target::kernel ? 1 : 0], &index = in[target == Target::kernel ? 2 : 1];
  const Shape image = attrs.shape("image");
  if (in.size() != 3 || index.dtype != DType::i32 || index.shape != c.shape || c.shape.rank() != 4 || image.rank() != 4 || image[0] != c.shape[0] || image[3] != c.shape[3])
    fail(ErrorKind::internal, "pooled conv: pooled cotangent " + to_string(c) + " and index " + to_string(index) + " of an image " + to_string(image));
  return {{attrs.shape("shape"), c.dtype}};
}

template <Target target>
void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  constexpr bool to_kernel = target == Target::kernel;
  const Shape& pooled = node.in[to_kernel ? 1 : 0].shape;
  const Shape input = to_kernel ? node.in[0].shape : node.out[0].shape, kernel = to_kernel ? node.out[0].shape : node.in[2].shape;
  const rules::ConvGeometry g = rules::conv_geometry(input, kernel, node.attrs, node.op->name);
  reference::visit_floating(node.out[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *c = args.input<T>(to_kernel ? 1 : 0), *other = args.input<T>(to_kernel ? 0 : 2);
    const auto* index = args.input<std::int32_t>(to_kernel ? 2 : 1);
    std::vector<double> sums(static_cast<std::size_t>(node.out[0].size()), 0.0);
    const std::int64_t cells = pooled[1] * pooled[2];
    for (std::int64_t i = 0; i < pooled.size(); ++i) {
      const std::int64_t n = i / (cells * g.filters), f = i % g.filters;
      const auto cotangent = static_cast<double>(reference::load(c[i]));
      for (std::int64_t tap = 0; tap < g.kernel[0] * g.kernel[1]; ++tap) {
        const std::int64_t h = index[i] / g.output[1] * g.strides[0] - g.low[0] + tap / g.kernel[1] * g.dilation[0];
        const std::int64_t w = index[i] % g.output[1] * g.strides[1] - g.low[1] + tap % g.kernel[1] * g.dilation[1];
        if (h < 0 || h >= g.input[0] || w < 0 || w >= g.input[1]) continue;
        for (std::int64_t k = 0; k < g.channels; ++k) {
          const std::int64_t at = ((n * g.input[0] + h) * g.input[1] + w) * g.channels + k, weight = (tap * g.channels + k) * g.filters + f;
          sums[static_cast<std::size_t>(to_kernel ? weight : at)] += cotangent * static_cast<double>(reference::load(other[to_kernel ? at : weight]));
        }
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) reference::store(args.output<T>(0)[i], sums[i]);
  });
}

template <Target target>
double flops(const NodeInfo& node) {
  const Shape& kernel = target == Target::kernel ? node.out[0].shape : node.in[2].shape;
  const Shape& pooled = node.in[target == Target::kernel ? 1 : 0].shape;
  return 2.0 * static_cast<double>(pooled.size()) * static_cast<double>(kernel.size()) / static_cast<double>(kernel[-1]);
}

}  // namespace

void register_pooled_conv() {
  register_op({.name = "pooled_conv_kernel_gradient", .infer = infer<Target::kernel>, .reference = run<Target::kernel>, .flops = flops<Target::kernel>});
  register_op({.name = "pooled_conv_input_gradient", .infer = infer<Target::input>, .reference = run<Target::input>, .flops = flops<Target::input>});
}

}  // namespace candor
