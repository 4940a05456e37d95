// Long short-term memory over pictures: the products of LSTM are convolutions (Shi et al. 2015).
#pragma once

#include "candor/nn/layers/extents.h"
#include "candor/nn/layers/recurrent.h"

namespace candor {

struct ConvLSTMOptions {
  Extents strides = 1;
  std::string padding = "valid";               ///< "valid" or "same"; the convolution of the state is always "same"
  std::string data_format = "channels_last";   ///< or "channels_first": [batch, time, channels, space...]
  Extents dilation_rate = 1;
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

/// [batch, time, space..., channels] -> the last output [batch, space'..., filters], or all with return_sequences. Options and masks as in
/// recurrent.h; states h and c [batch, space'..., filters]. Weights: conv_lstm_cell/kernel [*kernel_size, channels, 4 filters],
/// .../recurrent_kernel [*kernel_size, filters, 4 filters], .../bias [4 filters], gates in the order i, f, g, o.
/// Throws Error (invalid_argument) for sizes below 1 or an unknown padding.
class ConvLSTM1D : public RecurrentLayer {
 public:
  ConvLSTM1D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options = {});
  static Layer from_config(const Config& options);
};
class ConvLSTM2D : public RecurrentLayer {
 public:
  ConvLSTM2D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options = {});
  static Layer from_config(const Config& options);
};
class ConvLSTM3D : public RecurrentLayer {
 public:
  ConvLSTM3D(std::int64_t filters, const Extents& kernel_size, ConvLSTMOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
