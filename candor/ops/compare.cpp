// Comparison and logic of two tensors; all give bool and have no gradient.
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

template <rules::Name N>
std::vector<TensorType> infer_compare(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, N.str());
  rules::expect_same_dtype(in[0], in[1], N.str());
  return {{broadcast(in[0].shape, in[1].shape, N.str()), DType::boolean}};
}

template <rules::Name N>
std::vector<TensorType> infer_logic(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, N.str());
  rules::expect_bool(in[0], N.str(), "a");
  rules::expect_bool(in[1], N.str(), "b");
  return infer_compare<N>(in, attrs);
}

template <class F>
void compare_kernel(const KernelArgs& args) {
  visit_dtype(args.node->in[0].dtype, [&](auto zero) { reference::map2<bool, decltype(zero)>(args, F{}); });
}
template <class F>
void logic_kernel(const KernelArgs& args) { reference::map2<bool, bool>(args, F{}); }

template <rules::Name N, class F>
void compare_row(F) { register_op({.name = N.str(), .infer = infer_compare<N>, .reference = compare_kernel<F>, .elementwise = true}); }
template <rules::Name N, class F>
void logic_row(F) { register_op({.name = N.str(), .infer = infer_logic<N>, .reference = logic_kernel<F>, .elementwise = true}); }

template <rules::Name N>
Tensor call(Tensor a, Tensor b) {
  static const Op& row = op(N.text);
  rules::promote(a, b, N.text);
  const Tensor in[] = {std::move(a), std::move(b)};
  return apply(row, in);
}

}  // namespace

void register_compare() {
  compare_row<"equal">([](auto a, auto b) { return a == b; });
  compare_row<"not_equal">([](auto a, auto b) { return a != b; });
  compare_row<"less">([](auto a, auto b) { return a < b; });
  compare_row<"less_equal">([](auto a, auto b) { return a <= b; });
  compare_row<"greater">([](auto a, auto b) { return a > b; });
  compare_row<"greater_equal">([](auto a, auto b) { return a >= b; });
  logic_row<"logical_and">([](bool a, bool b) { return a && b; });
  logic_row<"logical_or">([](bool a, bool b) { return a || b; });
  logic_row<"logical_xor">([](bool a, bool b) { return a != b; });
}

Tensor equal(const Tensor& a, const Tensor& b) { return call<"equal">(a, b); }
Tensor not_equal(const Tensor& a, const Tensor& b) { return call<"not_equal">(a, b); }
Tensor less(const Tensor& a, const Tensor& b) { return call<"less">(a, b); }
Tensor less_equal(const Tensor& a, const Tensor& b) { return call<"less_equal">(a, b); }
Tensor greater(const Tensor& a, const Tensor& b) { return call<"greater">(a, b); }
Tensor greater_equal(const Tensor& a, const Tensor& b) { return call<"greater_equal">(a, b); }
Tensor logical_and(const Tensor& a, const Tensor& b) { return call<"logical_and">(a, b); }
Tensor logical_or(const Tensor& a, const Tensor& b) { return call<"logical_or">(a, b); }
Tensor logical_xor(const Tensor& a, const Tensor& b) { return call<"logical_xor">(a, b); }

}  // namespace candor
