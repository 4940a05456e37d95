// Activation functions as layers.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"

namespace candor {

struct ActivationOptions { std::string name = {}; };
/// Any activation function: Activation{tanh}, Activation{"gelu"}.
class Activation : public Layer {
 public:
  explicit Activation(ActivationFunction activation, ActivationOptions options = {});
  static Layer from_config(const Config& options);
};

struct ReLUOptions {
  std::optional<double> max_value{};  ///< none: unbounded
  double negative_slope = 0;
  double threshold = 0;
  std::string name{};
};
/// max_value where x >= max_value, x where threshold <= x, else negative_slope (x - threshold).
class ReLU : public Layer {
 public:
  explicit ReLU(ReLUOptions options = {});
  static Layer from_config(const Config& options);
};

struct LeakyReLUOptions { std::string name = {}; };
/// x where x > 0, else negative_slope x (Maas, Hannun, Ng 2013).
class LeakyReLU : public Layer {
 public:
  explicit LeakyReLU(double negative_slope = 0.3, LeakyReLUOptions options = {});
  static Layer from_config(const Config& options);
};

struct ELUOptions { std::string name = {}; };
/// x where x > 0, else alpha (e^x - 1) (Clevert, Unterthiner, Hochreiter 2016).
class ELU : public Layer {
 public:
  explicit ELU(double alpha = 1, ELUOptions options = {});
  static Layer from_config(const Config& options);
};

struct PReLUOptions {
  Initializer alpha_initializer = "zeros";
  Regularizer alpha_regularizer{};
  Constraint alpha_constraint{};
  std::vector<int> shared_axes{};  ///< axes (from 1; 0 is the batch) along which one alpha is shared
  std::string name{};
};
/// x where x > 0, else alpha x with an alpha that is learned (He et al. 2015). Weight: alpha, the shape of a sample with 1 along shared_axes.
class PReLU : public Layer {
 public:
  explicit PReLU(PReLUOptions options = {});
  static Layer from_config(const Config& options);
};

struct SoftmaxOptions { std::string name = {}; };
/// e^x / sum(e^x) over one axis or several together. Where the input's mask is false the result is 0 and does not take part in the sum; a mask
/// with fewer axes than the input is repeated over the last ones.
class Softmax : public Layer {
 public:
  explicit Softmax(int axis = -1, SoftmaxOptions options = {});
  explicit Softmax(std::vector<int> axes, SoftmaxOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
