// Layers around one other layer.
#pragma once

#include "candor/nn/layers/check.h"

namespace candor::detail {

/// Passes everything on to the layer inside; Keras's Wrapper.
class WrapperBody : public LayerBody {
 public:
  /// Throws Error (invalid_argument) for an empty handle.
  WrapperBody(std::string name, Layer inner, const char* kind);
  Config options() const override { return Config::map().set("layer", inner_.config()); }
  std::vector<Layer> children() const override { return {inner_}; }
  void build(std::span<const TensorType> inputs) override { inner_.body().build_once(inputs); }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override { return inner_.call(xs, mode); }

 protected:
  Layer inner_;
};

/// The option "layer" of a wrapper's configuration.
Layer inner_layer(const Config& options);

}  // namespace candor::detail
