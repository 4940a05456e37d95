// A layer applied to every step of a sequence.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct TimeDistributedOptions {
  std::string name{};
};
/// The layer on each [batch, ...] of [batch, time, ...]; results are stacked along time. Steps are samples of one larger batch where that
/// gives the same numbers; batch normalisation in training and stateful layers see one step after the other. A mask passes on. Weights: those of the layer, under its name.
class TimeDistributed : public Layer {
 public:
  /// Throws Error (invalid_argument) when the layer is empty.
  explicit TimeDistributed(const Layer& layer, TimeDistributedOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
