// Named rewrites of a graph: each takes a graph and gives an equivalent one, and says how often it fired. They run in the
// order of the table; CANDOR_REWRITES="-fuse_epilogue,-cse" switches some off, "none" all, to bisect a wrong number.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "candor/graph/graph.h"

namespace candor {
/// A rule that makes a graph cheaper without changing what it computes. `candor plan` names it; CANDOR_REWRITES=-name leaves it out.
struct Rewrite {
  const char* name;
  const char* what;                      ///< one line for documentation and candor plan
  int (*apply)(Graph& graph);            ///< number of places changed
};

/// The rewrites in the order they run.
const std::vector<Rewrite>& all_rewrites();
/// Runs all that are switched on; returns those that fired with their counts.
std::vector<std::pair<std::string, int>> rewrite(Graph& graph);

namespace rewrites {
int common_subexpressions(Graph& graph);
int constant_folding(Graph& graph);
/// What constant_folding leaves: casts of constants to fewer bits, for products.
int fold_narrow_kernels(Graph& graph);
int simplify(Graph& graph);
int drop_broadcast(Graph& graph);
int fold_transpose(Graph& graph);
int constant_kernels(Graph& graph);
int scale_taken(Graph& graph);
int through_pool(Graph& graph);
int pooled_gradients(Graph& graph);
int fuse_epilogue(Graph& graph);
int by_images(Graph& graph);
int fuse_elementwise(Graph& graph);
int sparse_inputs(Graph& graph);
int dead_code(Graph& graph);
int drop_history(Graph& graph);
int drop_custom_gradient(Graph& graph);
int recurrent_layer(Graph& graph);
int loss_with_gradient(Graph& graph);
int gate_products(Graph& graph);
int early_updates(Graph& graph);
int sparse_updates(Graph& graph);

/// Rebuilds a graph node by node. `visit` gets the new graph, the old node and its inputs as values of the new graph; it
/// returns the values that replace the node's outputs, or nothing to copy the node as it is.
using Visit = std::function<std::optional<std::vector<int>>(Graph& out, const Node& node, const std::vector<int>& inputs)>;
Graph rebuild(const Graph& graph, const Visit& visit);
}  // namespace rewrites

}  // namespace candor
