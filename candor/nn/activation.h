// The value of an `activation` option: a function of ops/activation.h, its name, or a function of one's own.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"

namespace candor {

class ActivationFunction {
 public:
  ActivationFunction() = default;  ///< linear
  /// A function such as `relu`. Those of ops/activation.h and tanh, exp keep their name, so that the model can be saved.
  ActivationFunction(Tensor (*function)(const Tensor&));
  ActivationFunction(Tensor (*function)(const Tensor&, int));
  ActivationFunction(Tensor (*function)(const Tensor&, double));
  /// By name: "relu". Throws Error (invalid_argument) that lists the names.
  ActivationFunction(std::string_view name);
  ActivationFunction(const char* name) : ActivationFunction(std::string_view(name)) {}
  ActivationFunction(const std::string& name) : ActivationFunction(std::string_view(name)) {}
  /// Any function; a model with it cannot be written to a file.
  ActivationFunction(std::function<Tensor(const Tensor&)> function);

  Tensor operator()(const Tensor& x) const;
  /// "linear", "relu", ...; "custom" for a function of one's own.
  const std::string& name() const { return name_; }

 private:
  std::string name_ = "linear";
  std::function<Tensor(const Tensor&)> function_;
};

/// The names that ActivationFunction knows.
std::vector<std::string> activation_names();

}  // namespace candor
