// Places of the extremes: rows argmax, argmin.
#include "candor/ops/families.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

template <rules::Name N>
std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, N.str());
  const std::vector<std::int64_t> axes{attrs.integer("axis")};
  const TensorType out{rules::reduced_shape(in[0].shape, axes, attrs.flag("keepdims")), DType::i64};
  if (out.size() > 0 && rules::count_along(in[0].shape, axes) == 0)
    fail(ErrorKind::shape, N.str() + ": there is nothing to choose from along axis " + std::to_string(axes[0]) + " of " + to_string(in[0]));
  return {out};
}

template <bool largest>
void kernel(const KernelArgs& args) {
  const reference::Reduction loops(args.node->in[0].shape, {args.node->attrs.integer("axis")});
  visit_dtype(args.node->in[0].dtype, [&](auto zero) {
    const auto* in = args.input<decltype(zero)>(0);
    loops.kept.each([&](const auto& at) {
      std::int64_t place = 0, best_place = 0;
      auto best = reference::load(zero);
      loops.reduced.each([&](const auto& from) {
        const auto x = reference::load(in[at[1] + from[0]]);
        if (place == 0 || (best == best && (x != x || (largest ? x > best : x < best)))) best = x, best_place = place;
        ++place;
      });
      args.output<std::int64_t>(0)[at[0]] = best_place;
    });
  });
}

double flops(const NodeInfo& node) { return static_cast<double>(node.in[0].size()); }

Tensor call(std::string_view name, const Tensor& x, int axis, bool keepdims) {
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), std::string(name));
  return apply(name, {x}, {{"axis", at}, {"keepdims", keepdims}});
}

}  // namespace

void register_search() {
  register_op({.name = "argmax", .infer = infer<"argmax">, .reference = kernel<true>, .flops = flops});
  register_op({.name = "argmin", .infer = infer<"argmin">, .reference = kernel<false>, .flops = flops});
}

Tensor argmax(const Tensor& x, int axis, bool keepdims) { return call("argmax", x, axis, keepdims); }
Tensor argmin(const Tensor& x, int axis, bool keepdims) { return call("argmin", x, axis, keepdims); }

}  // namespace candor
