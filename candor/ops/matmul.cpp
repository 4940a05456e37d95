// Row matmul: products of the last two axes, the axes before them broadcast.
#include "candor/ops/matmul.h"

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

Shape batch_of(const Shape& shape) { return Shape(std::span(shape.begin(), static_cast<std::size_t>(shape.rank() - 2))); }

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 2, "matmul");
  rules::expect_numeric(in[0], "matmul", "a");
  rules::expect_same_dtype(in[0], in[1], "matmul");
  const Shape &a = in[0].shape, &b = in[1].shape;
  if (a.rank() < 2 || b.rank() < 2) fail(ErrorKind::shape, "matmul: both sides need at least 2 axes, got " + to_string(a) + " x " + to_string(b));
  const bool ta = attrs.flag("transpose_a"), tb = attrs.flag("transpose_b");
  const std::int64_t inner_a = a[ta ? -2 : -1], inner_b = b[tb ? -1 : -2];
  if (inner_a != inner_b)
    fail(ErrorKind::shape, "matmul: inner sizes differ: " + to_string(a) + (ta ? "^T" : "") + " x " + to_string(b) + (tb ? "^T" : "") + " (" + std::to_string(inner_a) + " vs " +
                               std::to_string(inner_b) + ")");
  std::vector<std::int64_t> out = broadcast(batch_of(a), batch_of(b), "matmul").to_vector();
  out.push_back(a[ta ? -1 : -2]);
  out.push_back(b[tb ? -2 : -1]);
  return {{Shape(out), in[0].dtype}};
}

void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const Shape &a = node.in[0].shape, &b = node.in[1].shape, &c = node.out[0].shape;
  const bool ta = node.attrs.flag("transpose_a"), tb = node.attrs.flag("transpose_b");
  const std::int64_t m = c[-2], n = c[-1], k = a[ta ? -2 : -1];
  // Element strides of A(i, l) and B(l, j).
  const std::int64_t a_row = ta ? 1 : k, a_inner = ta ? m : 1, b_inner = tb ? 1 : n, b_column = tb ? k : 1;
  const Shape batch = batch_of(c);
  const Shape whole(std::vector<std::int64_t>{m, n});
  auto scaled = [&](const Shape& from, std::int64_t size) {
    reference::Strides strides = reference::broadcast_strides(batch_of(from), batch);
    for (auto& s : strides) s *= size;
    return strides;
  };
  const reference::Nest<3> nest(batch, {scaled(c, m * n), scaled(a, m * k), scaled(b, k * n)});
  reference::visit_numeric(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *pa = args.input<T>(0), *pb = args.input<T>(1);
    T* pc = args.output<T>(0);
    auto* row = reinterpret_cast<reference::Wide<T>*>(args.scratch);  // one row of sums
    nest.each([&](const auto& at) {
      for (std::int64_t i = 0; i < m; ++i) {
        std::fill_n(row, n, reference::Wide<T>(0));
        for (std::int64_t l = 0; l < k; ++l) {
          const auto x = static_cast<reference::Wide<T>>(reference::load(pa[at[1] + i * a_row + l * a_inner]));
          const T* column = pb + at[2] + l * b_inner;
          for (std::int64_t j = 0; j < n; ++j) row[j] += x * static_cast<reference::Wide<T>>(reference::load(column[j * b_column]));
        }
        for (std::int64_t j = 0; j < n; ++j) reference::store(pc[at[0] + i * n + j], row[j]);
      }
    });
  });
}

/// With A' = A or A^T as the flag says: dA' = G B'^T, dB' = A'^T G, each written so that no transpose is needed.
std::vector<Tensor> gradient(const GradientArgs& args) {
  const Tensor &a = args.in[0], &b = args.in[1], &g = args.cotangents[0];
  const bool ta = args.node.attrs.flag("transpose_a"), tb = args.node.attrs.flag("transpose_b");
  Tensor da, db;
  if (args.wanted[0]) da = sum_to(ta ? matmul(b, g, tb, true) : matmul(g, b, false, !tb), a.shape());
  if (args.wanted[1]) db = sum_to(tb ? matmul(g, a, true, ta) : matmul(a, g, !ta, false), b.shape());
  return {da, db};
}

double flops(const NodeInfo& node) {
  const Shape& a = node.in[0].shape;
  return 2.0 * static_cast<double>(node.out[0].size()) * static_cast<double>(a[node.attrs.flag("transpose_a") ? -2 : -1]);
}

std::size_t scratch(const NodeInfo& node) { return static_cast<std::size_t>(node.out[0].shape[-1]) * sizeof(double); }

}  // namespace

void register_matmul() { register_op({.name = "matmul", .infer = infer, .gradient = gradient, .reference = run, .flops = flops, .reference_scratch = scratch}); }

Tensor matmul(const Tensor& a, const Tensor& b, bool transpose_a, bool transpose_b) {
  if (a.rank() == 0 || b.rank() == 0) fail(ErrorKind::shape, "matmul: scalars have no matrix product, got " + to_string(a.shape()) + " x " + to_string(b.shape()));
  const bool row = a.rank() == 1, column = b.rank() == 1;
  // One matrix on the right of many: a single product of all rows.
  if (a.rank() > 2 && b.rank() == 2 && !transpose_a && a.shape(-1) == b.shape(transpose_b ? 1 : 0)) {
    std::int64_t rows = 1;
    for (int i = 0; i + 1 < a.rank(); ++i) rows *= a.shape(i);
    return reshape(matmul(reshape(a, Shape{rows, a.shape(-1)}), b, false, transpose_b), a.shape().with(-1, b.shape(transpose_b ? 0 : 1)));
  }
  const Tensor left = row ? expand_dims(a, 0) : a, right = column ? expand_dims(b, 1) : b;
  Tensor product = apply("matmul", {left, right}, {{"transpose_a", AttrValue(transpose_a && !row)}, {"transpose_b", AttrValue(transpose_b && !column)}});
  if (column) product = squeeze(product, -1);
  if (row) product = squeeze(product, column ? -1 : -2);
  return product;
}

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.rank() == 0 || b.rank() == 0) return a * b;
  if (a.rank() <= 2 && b.rank() <= 2) return matmul(a, b);
  return tensordot(a, b, {-1}, {b.rank() == 1 ? -1 : -2});
}

Tensor outer(const Tensor& a, const Tensor& b) {
  return matmul(reshape(a, Shape{a.size(), 1}), reshape(b, Shape{1, b.size()}));
}

Tensor tensordot(const Tensor& a, const Tensor& b, const std::vector<int>& axes_a, const std::vector<int>& axes_b) {
  if (axes_a.size() != axes_b.size())
    fail(ErrorKind::invalid_argument, "tensordot: " + std::to_string(axes_a.size()) + " axes of a for " + std::to_string(axes_b.size()) + " axes of b");
  const auto free_axes = [](const Tensor& t, const std::vector<int>& summed) {
    std::vector<int> free;
    for (int i = 0; i < t.rank(); ++i)
      if (!std::count_if(summed.begin(), summed.end(), [&](int s) { return t.shape().normalize(s) == i; })) free.push_back(i);
    return free;
  };
  const std::vector<int> free_a = free_axes(a, axes_a), free_b = free_axes(b, axes_b);
  std::int64_t inner = 1, rows = 1, columns = 1;
  std::vector<int> order_a = free_a, order_b;
  std::vector<std::int64_t> result;
  for (std::size_t i = 0; i < axes_a.size(); ++i) {
    if (a.shape(axes_a[i]) != b.shape(axes_b[i]))
      fail(ErrorKind::shape, "tensordot: summed sizes differ: " + to_string(a.shape()) + " axis " + std::to_string(axes_a[i]) + " and " + to_string(b.shape()) + " axis " + std::to_string(axes_b[i]));
    inner *= a.shape(axes_a[i]);
    order_a.push_back(a.shape().normalize(axes_a[i]));
    order_b.push_back(b.shape().normalize(axes_b[i]));
  }
  for (int i : free_a) rows *= a.shape(i), result.push_back(a.shape(i));
  for (int i : free_b) columns *= b.shape(i), result.push_back(b.shape(i)), order_b.push_back(i);
  return reshape(matmul(reshape(transpose(a, order_a), Shape{rows, inner}), reshape(transpose(b, order_b), Shape{inner, columns})), result);
}

}  // namespace candor
