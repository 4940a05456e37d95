// What layers in front of a network have in common: they take numbers or texts, and some learn from data before training.
#pragma once

#include <span>

#include "candor/nn/layer.h"
#include "candor/nn/texts.h"

namespace candor {

/// A layer that turns raw columns into numbers. Layers of numbers alone work inside a model as well; those of texts are called on
/// Texts before the model, `model(vectorize(texts))`, as a Tensor holds no text.
class PreprocessingLayer : public Layer {
 public:
  using Layer::Layer;
  /// `layer` seen as one, for layers made by layer_from_config. Throws Error (invalid_argument) when it is none.
  static PreprocessingLayer from(const Layer& layer);

  using Layer::operator();
  /// Texts to numbers. Throws Error (dtype) for layers of numbers, (invalid_argument) when it has not been adapted yet.
  Tensor operator()(const Texts& texts) const;
  /// Any inputs and outputs.
  std::vector<Column> apply(const std::vector<Column>& inputs) const;

  /// Learns statistics or a vocabulary from data, samples along the first axis, forgetting what it knew. Throws Error (unsupported)
  /// for layers that learn nothing, (invalid_argument) for no data at all.
  void adapt(const Column& data) const;
  /// The same from several batches; one after the other as Keras does over a data set.
  void adapt(std::span<const Column> batches) const;
};

}  // namespace candor
