// Skipping whole branches of residual networks in training.
#pragma once

#include <optional>

#include "candor/nn/layer.h"

namespace candor {

struct StochasticDepthOptions {
  std::string mode = "row";  ///< "row": each sample decides on its own; "batch": all together
  std::optional<std::uint64_t> seed{};  ///< of this layer's numbers; none: they follow the run's seed
  std::string name{};
};
/// In training zeroes a share `rate` in [0, 1) of the samples and scales the rest by 1 / (1 - rate) (Huang et al. 2016); put on the branch
/// that is added to the skip connection. As torchvision.ops.StochasticDepth; not in Keras.
class StochasticDepth : public Layer {
 public:
  explicit StochasticDepth(double rate, StochasticDepthOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
