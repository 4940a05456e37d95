// A layer of one's own from a function, without a class: what Keras's Lambda is for, with weights.
#pragma once

#include <span>
#include <vector>

#include "candor/base/function.h"
#include "candor/nn/constraints.h"
#include "candor/nn/layer.h"

namespace candor {

/// A weight of a FunctionLayer.
struct LayerParameter {
  std::string name;
  Shape shape;
  Initializer initializer = "glorot_uniform";
  Regularizer regularizer{};
  Constraint constraint{};
  bool trainable = true;
};

struct FunctionLayerOptions { std::string name = {}; };
/// A function and its parameters as a layer: it gets the input and the weights in the order in which they were declared. The weights train, are saved
/// by name and counted as any layer's; config() and saving the architecture throw Error (unsupported), as code cannot be stored.
///     FunctionLayer scale{[](const Tensor& x, std::span<const Tensor> w) { return x * w[0]; }, {{"gain", {1}, "ones"}}};
/// Where the shapes depend on the input, a function of its type gives the parameters:
///     FunctionLayer dense{[](const Tensor& x, std::span<const Tensor> w) { return matmul(x, w[0]); },
///                         [](const TensorType& x) { return std::vector<LayerParameter>{{"kernel", {x.shape[-1], 8}}}; }};
class FunctionLayer : public Layer {
 public:
  using Call = Function<Tensor(const Tensor& x, std::span<const Tensor> weights)>;
  using Parameters = Function<std::vector<LayerParameter>(const TensorType& batch)>;
  explicit FunctionLayer(Call function, std::vector<LayerParameter> parameters = {}, FunctionLayerOptions options = {});
  FunctionLayer(Call function, Parameters parameters, FunctionLayerOptions options = {});
};

/// A function of the input alone: Lambda{[](const Tensor& x) { return x * x; }}. A configuration with a Lambda is refused: it holds Python code.
class Lambda : public Layer {
 public:
  explicit Lambda(Function<Tensor(const Tensor&)> function, FunctionLayerOptions options = {});
};

}  // namespace candor
