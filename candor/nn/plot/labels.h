// What stands in the box of a layer. Internal to plot_model.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/plot/model_graph.h"
#include "candor/nn/plot_model.h"

namespace candor::plot {

struct Label {
  std::string title;
  std::vector<std::string> lines;
};

Label label_of(const ModelNode& node, const PlotModelOptions& options);
/// Throws Error (invalid_argument) for an unknown rankdir, and for shapes of a model that is not built.
void check_options(const Model& model, const PlotModelOptions& options);

}  // namespace candor::plot
