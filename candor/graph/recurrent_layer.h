// Rows recurrent_layer and recurrent_layer_gradient: a recurrent sequence (ops/recurrent.h) with the product that its inputs go through, and
// the gradient of it all with those of the weights. What lies between the products stays with the steps that are being computed instead of
// going through memory for all of them. Made by the rewrite recurrent_layer; nothing differentiates them.
//
//   recurrent_layer           x W [b] U [b of U: gru] h0 [c0: lstm] [mask]                          -> h [c: lstm] [gates]
//   recurrent_layer_gradient  dh x h U h0 [gates] [c c0: lstm] [W] [dc] [mask]                      -> dW db dU [d of U's b: gru] dh0 [dc0: lstm] [dx]
//
// x is [batch * time, features], rows of a sequence adjacent; W [features, gates * units]; h and c [batch, time, units]; gates, what the
// gradient needs of the activated gates of an lstm or a gru, are [time, batch, 4 * units]: a step's numbers are adjacent.
//
// Attributes: cell ("rnn", "gru", "lstm"), mask, reverse; of the layer bias and keep (whether gates are kept); of the gradient dc and
// dx (whether they are there) and only: the one place in time that dh is for, [batch, 1, units], or -1: dh is for all, [batch, time, units].
#pragma once

#include "candor/ops/op.h"
#include "candor/ops/recurrent_rules.h"

namespace candor::recurrent {

/// Places among inputs and outputs, -1 where there is none; extents.
struct LayerPlaces {
  Walk walk;
  std::int64_t features = 0, gate_count = 1;
  int x = 0, w = -1, b = -1, u = -1, inner_b = -1, h0 = -1, c0 = -1, mask = -1;     ///< inputs of both
  int dh = -1, h = -1, gates = -1, c = -1, dc = -1;                                 ///< inputs of the gradient
  int out_c = -1, out_gates = -1;                                                   ///< outputs of the layer; h is 0
  int out_du = 2, out_inner_db = -1, out_dh0 = -1, out_dc0 = -1, out_dx = -1;        ///< outputs of the gradient; dW and db are 0 and 1
};
LayerPlaces layer_places(std::span<const TensorType> in, const Attrs& attrs);
LayerPlaces layer_gradient_places(std::span<const TensorType> in, const Attrs& attrs);

}  // namespace candor::recurrent
