// Row tree_sum.
#include "candor/ops/trees.h"

#include <algorithm>
#include <atomic>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/ops/families.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

constexpr std::int64_t fields = 5;       // of a node
constexpr std::int64_t rows_a_piece = 256;  // a tree stays in the cache while so many rows walk down it

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 4, "tree_sum");
  for (std::size_t i = 1; i < 4; ++i) rules::expect_same_dtype(in[0], in[i], "tree_sum");
  if (in[0].dtype != DType::f32 && in[0].dtype != DType::f64) fail(ErrorKind::dtype, "tree_sum: needs f32 or f64, got " + std::string(to_string(in[0].dtype)));
  if (in[0].shape.rank() != 2 || in[1].shape.rank() != 2 || in[1].shape[1] != fields || in[2].shape.rank() != 1 || in[3].shape.rank() != 1) {
    fail(ErrorKind::shape, "tree_sum: needs x [rows, features], nodes [n, 5], leaves [m] and roots [trees], got " + to_string(in[0].shape) + ", " + to_string(in[1].shape) + ", " +
                               to_string(in[2].shape) + " and " + to_string(in[3].shape));
  }
  const std::int64_t outputs = attrs.integer("outputs");
  if (outputs < 1) fail(ErrorKind::invalid_argument, "tree_sum: outputs must be at least 1, got " + std::to_string(outputs));
  return {{Shape{in[0].shape[0], outputs}, in[0].dtype}};
}

template <class T>
struct Forest {
  const T *nodes, *leaves, *roots;
  std::int64_t inner, ends, trees, features;

  /// The leaf where a row ends; -1 for a tree that is none.
  std::int64_t leaf(const T* row, std::int64_t tree) const {
    const T limit = static_cast<T>(std::max(inner, ends));
    std::int64_t before = -1;
    for (T next = roots[tree];;) {
      if (!(next >= -limit && next < limit)) return -1;  // also NaN
      const auto at = static_cast<std::int64_t>(next);
      if (at < 0) return -1 - at < ends ? -1 - at : -1;
      if (at >= inner || at <= before) return -1;
      const T* node = nodes + at * fields;
      if (!(node[0] >= 0 && node[0] < static_cast<T>(features))) return -1;
      const T v = row[static_cast<std::int64_t>(node[0])];
      next = (v != v ? node[4] != 0 : v <= node[1]) ? node[2] : node[3];
      before = at;
    }
  }
};

template <class T>
void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const std::int64_t rows = node.in[0].shape[0], outputs = node.out[0].shape[1];
  const Forest<T> forest{args.input<T>(1), args.input<T>(2), args.input<T>(3), node.in[1].shape[0], node.in[2].shape[0], node.in[3].shape[0], node.in[0].shape[1]};
  const T* x = args.input<T>(0);
  T* out = args.output<T>(0);
  std::fill(out, out + rows * outputs, T{0});
  std::atomic<std::int64_t> broken{-1};
  parallel_for((rows + rows_a_piece - 1) / rows_a_piece, [&](std::int64_t piece) {
    const std::int64_t end = std::min(rows, (piece + 1) * rows_a_piece);
    for (std::int64_t t = 0; t < forest.trees; ++t) {
      for (std::int64_t r = piece * rows_a_piece; r < end; ++r) {
        const std::int64_t leaf = forest.leaf(x + r * forest.features, t);
        if (leaf < 0) {
          broken = t;
          return;
        }
        out[r * outputs + t % outputs] += forest.leaves[leaf];
      }
    }
  });
  if (broken >= 0) fail(ErrorKind::corrupt, "tree_sum: tree " + std::to_string(broken.load()) + " leads to a node, leaf or column that is not there");
}

void kernel(const KernelArgs& args) { args.node->in[0].dtype == DType::f64 ? run<double>(args) : run<float>(args); }

}  // namespace

void register_trees() { register_op({.name = "tree_sum", .infer = infer, .reference = kernel}); }

Tensor tree_sum(const Tensor& x, const Tensor& nodes, const Tensor& leaves, const Tensor& roots, std::int64_t outputs) {
  return apply("tree_sum", {x, nodes, leaves, roots}, {{"outputs", outputs}});
}

}  // namespace candor
