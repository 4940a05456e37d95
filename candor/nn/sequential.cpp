#include <algorithm>

#include "candor/nn/model.h"
#include "candor/nn/model_body.h"
#include "candor/nn/model_config.h"

namespace candor {
namespace detail {

SequentialBody::SequentialBody(std::vector<Layer> layers, std::string name) : ModelBody(std::move(name)) {
  for (const Layer& layer : layers) add(layer);
}

void SequentialBody::add(const Layer& layer) {
  if (built()) fail(ErrorKind::invalid_argument, shown_name() + ": a layer cannot be added to a model that is built");
  layer.body();
  stack_.push_back(layer);
  const bool known = std::any_of(layers_.begin(), layers_.end(), [&](const Layer& other) { return other.same(layer); });
  if (!known) layers_.push_back(layer);
  name_layers();
}

std::vector<Tensor> SequentialBody::apply(std::span<const Tensor> xs, Mode mode) {
  if (stack_.empty()) fail(ErrorKind::invalid_argument, shown_name() + ": the model has no layers");
  std::vector<Tensor> values(xs.begin(), xs.end());
  const std::string* before = PreviousLayer::name();
  for (const Layer& layer : stack_) {
    const PreviousLayer previous(before);
    values = layer.call(values, mode);
    before = &layer.body().name();
  }
  label_weights();
  return values;
}

Config SequentialBody::options() const {
  Config::List layers;
  Config build_input_shape;
  const bool named = declared.defined() && !declared.node().name.empty();
  const std::vector<int> free_axes = declared.defined() ? declared.node().free_axes : std::vector<int>{};
  for (const TensorType& type : input_types()) {
    layers.push_back(keras_input_layer(type, free_axes, named ? declared.node().name : "input_layer"));
    build_input_shape = keras_batch_shape(type, free_axes);
  }
  for (const Layer& layer : stack_) layers.push_back(layer.config());
  Config c = Config::map();
  return c.set("layers", layers).set("build_input_shape", build_input_shape);
}

}  // namespace detail

Sequential::Sequential(std::initializer_list<Layer> layers, ModelOptions options)
    : Model(std::make_shared<detail::SequentialBody>(std::vector<Layer>(layers), std::move(options.name))) {}
Sequential::Sequential(const std::vector<Layer>& layers, ModelOptions options)
    : Model(std::make_shared<detail::SequentialBody>(layers, std::move(options.name))) {}

void Sequential::add(const Layer& layer) const { static_cast<detail::SequentialBody&>(body()).add(layer); }

Sequential Sequential::from_config(const Config& c) {
  std::vector<Layer> layers;
  Symbol input;
  for (const Config& item : c.at("layers").items()) {
    if (item.at("class_name").text() == "InputLayer") {
      if (!layers.empty() || input.defined()) fail(ErrorKind::corrupt, "configuration: an InputLayer stands first in a Sequential, and once");
      input = detail::keras_input(item.at("config"));
      continue;
    }
    // Keras 2 may say the shape of the input at the first layer.
    const Config* shape = layers.empty() && !input.defined() ? item.at("config").find("batch_input_shape") : nullptr;
    if (shape && !shape->is_null()) input = detail::keras_input(item.at("config"));
    const Layer layer = layer_from_config(item);
    // A layer that stands in the stack twice was stored twice under one name.
    const auto twin = std::find_if(layers.begin(), layers.end(), [&](const Layer& other) { return other.name() == layer.name(); });
    layers.push_back(twin == layers.end() ? layer : *twin);
  }
  const Sequential model(layers, {.name = c.get("name", "")});
  if (input.defined()) {
    static_cast<detail::SequentialBody&>(model.body()).declared = input;
    model.build(input.shape(), input.dtype());
  } else if (const Config* inputs = c.find("inputs"); inputs && !inputs->items().empty()) {
    const Config& first = inputs->items().front();
    model.build(Shape(first.at("shape").to_integers()), dtype_from_string(first.at("dtype").text()));
  }
  return model;
}

}  // namespace candor
