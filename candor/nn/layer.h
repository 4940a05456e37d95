// A layer is a value: a handle to weights and options. Copies share the weights, so a layer used in two places is one layer.
// Weights are made when the layer first meets an input.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/graph/trace.h"
#include "candor/nn/call.h"
#include "candor/nn/config.h"
#include "candor/nn/dtype_policy.h"
#include "candor/nn/constraints.h"
#include "candor/nn/initializers.h"
#include "candor/nn/mode.h"
#include "candor/nn/regularizers.h"
#include "candor/nn/symbol.h"

namespace candor {

namespace detail {
class LayerBody;
}

/// A weight with its name within the layer or model: "dense_1/kernel".
using NamedVariable = std::pair<std::string, Variable>;
/// Any layer or model: a handle, cheap to copy; copies are the same layer. Inputs and outputs are batches, samples along the first axis.
class Layer {
 public:
  Layer() = default;
  explicit Layer(std::shared_ptr<detail::LayerBody> body) : body_(std::move(body)) {}

  /// Applies the layer; `x` is a batch, samples along the first axis. Builds the weights at the first call. Throws Error (shape)
  /// that names the layer, what it was built for, what came and what the layer before gives.
  Tensor operator()(const Tensor& x, Mode mode = inference) const;
  /// The same with several inputs (Add, Concatenate, a Model) and one output.
  Tensor operator()(const std::vector<Tensor>& xs, Mode mode = inference) const;
  /// Any number of inputs and outputs.
  std::vector<Tensor> call(std::span<const Tensor> xs, Mode mode = inference) const;
  /// The same with further arguments: lstm.call(xs, {.mode = training, .tensors = {{"initial_state", h}, {"initial_state", c}}}).
  /// Throws Error (invalid_argument) for one that the layer does not have.
  std::vector<Tensor> call(std::span<const Tensor> xs, const CallOptions& options) const;

  /// The functional API: applies the layer to placeholders. The layer is built.
  Symbol operator()(const Symbol& x) const;
  Symbol operator()(const std::vector<Symbol>& xs) const;
  std::vector<Symbol> call(const std::vector<Symbol>& xs) const;
  std::vector<Symbol> call(const std::vector<Symbol>& xs, const SymbolCallOptions& options) const;

  bool defined() const { return body_ != nullptr; }
  /// "dense", "dense_1", ...: given by the option `name`, or by the model that the layer is put into.
  const std::string& name() const;
  /// The class: "Dense", "Conv2D", ...
  std::string kind() const;
  bool built() const;
  /// Makes the weights for inputs of this type (of a batch) without data. Throws as a call does.
  void build(const TensorType& batch) const;

  /// All weights, then those that train. Throw Error (invalid_argument) when the layer is not built yet.
  std::vector<Variable> variables() const;
  std::vector<Variable> parameters() const;
  /// All weights with names that are unique within this layer: "kernel", or "dense_1/kernel" of a model.
  std::vector<NamedVariable> named_variables() const;
  /// Number of weights.
  std::int64_t count_parameters() const;
  /// Frozen layers keep their weights in training; batch normalisation then uses its running statistics.
  void set_trainable(bool trainable) const;
  bool trainable() const;
  /// The penalty on this layer's outputs, divided by the batch size and added to the loss at each call while training or judging.
  void set_activity_regularizer(const Regularizer& regularizer) const;
  /// What the layer computes in and keeps its weights in: "mixed_bfloat16", ... Throws Error (invalid_argument) once it is built.
  void set_dtype_policy(const DTypePolicy& policy) const;
  const DTypePolicy& dtype_policy() const;
  /// In training, what the layer (or model) makes on its way is not kept for the backward pass but computed again there: the same bits,
  /// less memory, one more forward pass of this layer. summary() says how much memory. Takes effect when the model is compiled next.
  void set_checkpoint(bool checkpoint) const;
  bool checkpoint() const;
  /// The penalties of all regularizers, a scalar; undefined when there are none.
  Tensor regularization_loss() const;

  /// {"class_name": "Dense", "config": {...}} in Keras's words, enough for layer_from_config. Throws Error (unsupported) for a function of
  /// one's own.
  Config config() const;

  detail::LayerBody& body() const;
  const std::shared_ptr<detail::LayerBody>& handle() const { return body_; }
  bool same(const Layer& other) const { return body_ == other.body_; }

 protected:
  std::shared_ptr<detail::LayerBody> body_;
};

/// The layer (or model) that config() described, with fresh weights. Throws Error (corrupt) naming an unknown class or missing key.
Layer layer_from_config(const Config& config);
/// The class names that layer_from_config knows.
std::vector<std::string> layer_names();

}  // namespace candor
