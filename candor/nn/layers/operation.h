// Keras's operations (keras.ops) as nodes of a functional model: "NotEqual", "Any", "Reshape", ... Keras writes them into a model's
// configuration wherever its user, or a mask, computed with symbols.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/layer.h"

namespace candor {

/// The operation of this class name: Operation("Sum", {{"axis", -1}, {"keepdims", true}}) on one input. Inputs are the tensors of its arguments in
/// order; the call's option "args" holds all arguments, numbers too, with {"tensor": i} where input i stands.
class Operation : public Layer {
 public:
  /// Throws Error (unsupported) that lists the operations when there is none of this name.
  explicit Operation(const std::string& kind, Config options = Config::map(), std::string name = {});
  static Layer from_config(const std::string& kind, const Config& options);
};

/// Their class names, sorted.
std::vector<std::string> operation_names();

namespace detail {
bool is_operation(const Layer& layer);
/// Whether the configuration {"module": "keras.src.ops.numpy", ...} is one of an operation.
bool is_operation_config(const Config& config);
}  // namespace detail

}  // namespace candor
