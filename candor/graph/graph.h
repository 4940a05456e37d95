// The graph of a traced function: SSA nodes in topological order. A step that trains is a pure function of arguments and
// variables plus a list of updates.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "candor/ops/op.h"

namespace candor {
/// One call of an op: what goes in and what comes out, as numbers of values of the graph.
struct Node {
  NodeInfo info;             ///< op, attributes, types of inputs and outputs
  std::vector<int> inputs;   ///< values
  std::vector<int> outputs;  ///< values
  std::string path;          ///< Scope where it was made: "model/dense_1", or "model/dense_1/gradient"
  int recomputed = 0;        ///< not 0: made again for a backward pass, by that number; never merged with what it repeats
};

/// Where a value comes from.
enum class Source : std::uint8_t { argument, variable, constant, node };
/// A tensor in a graph, known by type: shape and dtype.
struct Value {
  TensorType type;
  Source source = Source::node;
  int node = -1;   ///< producing node; -1 unless source is node
  int index = 0;   ///< which output of the node, which argument
  Tensor tensor;   ///< the variable or constant
};
/// What a function does, recorded by tracing it: nodes in an order in which they can run, with the values between them.
class Graph {
 public:
  std::vector<Node> nodes;
  std::vector<Value> values;
  std::vector<int> arguments;                    ///< values, in order of the function's parameters
  std::vector<int> results;                      ///< values, in order of what the function returned
  std::vector<std::pair<Tensor, int>> updates;   ///< variable and the value it has after the run

  int add_argument(const TensorType& type);
  /// The value that stands for a concrete tensor: found again for the same storage, so each tensor enters once.
  int add_constant(const Tensor& tensor);
  /// Infers types and appends. Returns the node's output values.
  std::vector<int> add_node(const Op& op, Attrs attrs, std::vector<int> inputs, std::string path);
  /// Sets (or replaces) a variable's value after the run.
  void set_update(const Tensor& variable, int value);

  /// Number of uses of each value by nodes, results and updates.
  std::vector<int> use_counts() const;
};

/// One line a node: "%7 = matmul(%1, %2) {transpose_b: true} : f32[32, 64]   # model/dense".
std::string to_string(const Graph& graph);
/// Throws Error (internal) when an edge, type or order is wrong; tests run it after every rewrite.
void check(const Graph& graph);

}  // namespace candor
