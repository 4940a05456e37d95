#include "candor/nn/activation.h"

#include "candor/base/error.h"

namespace candor {
namespace {

using Plain = Tensor (*)(const Tensor&);
using WithAxis = Tensor (*)(const Tensor&, int);
using WithNumber = Tensor (*)(const Tensor&, double);

/// One row a name; exactly one of the pointers is set. `number` is the default that the C++ function has.
struct Row {
  const char* name;
  Plain plain = nullptr;
  WithAxis with_axis = nullptr;
  WithNumber with_number = nullptr;
  double number = 0;
};

const std::vector<Row>& table() {
  static const std::vector<Row> rows = {
      {.name = "linear", .plain = &linear},
      {.name = "relu", .plain = &relu},
      {.name = "relu6", .plain = &relu6},
      {.name = "leaky_relu", .with_number = &leaky_relu, .number = 0.2},
      {.name = "elu", .with_number = &elu, .number = 1},
      {.name = "selu", .plain = &selu},
      {.name = "celu", .with_number = &celu, .number = 1},
      {.name = "gelu", .plain = &gelu},
      {.name = "gelu_tanh", .plain = &gelu_tanh},
      {.name = "silu", .plain = &silu},
      {.name = "mish", .plain = &mish},
      {.name = "sigmoid", .plain = &sigmoid},
      {.name = "log_sigmoid", .plain = &log_sigmoid},
      {.name = "hard_sigmoid", .plain = &hard_sigmoid},
      {.name = "hard_silu", .plain = &hard_swish},
      {.name = "hard_tanh", .plain = &hard_tanh},
      {.name = "softplus", .with_number = &softplus, .number = 1},
      {.name = "softsign", .plain = &softsign},
      {.name = "squareplus", .with_number = &squareplus, .number = 4},
      {.name = "sparse_plus", .plain = &sparse_plus},
      {.name = "sparse_sigmoid", .plain = &sparse_sigmoid},
      {.name = "tanh_shrink", .plain = &tanh_shrink},
      {.name = "hard_shrink", .with_number = &hard_shrink, .number = 0.5},
      {.name = "soft_shrink", .with_number = &soft_shrink, .number = 0.5},
      {.name = "tanh", .plain = static_cast<Plain>(&tanh)},
      {.name = "exponential", .plain = static_cast<Plain>(&exp)},
      {.name = "softmax", .with_axis = &softmax},
      {.name = "log_softmax", .with_axis = &log_softmax},
      {.name = "sparsemax", .with_axis = &sparsemax},
      {.name = "glu", .with_axis = &glu},
  };
  return rows;
}

Function<Tensor(const Tensor&)> callable(const Row& row) {
  if (row.plain) return row.plain;
  if (row.with_axis) return [f = row.with_axis](const Tensor& x) { return f(x, -1); };
  return [f = row.with_number, number = row.number](const Tensor& x) { return f(x, number); };
}

}  // namespace

ActivationFunction::ActivationFunction(Plain function) : name_("custom"), function_(function) {
  for (const Row& row : table()) {
    if (row.plain == function) name_ = row.name;
  }
}

ActivationFunction::ActivationFunction(WithAxis function) : name_("custom"), function_([function](const Tensor& x) { return function(x, -1); }) {
  for (const Row& row : table()) {
    if (row.with_axis == function) name_ = row.name;
  }
}

ActivationFunction::ActivationFunction(WithNumber function) : name_("custom") {
  for (const Row& row : table()) {
    if (row.with_number == function) name_ = row.name, function_ = callable(row);
  }
  if (!function_) {
    fail(ErrorKind::invalid_argument, "activation: a function of (tensor, number) has no number here; wrap it: [](const Tensor& x) { return f(x, 0.3); }");
  }
}

ActivationFunction::ActivationFunction(std::string_view name) : name_(name) {
  if (name_ == "swish") name_ = "silu";
  if (name_ == "hard_swish") name_ = "hard_silu";
  for (const Row& row : table()) {
    if (row.name == name_) {
      function_ = callable(row);
      return;
    }
  }
  std::string known;
  for (const Row& row : table()) known += (known.empty() ? "" : ", ") + std::string(row.name);
  fail(ErrorKind::invalid_argument, "activation: no activation is called '" + std::string(name) + "'; there are " + known);
}

ActivationFunction::ActivationFunction(Function<Tensor(const Tensor&)> function) : name_("custom"), function_(std::move(function)) {}

Tensor ActivationFunction::operator()(const Tensor& x) const { return function_ && name_ != "linear" ? function_(x) : x; }

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const Row& row : table()) names.emplace_back(row.name);
  return names;
}

}  // namespace candor
