// Rows of gathering, scattering, sorting.
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/trees.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Call = std::function<Tensor(std::span<const Tensor>)>;

// Linear ops are squared, so that the second derivative is not zero.
OpRow row_of(std::string name, std::vector<Input> inputs, Call f, std::vector<std::vector<Shape>> sizes = {}, std::vector<Shape> large = {}) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = std::move(inputs);
  row.f = [f = std::move(f)](std::span<const Tensor> in) {
    const Tensor y = f(in);
    return std::vector<Tensor>{is_floating(y.dtype()) ? square(y) : y};
  };
  row.sizes = std::move(sizes);
  row.large = std::move(large);
  return row;
}

Input index(Shape shape, double low, double high) { return {std::move(shape), low, high, Fill::index64}; }
Input index32(Shape shape, double low, double high) { return {std::move(shape), low, high, Fill::index}; }

const AddRows gathers({
    with_integers(row_of("take", {{{4, 3}}, index({5}, -4, 4)}, [](auto in) { return take(in[0], in[1]); }, {{{4, 0}, {2}}, {{4}, {0}}, {{4, 2}, {}}, {{4, 1, 2}, {2, 3}}},
                         {{4, 1031}, {211}})),
    row_of("take_axis1", {{{2, 4, 3}}, index32({2, 3}, 0, 4)}, [](auto in) { return take(in[0], in[1], 1); }, {{{1, 4}, {3}}}),
    row_of("take_gradient", {{{2, 3, 2}}, index({3}, -4, 4)}, [](auto in) {
      return apply("take_gradient", {in[0], in[1]}, {{"axis", std::int64_t{1}}, {"shape", std::vector<std::int64_t>{2, 4, 2}}});
    }, {{{2, 0, 2}, {0}}, {{2, 1, 2}, {1}}}, {}),
    row_of("embedding", {{{7, 3}}, index({2, 4}, 0, 7)}, [](auto in) { return embedding(in[0], in[1]); }, {{{7, 1}, {1, 1}}}, {{7, 65}, {64, 33}}),
    with_integers(row_of("take_along_axis", {{{3, 4}}, index({3, 2}, -4, 4)}, [](auto in) { return take_along_axis(in[0], in[1], 1); }, {{{1, 4}, {3, 0}}, {{3, 4}, {1, 6}}})),
    row_of("take_along_axis_first", {{{4, 3, 2}}, index32({5, 3, 2}, 0, 4)}, [](auto in) { return take_along_axis(in[0], in[1], 0); }),
    row_of("gather_nd", {{{3, 3, 2}}, index({4, 2}, -3, 3)}, [](auto in) { return gather_nd(in[0], in[1]); }, {{{3, 3, 3}, {2, 3}}, {{3, 3}, {1, 0, 2}}}),
    row_of("boolean_mask", {{{4, 2}}}, [](auto in) { return boolean_mask(in[0], Tensor::from(std::vector<bool>{true, false, true, true}, {4})); }, {{{4}}, {{4, 0}}}),
    without_gradient(row_of("one_hot", {index({3}, -1, 5)}, [](auto in) { return one_hot(in[0], 4); }, {{{}}, {{0}}, {{2, 3}}})),
    without_gradient(row_of("one_hot_first", {index32({3, 2}, 0, 4)}, [](auto in) { return one_hot(in[0], 4, 0, DType::i32); })),
});

OpRow unique_update() {  // repeated places: the last update wins, and only it has a gradient
  return row_of("scatter_update", {{{5, 2}}, index({6}, -5, 5), {{6, 2}}}, [](auto in) { return scatter_update(in[0], in[1], in[2]); }, {{{5}, {0}, {0}}, {{5, 1}, {2, 2}, {2, 2, 1}}});
}

const AddRows scatters({
    with_integers(row_of("scatter_add", {{{5, 2}}, index({6}, -5, 5), {{6, 2}}}, [](auto in) { return scatter_add(in[0], in[1], in[2]); },
                         {{{5}, {0}, {0}}, {{5, 2}, {}, {2}}, {{5, 1}, {2, 2}, {2, 2, 1}}})),
    row_of("scatter_add_axis1", {{{2, 4, 2}}, index32({3}, 0, 4), {{2, 3, 2}}}, [](auto in) { return scatter_add(in[0], in[1], in[2], 1); }),
    with_integers(unique_update()),
    row_of("scatter_update_axis1", {{{2, 4}}, index32({3}, 0, 4), {{2, 3}}}, [](auto in) { return scatter_update(in[0], in[1], in[2], -1); }),
    with_integers(row_of("scatter_add_along_axis", {{{3, 4}}, index({3, 5}, -4, 4), {{3, 5}}}, [](auto in) { return scatter_add_along_axis(in[0], in[1], in[2], 1); })),
    with_integers(row_of("segment_sum", {{{5, 2}}, index({5}, 0, 3)}, [](auto in) { return segment_sum(in[0], in[1], 4); }, {{{0, 2}, {0}}, {{1}, {1}}})),
});

OpRow order_row(std::string name, std::function<std::pair<Tensor, Tensor>(const Tensor&)> f, std::vector<std::vector<Shape>> sizes, Shape large) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{{3, 5}, -2, 2, Fill::distinct}};
  row.f = [f = std::move(f)](std::span<const Tensor> in) {
    const auto [values, order] = f(in[0]);
    return std::vector<Tensor>{is_floating(values.dtype()) ? square(values) : values, order};
  };
  row.sizes = std::move(sizes);
  row.large = {std::move(large)};
  return row;
}

const AddRows orders({
    order_row("sort", [](const Tensor& x) { return sort(x); }, {{{1}}, {{0, 3}}, {{3, 0}}, {{2, 2, 3}}}, {67, 131}),
    order_row("sort_descending", [](const Tensor& x) { return sort(x, 0, true); }, {{{1}}, {{0, 3}}}, {131, 67}),
    order_row("top_k", [](const Tensor& x) { return top_k(x, 2); }, {{{2}}, {{0, 3}}, {{2, 3, 4}}}, {67, 131}),
    order_row("top_k_smallest", [](const Tensor& x) { return top_k(x, 2, 0, false); }, {{{2}}, {{3, 0}}}, {131, 67}),
    without_gradient(row_of("searchsorted", {{{5}}, {{3, 2}}}, [](auto in) { return searchsorted(sort(in[0]).first, in[1]); }, {{{0}, {3}}, {{1}, {}}})),
    without_gradient(row_of("searchsorted_right", {index({5}, 0, 4), index({6}, 0, 4)}, [](auto in) { return searchsorted(sort(in[0]).first, in[1], "right"); })),
});

// Two trees of two questions each and one that is a leaf, in the dtype of the rows.
Tensor three_trees(const Tensor& x, std::int64_t outputs) {
  const Tensor nodes = Tensor::from(std::vector<float>{0, .25f, 1, -3, 0, 1, -.5f, -1, -2, 1, 1, .75f, -5, 3, 0, 0, -1, -6, -7, 1}, Shape{4, 5});
  const Tensor leaves = Tensor::from(std::vector<float>{1, 2, 4, 8, 16, 32, 64}), roots = Tensor::from(std::vector<float>{0, -4, 2});
  return tree_sum(x, nodes.to(x.dtype()), leaves.to(x.dtype()), roots.to(x.dtype()), outputs);
}
OpRow tree_row(std::string name, std::int64_t outputs) {
  OpRow row = without_gradient(row_of(std::move(name), {{{5, 2}}}, [outputs](auto in) { return three_trees(in[0], outputs); }, {{{0, 2}}, {{1, 2}}, {{7, 3}}}, {{1031, 2}}));
  row.dtypes.clear();
  return row;
}

const AddRows trees({tree_row("tree_sum", 1), tree_row("tree_sum_of_two", 2)});

}  // namespace
}  // namespace candor::testing
