// The cases rnn, lstm, gru and bilstm: a recurrent layer over sequences, its last output into a dense layer.
#pragma once

#include <memory>

#include "bench/inputs.h"
#include "bench/system.h"

namespace candor::bench {

/// x: f32 [rows, time, inputs], or i32 ids [rows, time] for an embedding; y: classes, or 0 and 1 for one logit. Weights in Keras's order
/// and layout: [embedding,] kernel, recurrent kernel, bias of each direction, kernel and bias of the dense layer.
Inputs recurrent_inputs(const Case& c);

/// Candor's side: the model of layers and a step of Adam, compiled.
std::unique_ptr<System> candor_recurrent(const Case& c, const Inputs& inputs, const PlanOptions& options = {});

}  // namespace candor::bench
