#include "candor/nn/layers/wrapper_body.h"

namespace candor::detail {

WrapperBody::WrapperBody(std::string name, Layer inner, const char* kind) : LayerBody(std::move(name)), inner_(std::move(inner)) {
  if (!inner_.defined()) fail(ErrorKind::invalid_argument, std::string(kind) + ": the layer inside is an empty handle");
}

Layer inner_layer(const Config& options) { return layer_from_config(options.at("layer")); }

}  // namespace candor::detail
