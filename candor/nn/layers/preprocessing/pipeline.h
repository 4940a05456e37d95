// Layers one after the other, as one layer of preprocessing.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct PipelineOptions {
  std::string name{};
};
/// Applies the layers in order, in the mode that it is called in. Keras's Pipeline.
class Pipeline : public Layer {
 public:
  /// Throws Error (invalid_argument) for no layers.
  explicit Pipeline(std::vector<Layer> layers, PipelineOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
