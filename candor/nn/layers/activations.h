// Activation functions as layers.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
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
  std::optional<double> max_value = {};  ///< none: unbounded
  double negative_slope = 0;
  double threshold = 0;
  std::string name = {};
};
/// max_value where x >= max_value, x where threshold <= x, else negative_slope (x - threshold).
class ReLU : public Layer {
 public:
  explicit ReLU(ReLUOptions options = {});
  static Layer from_config(const Config& options);
};

struct LeakyReLUOptions { std::string name = {}; };
class LeakyReLU : public Layer {
 public:
  explicit LeakyReLU(double negative_slope = 0.3, LeakyReLUOptions options = {});
  static Layer from_config(const Config& options);
};

struct SoftmaxOptions { std::string name = {}; };
class Softmax : public Layer {
 public:
  explicit Softmax(int axis = -1, SoftmaxOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
