// model.dead-end and, from the graph of an evaluation, train.mode.
#include <algorithm>
#include <set>

#include "candor/base/text.h"
#include "candor/graph/graph.h"
#include "candor/graph/trace.h"
#include "candor/nn/model_body.h"
#include "candor/ops/elementwise.h"
#include "candor/train/checks/check_model.h"
#include "candor/train/checks/layer_calls.h"
#include "candor/train/programs.h"

namespace candor::detail {
namespace {

/// The model's outputs, and what is added to its loss inside, for a batch; no loss: targets are not needed to see what reaches it.
std::shared_ptr<Graph> forward_graph(const ModelUnderCheck& m, Mode mode) {
  std::vector<TensorType> types;
  for (const Tensor& x : m.x) types.push_back({x.shape().with(0, std::min(m.batch, m.rows)), x.dtype()});
  return trace([&](std::span<const Tensor> x) {
    const LossCollector inside;
    std::vector<Tensor> results = m.model.call(x, mode);
    if (const Tensor penalty = inside.total(); penalty.defined()) results.push_back(penalty);
    return results;
  }, types);
}

/// The storages of all variables that a change of which changes a result.
std::set<const void*> reaching(const Graph& graph) {
  std::vector<bool> wanted(graph.values.size(), false);
  for (const int v : graph.results) wanted[static_cast<std::size_t>(v)] = true;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool used = std::any_of(node->outputs.begin(), node->outputs.end(), [&](int v) { return wanted[static_cast<std::size_t>(v)]; });
    if (!used || node->info.op->name == "stop_gradient" || !node->info.op->gradient) continue;
    for (const int v : node->inputs) wanted[static_cast<std::size_t>(v)] = true;
  }
  std::set<const void*> found;
  for (std::size_t v = 0; v < graph.values.size(); ++v)
    if (wanted[v] && graph.values[v].tensor.defined()) found.insert(graph.values[v].tensor.raw());
  return found;
}

/// Frozen, with a bias that no training has moved from 0.
bool frozen_before_trained(const Layer& layer) {
  bool zero = false;
  for (const auto& [name, weight] : layer.body().own_weights()) {
    if (weight.trainable()) return false;
    if (name != "bias" || !is_floating(weight.type().dtype) || weight.shape().size() < 2) continue;
    const std::vector<float> values = cast(weight.tensor(), DType::f32).to_vector();
    zero = std::all_of(values.begin(), values.end(), [](float v) { return v == 0; });
  }
  return zero;
}

}  // namespace

void check_graph(const ModelUnderCheck& m, CheckNotes& notes) {
  const std::shared_ptr<Graph> graph = forward_graph(m, inference);
  const std::set<const void*> reached = reaching(*graph);
  std::vector<std::string> lost;
  std::int64_t weights = 0;
  for (const auto& [name, variable] : m.model.named_variables()) {
    if (!variable.trainable() || reached.count(variable.tensor().raw())) continue;
    lost.push_back(name);
    weights += variable.shape().size();
  }
  if (!lost.empty()) {
    notes.findings.push_back({"model.dead-end", Severity::warning, "no loss reaches " + name_list(lost, 5) + " (" + with_thousands(weights) + " weights): what is made of them goes into no output, so they never learn. Connect them, or leave them out",
                              "weights " + lost.front(), {{"weights", static_cast<double>(weights)}}});
  }
  const LayerCalls calls = layer_calls(m.model);
  if (!calls.unused_inputs.empty()) {
    notes.findings.push_back({"model.dead-end", Severity::warning, "no layer reads the input " + name_list(calls.unused_inputs, 5) + ": what is given there changes nothing", "input " + calls.unused_inputs.front(), {}});
  }
  std::vector<std::string> untouched;
  for (const LayerCall& call : calls.calls)
    if (frozen_before_trained(call.layer) && std::find(untouched.begin(), untouched.end(), call.path) == untouched.end()) untouched.push_back(call.path);
  if (!untouched.empty()) {
    notes.findings.push_back({"model.dead-end", Severity::warning, name_list(untouched, 4) + (untouched.size() == 1 ? " is frozen" : " are frozen") + ", and the bias is still the zeros that it was made of: the weights were never trained and never will be. Load trained weights, or set_trainable(true)", "layer " + untouched.front(), {}});
  }
  std::vector<std::string> paths;
  for (const Node& node : graph->nodes)
    if (node.info.op->random && std::find(paths.begin(), paths.end(), node.path) == paths.end()) paths.push_back(node.path);
  if (!paths.empty()) {
    notes.findings.push_back({"train.mode", Severity::warning, "random numbers are drawn in evaluation too, in " + name_list(paths, 4) + ": the same rows get other answers each time. Dropout and noise belong into training alone: hand the mode on to the layers inside, and call with `inference` where the model is used", "layer " + paths.front(), {}});
  }
  std::vector<std::string> moved;
  for (const auto& [variable, value] : graph->updates)
    for (const auto& [name, weight] : m.model.named_variables())
      if (weight.tensor().raw() == variable.raw()) moved.push_back(name);
  if (!moved.empty()) {
    notes.findings.push_back({"train.mode", Severity::warning, "evaluation changes " + name_list(moved, 4) + ": batch normalisation there uses the batch's own statistics, and the answer for a row depends on the rows beside it. Hand the mode on to the layers inside", "weights " + moved.front(), {}});
  }
}

}  // namespace candor::detail
