// Cells: one step of a recurrent layer. RNN{cell} runs one over a sequence; SimpleRNN, LSTM and GRU have theirs inside.
//
// A cell is called with x [batch, features] and its states as the argument "states" (zeros when not given), and gives the output and the
// new states: cell.call(x, {.tensors = {{"states", h}, {"states", c}}}).
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"

namespace candor {

struct SimpleRNNCellOptions {
  ActivationFunction activation = "tanh";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;            ///< share of the inputs dropped in training, the same ones at every step
  double recurrent_dropout = 0;  ///< of the state before it meets the recurrent kernel
  Seed seed{};
  std::string name{};
};
/// h' = activation(x W + h U + b) (Elman 1990). States: h [batch, units]; the output is h'. Weights: kernel W [features, units],
/// recurrent_kernel U [units, units], bias [units].
class SimpleRNNCell : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1 and the rates lie in [0, 1).
  explicit SimpleRNNCell(std::int64_t units, SimpleRNNCellOptions options = {});
  static Layer from_config(const Config& options);
};

struct LSTMCellOptions {
  ActivationFunction activation = "tanh";
  ActivationFunction recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  bool unit_forget_bias = true;  ///< the forget gate's bias starts as one
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;
  double recurrent_dropout = 0;
  Seed seed{};
  std::string name{};
};
/// Long short-term memory (Hochreiter, Schmidhuber 1997; forget gate: Gers, Schmidhuber, Cummins 2000). With i, f, g, o the four parts of
/// x W + h U + b, s the recurrent activation and a the activation: c' = s(f) c + s(i) a(g), h' = s(o) a(c'). States: h, c [batch, units];
/// the output is h'. Weights: kernel [features, 4 units], recurrent_kernel [units, 4 units], bias [4 units].
class LSTMCell : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1 and the rates lie in [0, 1).
  explicit LSTMCell(std::int64_t units, LSTMCellOptions options = {});
  static Layer from_config(const Config& options);
};

struct GRUCellOptions {
  ActivationFunction activation = "tanh";
  ActivationFunction recurrent_activation = "sigmoid";
  bool use_bias = true;
  Initializer kernel_initializer = "glorot_uniform";
  Initializer recurrent_initializer = "orthogonal";
  Initializer bias_initializer = "zeros";
  Regularizer kernel_regularizer{};
  Regularizer recurrent_regularizer{};
  Regularizer bias_regularizer{};
  Constraint kernel_constraint{};
  Constraint recurrent_constraint{};
  Constraint bias_constraint{};
  double dropout = 0;
  double recurrent_dropout = 0;
  bool reset_after = true;  ///< the reset gate acts after the product with the recurrent kernel (cuDNN's form), else before
  Seed seed{};
  std::string name{};
};
/// Gated recurrent unit (Cho et al. 2014). With z, r, n the three parts and s the recurrent activation: n = a(x_n + s(r) (h U_n + b_n)), or
/// a(x_n + (s(r) h) U_n) without reset_after, and h' = s(z) h + (1 - s(z)) n. States: h [batch, units]; the output is h'. Weights:
/// kernel [features, 3 units], recurrent_kernel [units, 3 units], bias [2, 3 units] (of x W, of h U) or, without reset_after, [3 units].
class GRUCell : public Layer {
 public:
  /// Throws Error (invalid_argument) unless units >= 1 and the rates lie in [0, 1).
  explicit GRUCell(std::int64_t units, GRUCellOptions options = {});
  static Layer from_config(const Config& options);
};

struct StackedRNNCellsOptions {
  std::string name{};
};
/// Several cells as one: each takes the output of the one before. States: those of the first cell, then of the second, and so on.
class StackedRNNCells : public Layer {
 public:
  /// Throws Error (invalid_argument) when there is no cell or one of the layers is no cell.
  explicit StackedRNNCells(std::vector<Layer> cells, StackedRNNCellsOptions options = {});
  static Layer from_config(const Config& options);
};

struct RNNCellOptions {
  std::vector<Variable> weights{};  ///< what the function uses and training may change, in order
  std::string name{};
};
/// A cell of one's own from a function: step(x, states) gives the output and the new states, which keep their shapes. `state_sizes`
/// are the widths of the states, [batch, size] each. Cannot be stored in a file.
///
///   const Variable u{...};
///   RNN layer{RNNCell{{8}, [=](const Tensor& x, std::span<const Tensor> states) {
///     const Tensor h = tanh(x + matmul(states[0], u));
///     return std::pair{h, std::vector<Tensor>{h}};
///   }, {.weights = {u}}}};
class RNNCell : public Layer {
 public:
  using Step = Function<std::pair<Tensor, std::vector<Tensor>>(const Tensor& x, std::span<const Tensor> states)>;
  /// Throws Error (invalid_argument) unless the sizes are at least 1.
  RNNCell(std::vector<std::int64_t> state_sizes, Step step, RNNCellOptions options = {});
};

}  // namespace candor
