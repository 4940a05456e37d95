// A recurrent layer run in both directions.
#pragma once

#include "candor/nn/layers/recurrent.h"

namespace candor {

struct BidirectionalOptions {
  std::string merge_mode = "concat";  ///< "concat" (last axis), "sum", "mul", "ave", or "none": two outputs
  Layer backward_layer{};          ///< a copy of the layer that goes the other way when not given
  std::string name{};
};
/// The layer forwards and a copy of it with weights of its own backwards (Schuster, Paliwal 1997); both outputs, in the order of time, are
/// merged. With return_state the forward states follow, then the backward ones; initial_state takes them in this order. Masks
/// as in the layer, but with return_sequences masked outputs are zero. Weights: forward_<layer>/..., backward_<layer>/....
class Bidirectional : public Layer {
 public:
  /// Throws Error (invalid_argument) unless both are recurrent layers that run in opposite directions and give the same kind of outputs, and
  /// merge_mode is known; Error (unsupported) when the layer holds functions of one's own and no backward_layer is given.
  explicit Bidirectional(const Layer& layer, BidirectionalOptions options = {});
  /// Forgets the states that stateful layers kept.
  void reset_state() const;
  static Layer from_config(const Config& options);
};

}  // namespace candor
