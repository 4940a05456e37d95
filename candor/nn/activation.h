// The value of an `activation` option: a function of ops/activation.h, its name, or a function of one's own.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "candor/base/function.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"

namespace candor {
/// A function of one tensor, applied elementwise (softmax: along the last axis); the default is the identity.
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
  ActivationFunction(Function<Tensor(const Tensor&)> function);
  template <class F>
    requires(!std::is_same_v<F, ActivationFunction> && std::is_invocable_r_v<Tensor, F&, const Tensor&>)
  ActivationFunction(F function) : ActivationFunction(Function<Tensor(const Tensor&)>(std::move(function))) {}

  Tensor operator()(const Tensor& x) const;
  /// "linear", "relu", ...; "custom" for a function of one's own.
  const std::string& name() const { return name_; }

 private:
  std::string name_ = "linear";
  Function<Tensor(const Tensor&)> function_;
};

/// The names that ActivationFunction knows.
std::vector<std::string> activation_names();

}  // namespace candor
