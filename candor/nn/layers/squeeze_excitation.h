// Channels weighed by what the whole image shows.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"

namespace candor {

struct SqueezeExcitationOptions {
  std::int64_t ratio = 16;                           ///< the middle has channels / ratio units, at least 1
  ActivationFunction activation = "relu";            ///< of the middle
  ActivationFunction gate_activation = "sigmoid";
  std::string data_format = "channels_last";         ///< or "channels_first"
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  std::string name{};
};
/// x times gate(expand(activation(reduce(mean of x over its places)))) for each channel (Hu, Shen, Sun 2018); x is [batch, spatial...,
/// channels] with one to three spatial axes. Weights: reduce_kernel [channels, units], reduce_bias, expand_kernel [units, channels],
/// expand_bias. As torchvision.ops.SqueezeExcitation; not in Keras.
class SqueezeExcitation : public Layer {
 public:
  /// Throws Error (invalid_argument) for a ratio below 1.
  explicit SqueezeExcitation(SqueezeExcitationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
