#include "candor/nn/plot/model_graph.h"

#include <algorithm>
#include <map>

#include "candor/nn/model_body.h"

namespace candor::plot {
namespace {

using Types = std::map<const detail::LayerBody*, std::vector<TensorType>>;

/// What each layer gives when it is first called, from one symbolic pass.
Types observed(const Model& model) {
  Types types;
  if (static_cast<detail::ModelBody&>(model.body()).input_types().empty()) return types;
  const detail::LayerObserver observer([&](const detail::LayerBody& layer, const std::string&, std::span<const Tensor> outputs) {
    std::vector<TensorType>& own = types[&layer];
    if (!own.empty()) return;
    for (const Tensor& out : outputs) own.push_back(out.type());
  });
  model.output_types();
  return types;
}

class Builder {
 public:
  explicit Builder(const Types& types) : types_(types) {}

  ModelGraph build(detail::ModelBody& body) {
    ModelGraph graph{body.shown_name(), body.kind(), {}};
    const std::vector<TensorType> inputs = body.built() ? body.input_types() : std::vector<TensorType>{};
    if (auto* functional = dynamic_cast<detail::FunctionalBody*>(&body)) functional_nodes(*functional, inputs, graph);
    else if (auto* stack = dynamic_cast<detail::SequentialBody*>(&body)) stacked_nodes(*stack, inputs, graph);
    for (ModelNode& node : graph.nodes)
      if (!node.calls.empty())
        for (const Feed& feed : node.calls.front()) {
          const std::vector<TensorType>& from = graph.nodes[static_cast<std::size_t>(feed.node)].outputs;
          if (static_cast<std::size_t>(feed.output) < from.size()) node.inputs.push_back(from[static_cast<std::size_t>(feed.output)]);
        }
    return graph;
  }

 private:
  static ModelNode input_node(const std::string& name, const TensorType& sample) {
    ModelNode node;
    node.name = name;
    node.kind = "InputLayer";
    node.outputs = {{sample.shape.inserted(0, 1), sample.dtype}};
    return node;
  }

  /// The node of a layer: the one that is there, or a new one.
  int node_of(const Layer& layer, ModelGraph& graph) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
      if (graph.nodes[n].layer.defined() && graph.nodes[n].layer.same(layer)) return static_cast<int>(n);
    ModelNode node;
    node.layer = layer;
    node.name = layer.name().empty() ? layer.body().default_name() : layer.name();
    node.kind = layer.kind();
    if (const auto found = types_.find(&layer.body()); found != types_.end()) node.outputs = found->second;
    if (auto* model = dynamic_cast<detail::ModelBody*>(&layer.body())) node.nested = std::make_shared<ModelGraph>(build(*model));
    graph.nodes.push_back(std::move(node));
    return static_cast<int>(graph.nodes.size()) - 1;
  }

  void functional_nodes(detail::FunctionalBody& body, const std::vector<TensorType>& inputs, ModelGraph& graph) {
    std::map<int, Feed> of_slot;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      of_slot[static_cast<int>(i)] = {static_cast<int>(i), 0, 0};
      graph.nodes.push_back(input_node(body.input_names()[i], inputs[i]));
    }
    for (const detail::FunctionalBody::Step& step : body.steps()) {
      const int n = node_of(step.layer, graph);
      ModelNode& node = graph.nodes[static_cast<std::size_t>(n)];
      std::vector<Feed> feeds;
      for (int slot : step.inputs) feeds.push_back(of_slot.at(slot));
      for (int o = 0; o < step.outputs; ++o) of_slot[step.first_output + o] = {n, static_cast<int>(node.calls.size()), o};
      node.calls.push_back(std::move(feeds));
    }
  }

  void stacked_nodes(detail::SequentialBody& body, const std::vector<TensorType>& inputs, ModelGraph& graph) {
    Feed last{-1, 0, 0};
    if (!inputs.empty()) {
      graph.nodes.push_back(input_node("input", inputs.front()));
      last.node = 0;
    }
    for (const Layer& layer : body.stack()) {
      const int n = node_of(layer, graph);
      ModelNode& node = graph.nodes[static_cast<std::size_t>(n)];
      const Feed own{n, static_cast<int>(node.calls.size()), 0};
      node.calls.push_back(last.node < 0 ? std::vector<Feed>{} : std::vector<Feed>{last});
      last = own;
    }
  }

  const Types& types_;
};

}  // namespace

bool ModelGraph::is_chain() const {
  int previous = -1;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    const auto& calls = nodes[n].calls;
    if (n == 0 && calls.empty()) {
      previous = 0;
      continue;
    }
    if (calls.size() != 1 || calls[0].size() > 1) return false;
    if (!calls[0].empty() && (calls[0][0].node != previous || calls[0][0].output != 0)) return false;
    previous = static_cast<int>(n);
  }
  return true;
}

ModelGraph graph_of(const Model& model) {
  auto& body = static_cast<detail::ModelBody&>(model.body());
  const Types types = observed(model);
  return Builder(types).build(body);
}

std::string shape_text(const std::vector<TensorType>& batches) {
  if (batches.empty()) return "?";
  std::string all;
  for (const TensorType& type : batches) {
    std::string one = "(None";
    for (int axis = 1; axis < type.shape.rank(); ++axis) one += ", " + std::to_string(type.shape[axis]);
    all += (all.empty() ? "" : ", ") + one + (type.shape.rank() == 1 ? ",)" : ")");
  }
  return batches.size() > 1 ? "[" + all + "]" : all;
}

std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) digits.insert(static_cast<std::size_t>(i), ",");
  return digits;
}

}  // namespace candor::plot
