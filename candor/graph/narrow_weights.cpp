#include "candor/graph/narrow_weights.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/graph/rewrite/rewrite.h"

namespace candor {
namespace {

/// The value whose memory v is: reshapes are looked through.
int source_of(const Graph& graph, int v) {
  for (;;) {
    const Value& value = graph.values[static_cast<std::size_t>(v)];
    if (value.source != Source::node || !graph.nodes[static_cast<std::size_t>(value.node)].info.op->alias) return v;
    v = graph.nodes[static_cast<std::size_t>(value.node)].inputs[0];
  }
}

}  // namespace

NarrowCopies::NarrowCopies(DType dtype) : dtype_(dtype) {
  if (dtype != DType::i8 && dtype != DType::bf16) fail(ErrorKind::dtype, "narrow weights are i8 or bf16, not " + std::string(to_string(dtype)));
}

const NarrowWeights& NarrowCopies::copy_of(const Tensor& variable, std::int64_t rows, std::int64_t columns, bool transposed) {
  const auto [found, is_new] = copies_.try_emplace({variable.raw(), transposed});
  if (!is_new) return found->second;
  Tensor outputs_first = variable;
  if (!transposed) {
    outputs_first = Tensor::empty({columns, rows});
    const float* from = variable.data<float>();
    float* to = outputs_first.mutable_data<float>();
    constexpr std::int64_t block = 64;
    for (std::int64_t i = 0; i < rows; i += block)
      for (std::int64_t j = 0; j < columns; ++j)
        for (std::int64_t k = i; k < std::min(rows, i + block); ++k) to[j * rows + k] = from[k * columns + j];
  }
  found->second = narrow_rows(outputs_first, dtype_);
  return found->second;
}

int NarrowCopies::replace(Graph& graph, std::int64_t least_size) {
  int changed = 0;
  Graph narrow = rewrites::rebuild(graph, [&](Graph& out, const Node& node, const std::vector<int>& inputs) -> std::optional<std::vector<int>> {
    if (node.info.op->name != "matmul" || node.info.attrs.flag("transpose_a") || node.info.out[0].dtype != DType::f32) return std::nullopt;
    const Shape& weights = node.info.in[1].shape;
    const Value& source = graph.values[static_cast<std::size_t>(source_of(graph, node.inputs[1]))];
    if (source.source != Source::variable || weights.rank() != 2 || weights.size() < least_size || source.type.shape.size() != weights.size() || !source.tensor.is_contiguous()) return std::nullopt;
    for (const auto& [variable, v] : graph.updates)
      if (variable.raw() == source.tensor.raw()) return std::nullopt;
    const bool transposed = node.info.attrs.flag("transpose_b");
    // Reshaping does not move the numbers, so rows and columns are those of the product.
    const NarrowWeights& copy = copy_of(source.tensor.view_reshape(weights), weights[0], weights[1], transposed);
    std::vector<int> with{inputs[0], out.add_constant(copy.rows)};
    if (copy.factors.defined()) with.push_back(out.add_constant(copy.factors));
    ++changed;
    return out.add_node(op("narrow_matmul"), {}, std::move(with), node.path);
  });
  if (changed) graph = std::move(narrow);
  return changed;
}

std::size_t NarrowCopies::bytes() const {
  std::size_t total = 0;
  for (const auto& [key, copy] : copies_) total += copy.rows.type().bytes() + (copy.factors.defined() ? copy.factors.type().bytes() : 0);
  return total;
}

}  // namespace candor
