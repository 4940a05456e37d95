// Rows softmax and log_softmax.
#include <cmath>
#include <limits>

#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

template <rules::Name N>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, N.str());
  rules::expect_floating(in[0], N.str());
  rules::normalize_axis(static_cast<int>(attrs.integer("axis")), in[0].shape, N.str());
  return {in[0]};
}

template <bool logarithm>
void kernel(const KernelArgs& args) {
  const reference::Reduction loops(args.node->in[0].shape, {args.node->attrs.integer("axis")});
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = args.input<T>(0);
    T* out = args.output<T>(0);
    loops.kept.each([&](const auto& at) {
      const auto x = [&](const auto& from) { return static_cast<double>(reference::load(in[at[1] + from[0]])); };
      double largest = -std::numeric_limits<double>::infinity(), total = 0;
      loops.reduced.each([&](const auto& from) { largest = largest != largest || x(from) <= largest ? largest : x(from); });
      loops.reduced.each([&](const auto& from) { total += std::exp(x(from) - largest); });
      const double log_total = std::log(total);
      loops.reduced.each([&](const auto& from) {
        const double shifted = x(from) - largest;
        reference::store(out[at[1] + from[0]], logarithm ? shifted - log_total : std::exp(shifted) / total);
      });
    });
  });
}

int axis_of(const GradientArgs& args) { return static_cast<int>(args.node.attrs.integer("axis")); }

std::vector<Tensor> softmax_gradient(const GradientArgs& args) {
  const Tensor &y = args.out[0], &ct = args.cotangents[0];
  return {y * (ct - sum(ct * y, {axis_of(args)}, true))};
}
std::vector<Tensor> log_softmax_gradient(const GradientArgs& args) {
  const Tensor& ct = args.cotangents[0];
  return {ct - exp(args.out[0]) * sum(ct, {axis_of(args)}, true)};
}

double flops(const NodeInfo& node) { return 5 * static_cast<double>(node.in[0].size()); }

Tensor call(std::string_view name, const Tensor& x, int axis) {
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), std::string(name));
  return apply(name, {x}, {{"axis", at}});
}

}  // namespace

void register_softmax() {
  register_op({.name = "softmax", .infer = infer<"softmax">, .gradient = softmax_gradient, .reference = kernel<false>, .flops = flops});
  register_op({.name = "log_softmax", .infer = infer<"log_softmax">, .gradient = log_softmax_gradient, .reference = kernel<true>, .flops = flops});
}

Tensor softmax(const Tensor& x, int axis) { return call("softmax", x, axis); }
Tensor log_softmax(const Tensor& x, int axis) { return call("log_softmax", x, axis); }

}  // namespace candor
