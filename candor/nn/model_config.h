// Models in Keras's own configuration form. Internal to nn/.
#pragma once

#include <set>
#include <span>
#include <string>

#include "candor/nn/layer_body.h"
#include "candor/nn/model.h"

namespace candor::detail {

/// The input that an InputLayer's options describe; axes without an extent are free. Throws Error (corrupt) when there is no shape.
Symbol keras_input(const Config& options);
/// [null, 28, 28, 1]: null for the batch and the free axes.
Config keras_batch_shape(const TensorType& sample, std::span<const int> free_axes);
/// The entry of an input in a model's list of layers.
Config keras_input_layer(const TensorType& sample, std::span<const int> free_axes, const std::string& name);
/// A tensor among a call's arguments: output `tensor` of the layer's call `node`.
Config keras_tensor(const TensorType& sample, std::span<const int> free_axes, const std::string& layer, std::int64_t node, std::int64_t tensor);
/// The pattern of an operation's arguments with the tensors where it has {"tensor": i}.
Config fill_pattern(const Config& pattern, const Config::List& tensors);

/// Whether these options of a Functional are Keras's (and not those of the first model files of Candor).
bool is_keras_functional(const Config& config);
/// The model that Keras 2 or 3 described. Throws Error (corrupt) for what does not fit together, naming the layer.
Model functional_from_keras(const Config& config);

}  // namespace candor::detail
