#include "bench/network.h"

#include "candor/nn/layers.h"

namespace candor::bench {

Sequential make_network(const Case& c, const Inputs& inputs) {
  Sequential model;
  if (inputs.x.dtype() == DType::u8) model.add(Rescale{1 / 255.f});
  bool flat = c.features.rank() == 1;
  for (const auto& layer : c.layers) {
    const ActivationFunction activation = layer.relu ? "relu" : layer.tanh ? "tanh" : "linear";
    const auto size = static_cast<int>(layer.size);
    switch (layer.kind) {
      case LayerSpec::Kind::conv:
        model.add(Conv2D{size, static_cast<int>(layer.kernel), {.padding = layer.same ? "same" : "valid", .activation = activation}});
        break;
      case LayerSpec::Kind::max_pool: model.add(MaxPooling2D{size}); break;
      case LayerSpec::Kind::dense:
        if (!flat) model.add(Flatten{});
        flat = true;
        model.add(Dense{size, {.activation = activation}});
        break;
    }
  }
  model.build(inputs.x.shape().without(0), inputs.x.dtype());
  model.set_weights(inputs.weights);
  return model;
}

}  // namespace candor::bench
