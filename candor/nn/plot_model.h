// A picture of a model, drawn without any other program.
#pragma once

#include <string>

#include "candor/nn/model.h"

namespace candor {

/// Names and defaults are Keras's; dpi and splines have no meaning for SVG.
struct PlotModelOptions {
  bool show_shapes = false;             ///< input and output shapes; those of a batch, None in front
  bool show_dtype = false;              ///< with the shapes
  bool show_layer_names = false;        ///< beside the class
  std::string rankdir = "TB";           ///< direction of the arrows: "TB" (down), "LR", "BT", "RL"
  bool expand_nested = false;           ///< models inside are boxes around their layers
  bool show_layer_activations = false;  ///< the activation of layers that have one
  bool show_trainable = false;          ///< whether a layer with weights trains
};

/// Draws the model into a file: .svg, or .dot for Graphviz. A layer that is used several times is one box. Throws Error
/// (invalid_argument) for another ending or rankdir, or when shapes are asked for of a model that is not built; Error (io) when the file
/// cannot be written.
void plot_model(const Model& model, const std::string& to_file = "model.svg", const PlotModelOptions& options = {});

/// The same as text.
std::string model_to_svg(const Model& model, const PlotModelOptions& options = {});
std::string model_to_dot(const Model& model, const PlotModelOptions& options = {});

}  // namespace candor
