// Rows sort, top_k, searchsorted. NaN counts as larger than every number.
#include <algorithm>
#include <numeric>

#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/index_range.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

template <class V>
bool before(V a, V b) {
  if constexpr (std::is_floating_point_v<V>) {
    if (std::isnan(b)) return !std::isnan(a);
    if (std::isnan(a)) return false;
  }
  return a < b;
}

std::vector<TensorType> infer_sort(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 1, "sort");
  rules::expect_numeric(in[0], "sort");
  return {in[0], {in[0].shape, DType::i64}};
}

std::vector<TensorType> infer_top_k(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 1, "top_k");
  rules::expect_numeric(in[0], "top_k");
  const int axis = static_cast<int>(attrs.integer("axis"));
  const std::int64_t k = attrs.integer("k");
  if (k < 0 || k > in[0].shape[axis])
    fail(ErrorKind::shape, "top_k: k = " + std::to_string(k) + " does not lie between 0 and the " + std::to_string(in[0].shape[axis]) + " entries of axis " +
                               std::to_string(axis) + " of " + to_string(in[0].shape));
  const Shape shape = in[0].shape.with(axis, k);
  return {{shape, in[0].dtype}, {shape, DType::i64}};
}

// One line of indices.
std::size_t line_bytes(const NodeInfo& node) {
  return static_cast<std::size_t>(node.in[0].shape[static_cast<int>(node.attrs.integer("axis"))]) * sizeof(std::int64_t);
}

// Sorts each line (ties keep their order) and writes its first `keep` entries. std::stable_sort would allocate; comparing the
// indices of equal values does the same.
void sort_lines(const KernelArgs& args, std::int64_t keep, bool descending) {
  const reference::Around line(args.node->in[0].shape, args.node->attrs.integer("axis"));
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    auto* order = reinterpret_cast<std::int64_t*>(args.scratch);
    for (std::int64_t o = 0; o < line.outer; ++o)
      for (std::int64_t j = 0; j < line.inner; ++j) {
        const T* x = args.input<T>(0) + o * line.extent * line.inner + j;
        const auto value = [&](std::int64_t i) { return reference::load(x[i * line.inner]); };
        std::iota(order, order + line.extent, std::int64_t{0});
        std::sort(order, order + line.extent, [&](std::int64_t a, std::int64_t b) {
          const auto p = value(a), q = value(b);
          if (before(p, q)) return !descending;
          if (before(q, p)) return descending;
          return a < b;
        });
        for (std::int64_t i = 0; i < keep; ++i) {
          const std::int64_t to = (o * keep + i) * line.inner + j;
          args.output<T>(0)[to] = x[order[i] * line.inner];
          args.output<std::int64_t>(1)[to] = order[i];
        }
      }
  });
}

void sort_kernel(const KernelArgs& args) {
  const Attrs& attrs = args.node->attrs;
  sort_lines(args, args.node->in[0].shape[static_cast<int>(attrs.integer("axis"))], attrs.flag("descending"));
}
void top_k_kernel(const KernelArgs& args) { sort_lines(args, args.node->attrs.integer("k"), args.node->attrs.flag("largest")); }

std::vector<Tensor> gradient(const GradientArgs& args) {
  if (!args.cotangents[0].defined()) return {Tensor()};
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  return {scatter_add_along_axis(rules::zeros_like(args.in[0]), args.out[1], args.cotangents[0], axis)};
}

std::vector<TensorType> infer_search(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, "searchsorted");
  rules::expect_numeric(in[0], "searchsorted", "sorted");
  rules::expect_same_dtype(in[0], in[1], "searchsorted");
  if (in[0].shape.rank() != 1) fail(ErrorKind::shape, "searchsorted: sorted must have one axis, got " + to_string(in[0].shape));
  return {{in[1].shape, DType::i64}};
}

void search_kernel(const KernelArgs& args) {
  const bool right = args.node->attrs.text("side") == "right";
  reference::visit_numeric(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *first = args.input<T>(0), *last = first + args.node->in[0].size();
    const auto less = [](const T& a, const T& b) { return before(reference::load(a), reference::load(b)); };
    for (std::int64_t i = 0; i < args.node->out[0].size(); ++i) {
      const T& value = args.input<T>(1)[i];
      args.output<std::int64_t>(0)[i] = (right ? std::upper_bound(first, last, value, less) : std::lower_bound(first, last, value, less)) - first;
    }
  });
}

}  // namespace

void register_sort() {
  register_op({.name = "sort", .infer = infer_sort, .gradient = gradient, .reference = sort_kernel, .reference_scratch = line_bytes});
  register_op({.name = "top_k", .infer = infer_top_k, .gradient = gradient, .reference = top_k_kernel, .reference_scratch = line_bytes});
  register_op({.name = "searchsorted", .infer = infer_search, .reference = search_kernel});
}

std::pair<Tensor, Tensor> sort(const Tensor& x, int axis, bool descending) {
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), "sort");
  const auto out = apply_all(op("sort"), std::span(&x, 1), {{"axis", at}, {"descending", descending}});
  return {out[0], out[1]};
}

std::pair<Tensor, Tensor> top_k(const Tensor& x, std::int64_t k, int axis, bool largest) {
  const std::int64_t at = rules::normalize_axis(axis, x.shape(), "top_k");
  const auto out = apply_all(op("top_k"), std::span(&x, 1), {{"axis", at}, {"k", k}, {"largest", largest}});
  return {out[0], out[1]};
}

Tensor searchsorted(const Tensor& sorted, const Tensor& values, const std::string& side) {
  if (side != "left" && side != "right") fail(ErrorKind::invalid_argument, "searchsorted: side must be \"left\" or \"right\", got \"" + side + "\"");
  return apply("searchsorted", {sorted, values}, {{"side", side}});
}

}  // namespace candor
