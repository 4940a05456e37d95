// Recurrent layers: [batch, time, features] -> the last output [batch, units], or all of them.
//
// What they share, in Keras's words:
//   return_sequences  all outputs, [batch, time, units], instead of the last one
//   return_state      the last states follow as further outputs
//   go_backwards      from the last step to the first; outputs come in that order
//   stateful          the states stay for the next call, until reset_state(); its batches have the same size
//   unroll            accepted; the loop is compiled either way
//   zero_output_for_mask  a masked step's output is zero instead of a repetition of the one before
// A call takes initial states as the argument "initial_state" or as further inputs; zeros otherwise. A mask [batch, time] on the input
// (Tensor::with_mask, Embedding{mask_zero}, Masking) skips steps: the states stay and the output is the one before. With return_sequences it
// passes on to the output. Dropout drops the same features at every step.
// Errors (shape): an input that is not [batch, time, features], no steps, a mask or a state that does not fit.
#pragma once

#include "candor/nn/layers/recurrent_cells.h"

namespace candor {

/// What all recurrent layers have.
class RecurrentLayer : public Layer {
 public:
  using Layer::Layer;
  /// Forgets the states that a stateful layer kept: the next call starts from zeros.
  void reset_state() const;
  /// The states kept so far, in order; empty when the layer is not stateful or was not called yet.
  std::vector<Tensor> states() const;
};

struct RNNOptions {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  std::string name{};
};
/// Runs a cell over a sequence: LSTMCell{64}, StackedRNNCells{{...}}, RNNCell{...} with a function of one's own.
class RNN : public RecurrentLayer {
 public:
  /// Throws Error (invalid_argument) when the layer is no cell.
  explicit RNN(const Layer& cell, RNNOptions options = {});
  static Layer from_config(const Config& options);
};

struct SimpleRNNOptions {
  ActivationFunction activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;
  double recurrent_dropout = 0;
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  Seed seed{};
  std::string name{};
};
/// SimpleRNNCell over a sequence. Weights: simple_rnn_cell/kernel [features, units], .../recurrent_kernel [units, units], .../bias [units].
class SimpleRNN : public RecurrentLayer {
 public:
  explicit SimpleRNN(std::int64_t units, SimpleRNNOptions options = {});
  static Layer from_config(const Config& options);
};

struct LSTMOptions {
  ActivationFunction activation = "tanh";
  ActivationFunction recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;
  double recurrent_dropout = 0;
  Seed seed{};
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  std::string name{};
};
/// LSTMCell over a sequence; states h and c. Weights: lstm_cell/kernel [features, 4 units], .../recurrent_kernel [units, 4 units],
/// .../bias [4 units], gates in the order i, f, g, o. With tanh, sigmoid and no recurrent_dropout all steps are one kernel.
class LSTM : public RecurrentLayer {
 public:
  explicit LSTM(std::int64_t units, LSTMOptions options = {});
  static Layer from_config(const Config& options);
};

struct GRUOptions {
  ActivationFunction activation = "tanh";
  ActivationFunction recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Regularizer activity_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;
  double recurrent_dropout = 0;
  Seed seed{};
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  bool reset_after = true;
  std::string name{};
};
/// GRUCell over a sequence; state h. Weights: gru_cell/kernel [features, 3 units], .../recurrent_kernel [units, 3 units], .../bias
/// [2, 3 units] ([3 units] without reset_after), gates in the order z, r, n. With tanh, sigmoid, reset_after and no recurrent_dropout all steps
/// are one kernel.
class GRU : public RecurrentLayer {
 public:
  explicit GRU(std::int64_t units, GRUOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
