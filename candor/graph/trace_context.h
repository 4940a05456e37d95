// The state of an open trace. Internal to graph/.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "candor/graph/graph.h"
#include "candor/graph/trace.h"

namespace candor::detail {

/// Opens a trace on the calling thread for its lifetime; traces nest (loop bodies inside a step).
struct TraceContext {
  /// With `capture`, tensors of the enclosing trace and variables become further arguments, listed in `captured`.
  explicit TraceContext(bool capture);
  ~TraceContext();
  TraceContext(const TraceContext&) = delete;
  TraceContext& operator=(const TraceContext&) = delete;
  static TraceContext* current();

  int value_of(const Tensor& tensor);
  Tensor tensor_of(int value) const;

  std::shared_ptr<Graph> graph;
  TraceContext* parent;
  bool captures_allowed;
  std::vector<std::pair<Tensor, int>> captured;           ///< outer tensor, argument value here
  std::unordered_map<const void*, Tensor> assigned;       ///< variable state -> value assigned so far
  std::string path;                                       ///< overrides Scope::path() for new nodes when not empty
  std::vector<std::pair<std::size_t, std::size_t>> checkpoints;  ///< nodes [first, end) that are made again for backward
  bool in_checkpoint = false;
  int recomputing = 0, recomputations = 0;                ///< Node::recomputed of new nodes, and how many there were
};

/// A graph traced inside another: what it used from outside is passed as further arguments, behind its own.
struct Body {
  std::shared_ptr<Graph> graph;
  std::vector<Tensor> captured;
};
Body trace_body(std::span<const TensorType> arguments, const TensorFunction& f);
/// Result i of a graph.
const TensorType& result_type(const Graph& graph, std::size_t i);

std::vector<Tensor> record(const Op& op, std::span<const Tensor> inputs, const Attrs& attrs);

}  // namespace candor::detail
