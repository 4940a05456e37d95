// Rows of reductions and running sums.
#include <cmath>

#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Reduce = Tensor (*)(const Tensor&, const Axes&, bool);

// One row for all axes, the first, the last, the middle one kept, and a pair.
std::vector<OpRow> over_axes(const std::string& name, Reduce f, double low = -2, double high = 2, bool may_be_empty = true) {
  const auto row = [&](const char* suffix, std::vector<Shape> shapes, Axes axes, bool keepdims, Shape large) {
    return shaped_row(name + suffix, [=](const Tensor& x) { return f(x, axes, keepdims); }, std::move(shapes), large, low, high);
  };
  std::vector<Shape> any_shape = {{3, 4}, {1}, {}, {1, 1}, {5}};
  if (may_be_empty) any_shape.push_back({0, 4});
  return {row("_all", any_shape, {}, false, {67, 1031}),
          row("_first", {{3, 4}, {1, 4}, {4, 0}}, {0}, false, {1031, 67}),
          row("_last", {{3, 4}, {4, 1}, {0, 3}}, {-1}, true, {67, 1031}),
          row("_middle", {{2, 3, 4}, {2, 1, 4}}, {1}, true, {31, 47, 33}),
          row("_pair", {{2, 3, 4}, {1, 3, 1}}, {0, 2}, false, {31, 47, 33})};
}

template <class Change>
std::vector<OpRow> each(std::vector<OpRow> rows, Change change) {
  for (OpRow& row : rows) row = change(row);
  return rows;
}
OpRow only_f32(OpRow row) {
  row.dtypes.clear();
  return row;
}

const AddRows sums(each(over_axes("sum", sum), with_integers));
const AddRows means(over_axes("mean", mean));
const AddRows largest(each(each(over_axes("max", max, -2, 2, false), distinct), with_integers));
const AddRows smallest(each(each(over_axes("min", min, -2, 2, false), distinct), with_integers));
const AddRows products(each(over_axes("prod", prod, 0.9, 1.1), only_f32));
const AddRows logsumexps(over_axes("logsumexp", logsumexp));
const AddRows variances(over_axes("var", [](const Tensor& x, const Axes& axes, bool keep) { return var(x, axes, keep); }));
const AddRows deviations(over_axes("std", [](const Tensor& x, const Axes& axes, bool keep) { return std(x, axes, keep); }));
const AddRows norms(over_axes("norm", [](const Tensor& x, const Axes& axes, bool keep) { return norm(x, axes, keep); }));

const AddRows more({
    shaped_row("var_ddof1", [](const Tensor& x) { return var(x, {-1}, false, 1); }, {{3, 6}}),
    distinct(shaped_row("norm_1", [](const Tensor& x) { return norm(x, {-1}, false, 1); }, {{3, 6}})),
    distinct(shaped_row("norm_3", [](const Tensor& x) { return norm(x, {-1}, false, 3); }, {{3, 6}})),
    distinct(shaped_row("norm_inf", [](const Tensor& x) { return norm(x, {-1}, false, INFINITY); }, {{3, 7}})),
    without_gradient(with_integers(shaped_row("prod_integers", [](const Tensor& x) { return prod(x, {1}); }, {{3, 4}}, {}, 0.3, 0.9))),
    distinct(without_gradient(with_integers(shaped_row("argmax_last", [](const Tensor& x) { return argmax(x); }, {{3, 4}, {1}, {0, 2}}, {67, 131})))),
    distinct(without_gradient(shaped_row("argmax_first", [](const Tensor& x) { return argmax(x, 0, true); }, {{3, 4}, {1, 4}}, {67, 131}))),
    distinct(without_gradient(with_integers(shaped_row("argmin", [](const Tensor& x) { return argmin(x, 1); }, {{2, 3, 4}})))),
    without_gradient(with_integers(shaped_row("count_nonzero", [](const Tensor& x) { return count_nonzero(round(x), {0}); }, {{5, 3}, {0, 3}}))),
    without_gradient(shaped_row("any", [](const Tensor& x) { return any(greater(x, Tensor::full({}, 1, x.dtype())), {1}); }, {{5, 3}, {5, 0}})),
    without_gradient(shaped_row("all", [](const Tensor& x) { return all(less(x, Tensor::full({}, 1, x.dtype())), {1}); }, {{5, 3}, {5, 0}})),
    with_integers(shaped_row("cumsum", [](const Tensor& x) { return cumsum(x, 0); }, {{4, 3}, {0, 2}, {1}}, {67, 131})),
    shaped_row("cumsum_reverse", [](const Tensor& x) { return cumsum(x, -1, true); }, {{2, 3, 5}}, {67, 131}),
    shaped_row("cumsum_exclusive", [](const Tensor& x) { return cumsum(x, 1, false, true); }, {{2, 5}}),
    shaped_row("cumsum_reverse_exclusive", [](const Tensor& x) { return cumsum(x, 1, true, true); }, {{2, 5}}),
    shaped_row("cumprod", [](const Tensor& x) { return cumprod(x, 1); }, {{3, 5}, {0, 2}, {1, 1}}),
    shaped_row("cumprod_reverse_exclusive", [](const Tensor& x) { return cumprod(x, 0, true, true); }, {{4, 3}}),
    shaped_row("sum_to", [](const Tensor& x) { return sum_to(x, Shape{3, 1}); }, {{2, 3, 4}, {3, 4}, {3, 1}}),
});

OpRow recurrence_row(bool reverse) {
  OpRow row = binary_row(reverse ? "linear_recurrence_reverse" : "linear_recurrence", [reverse](const Tensor& a, const Tensor& b) {
    return apply("linear_recurrence", {a, b}, {{"axis", std::int64_t{1}}, {"reverse", reverse}});
  });
  row.sizes = {{{3, 1}, {3, 1}}, {{3, 0}, {3, 0}}, {{0, 3}, {0, 3}}};
  row.large.clear();
  return row;
}
const AddRows recurrences({recurrence_row(false), recurrence_row(true)});

}  // namespace
}  // namespace candor::testing
