#include "candor/nn/plot_model.h"

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/plot/labels.h"

namespace candor {
namespace plot {
namespace {

std::string shapes_and_dtypes(const std::vector<TensorType>& types, const PlotModelOptions& options) {
  std::string text = options.show_shapes ? shape_text(types) : "";
  if (!options.show_dtype || types.empty()) return text;
  std::string dtypes;
  for (const TensorType& type : types) dtypes += (dtypes.empty() ? "" : ", ") + std::string(to_string(type.dtype));
  return text + (text.empty() ? "" : " ") + dtypes;
}

}  // namespace

Label label_of(const ModelNode& node, const PlotModelOptions& options) {
  Label label{options.show_layer_names ? node.name + " (" + node.kind + ")" : node.kind, {}};
  if (options.show_layer_activations && node.layer.defined()) {
    const Config own = node.layer.body().options();
    if (const Config* activation = own.find("activation"); activation && activation->is_text()) label.lines.push_back("Activation: " + activation->text());
  }
  if (options.show_shapes || options.show_dtype) {
    if (node.layer.defined()) label.lines.push_back("Input: " + shapes_and_dtypes(node.inputs, options));
    label.lines.push_back("Output: " + shapes_and_dtypes(node.outputs, options));
  }
  if (options.show_trainable && node.layer.defined() && node.layer.built() && node.layer.count_parameters() > 0)
    label.lines.push_back(node.layer.trainable() ? "Trainable" : "Non-trainable");
  return label;
}

void check_options(const Model& model, const PlotModelOptions& options) {
  if (options.rankdir != "TB" && options.rankdir != "LR" && options.rankdir != "BT" && options.rankdir != "RL")
    fail(ErrorKind::invalid_argument, "plot_model: rankdir must be \"TB\", \"LR\", \"BT\" or \"RL\", got \"" + options.rankdir + "\"");
  if ((options.show_shapes || options.show_dtype) && !model.built())
    fail(ErrorKind::invalid_argument, "plot_model: the model is not built and has no shapes; call build(shape) or fit it first");
}

}  // namespace plot

void plot_model(const Model& model, const std::string& to_file, const PlotModelOptions& options) {
  const auto ends = [&](const std::string& ending) { return to_file.size() > ending.size() && to_file.compare(to_file.size() - ending.size(), ending.size(), ending) == 0; };
  if (ends(".svg")) write_atomically(to_file, std::string_view(model_to_svg(model, options)));
  else if (ends(".dot")) write_atomically(to_file, std::string_view(model_to_dot(model, options)));
  else
    fail(ErrorKind::invalid_argument, "plot_model: to_file must end in .svg or .dot, got \"" + to_file + "\"; other formats are made from these (dot -Tpng model.dot)");
}

}  // namespace candor
