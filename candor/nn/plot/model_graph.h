// A model as boxes and arrows: what summary() and plot_model() show. Internal to them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "candor/nn/model.h"

namespace candor::plot {

struct ModelGraph;

/// Where an input of a call comes from.
struct Feed {
  int node = 0;    ///< index in ModelGraph::nodes
  int call = 0;    ///< which call of that layer in this model
  int output = 0;  ///< which of its outputs
};

/// An input of the model, or a layer with all its calls in it.
struct ModelNode {
  Layer layer;  ///< undefined for an input
  std::string name, kind;
  std::vector<TensorType> inputs, outputs;  ///< of the first call, with the batch axis; empty while not built
  std::vector<std::vector<Feed>> calls;     ///< what feeds each call; none for an input
  std::shared_ptr<ModelGraph> nested;       ///< when the layer is a model
};

struct ModelGraph {
  std::string name, kind;
  std::vector<ModelNode> nodes;  ///< in the order of the first use
  /// One layer after the other, each called once with one input: "connected to" would say nothing.
  bool is_chain() const;
};

ModelGraph graph_of(const Model& model);

/// "(None, 28, 28, 32)", as Keras writes it; several: "[(None, 8), (None, 8)]"; none: "?".
std::string shape_text(const std::vector<TensorType>& batches);
/// 1,234,567.
std::string grouped(std::int64_t n);

}  // namespace candor::plot
