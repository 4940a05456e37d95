// Reductions written in other ops: var, std, norm.
#include <cmath>
#include <limits>

#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

// A root whose gradient at 0 is 0 instead of 0 * inf; NaN passes through.
template <class F>
Tensor zero_safe(const Tensor& x, F root) {
  const Tensor positive = greater(x, rules::scalar(0, x));
  return where(positive, root(where(positive, x, rules::scalar(1, x))), x);
}

}  // namespace

Tensor var(const Tensor& x, const Axes& axes, bool keepdims, int ddof) {
  const std::int64_t count = rules::count_along(x.shape(), rules::normalize_axes(axes, x.shape(), "var"));
  const Tensor squares = square(x - mean(x, axes, true));
  if (ddof == 0) return mean(squares, axes, keepdims);
  return sum(squares, axes, keepdims) / rules::scalar(static_cast<double>(std::max<std::int64_t>(count - ddof, 0)), x);
}

Tensor std(const Tensor& x, const Axes& axes, bool keepdims, int ddof) {
  return zero_safe(var(x, axes, keepdims, ddof), [](const Tensor& v) { return sqrt(v); });
}

Tensor norm(const Tensor& x, const Axes& axes, bool keepdims, double order) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (order == infinity) return max(abs(x), axes, keepdims);
  if (order == -infinity) return min(abs(x), axes, keepdims);
  if (order == 1) return sum(abs(x), axes, keepdims);
  if (order == 2) return zero_safe(sum(square(x), axes, keepdims), [](const Tensor& v) { return sqrt(v); });
  if (!(order > 0)) fail(ErrorKind::invalid_argument, "norm: order must be positive, inf or -inf, got " + std::to_string(order));
  return zero_safe(sum(power(abs(x), rules::scalar(order, x)), axes, keepdims),
                   [&](const Tensor& v) { return power(v, rules::scalar(1 / order, v)); });
}

}  // namespace candor
