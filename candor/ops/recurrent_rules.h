// Shape rules and reference kernels of the recurrent sequences and of their gradients; graph/recurrent.cpp makes the rows, since second
// derivatives need scan.
//
//   row                     inputs                                              outputs
//   rnn_sequence            x, recurrent, h0, [mask]                            h
//   rnn_sequence_gradient   dh, h, recurrent, [mask]                            dx, dh0
//   lstm_sequence           x, recurrent, h0, c0, [mask]                        h, c, gates
//   lstm_sequence_gradient  dh, gates, c, recurrent, c0, [dc], [mask]           dx, dh0, dc0
//   gru_sequence            x, recurrent, recurrent_bias, h0, [mask]            h, gates
//   gru_sequence_gradient   dh, gates, h, recurrent, h0, [mask]                 dx, dinner (to h U + b), dh0
//
// Attributes: mask and (lstm_sequence_gradient) cell: whether the input is there; reverse. Internal to ops/, graph/ and backends/.
#pragma once

#include "candor/ops/op.h"

namespace candor::recurrent {

/// Extents of a sequence, and the order of its steps.
struct Walk {
  std::int64_t batch = 0, time = 0, units = 0;
  bool reverse = false;
  /// The place of the i-th step.
  std::int64_t at(std::int64_t i) const { return reverse ? time - 1 - i : i; }
};
/// Of any of the six rows.
Walk walk_of(const NodeInfo& node);
/// Place of the mask among the inputs, -1: none.
int mask_input(const NodeInfo& node);

std::vector<TensorType> infer_rnn(std::span<const TensorType> in, const Attrs& attrs);
std::vector<TensorType> infer_lstm(std::span<const TensorType> in, const Attrs& attrs);
std::vector<TensorType> infer_gru(std::span<const TensorType> in, const Attrs& attrs);
std::vector<TensorType> infer_rnn_gradient(std::span<const TensorType> in, const Attrs& attrs);
std::vector<TensorType> infer_lstm_gradient(std::span<const TensorType> in, const Attrs& attrs);
std::vector<TensorType> infer_gru_gradient(std::span<const TensorType> in, const Attrs& attrs);

void rnn_reference(const KernelArgs& args);
void lstm_reference(const KernelArgs& args);
void gru_reference(const KernelArgs& args);
void rnn_gradient_reference(const KernelArgs& args);
void lstm_gradient_reference(const KernelArgs& args);
void gru_gradient_reference(const KernelArgs& args);

/// Two for each multiplication of the products with U, and a few for each gate.
double flops(const NodeInfo& node);

}  // namespace candor::recurrent
