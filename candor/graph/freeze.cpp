#include "candor/graph/freeze.h"

#include "candor/base/error.h"

namespace candor {

std::shared_ptr<const Graph> freeze(const std::shared_ptr<const Graph>& graph) {
  if (!graph->updates.empty())
    fail(ErrorKind::invalid_argument, "freeze: the graph changes " + std::to_string(graph->updates.size()) + " of its weights when it runs; freeze one for inference");
  auto frozen = std::make_shared<Graph>(*graph);
  for (Value& value : frozen->values) {
    if (value.source != Source::variable) continue;
    value.source = Source::constant;
    value.tensor = value.tensor.clone();
  }
  return frozen;
}

}  // namespace candor
