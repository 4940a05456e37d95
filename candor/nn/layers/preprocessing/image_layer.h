// What layers of images have in common: batches or single images, either order of the axes, and draws that can be looked at.
#pragma once

#include <optional>
#include <utility>

#include "candor/nn/layer.h"

namespace candor {

/// What a random layer drew: tensors by the names that Keras gives them, those of layers inside with a dot ("transforms.random_shear.shear_factor").
struct Transformation {
  std::vector<std::pair<std::string, Tensor>> values;
  std::vector<std::pair<std::string, std::string>> words;  ///< choices by name (AugMix's layers)
  const Tensor* find(const std::string& name) const;
  /// Throws Error (invalid_argument) naming what is missing.
  const Tensor& at(const std::string& name) const;
  /// The part whose names begin with `prefix` and a dot, without them.
  Transformation inner(const std::string& prefix) const;
  void add(const std::string& prefix, const Transformation& inner);
};

/// A layer of images [N, H, W, C] or [H, W, C] (data_format "channels_first": [N, C, H, W], [C, H, W]); whole numbers become f32. Random layers change
/// images in training only; what sample i of a batch gets is a function of the run's seed and step, the layer and i alone.
class ImageLayer : public Layer {
 public:
  using Layer::Layer;
  /// `layer` seen as one. Throws Error (invalid_argument) when it is none.
  static ImageLayer from(const Layer& layer);
  /// Draws for images of this type.
  Transformation get_random_transformation(const TensorType& images) const;
  /// The images changed as drawn.
  Tensor transform_images(const Tensor& images, const Transformation& transformation) const;
  /// Labels [N, classes] mixed as the images were (MixUp, CutMix); others come back as they are.
  Tensor transform_labels(const Tensor& labels, const Transformation& transformation) const;
};

/// A range to draw from, or one number whose meaning the layer says (mostly 0 to it, or minus to plus).
struct Factor {
  double low = 0, high = 0;
  bool range = false;
  Factor(double value) : low(value), high(value) {}
  /// Keras sorts the two; here low > high is an Error of the layer.
  Factor(double from, double to) : low(from), high(to), range(true) {}
};

/// The values that pixels have.
struct ValueRange {
  double low = 0, high = 255;
};

}  // namespace candor
