// Layers that change the kernel of the layer inside: spectral normalisation and weight standardisation.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct SpectralNormalizationOptions {
  int power_iterations = 1;
  std::string name{};
};
/// Divides the kernel (or the table of an Embedding) of the layer inside by its largest singular value before each training call (Miyato et al.
/// 2018), found by power iterations from a vector that is kept. Weights: the layer's, and vector_u [1, last extent of the kernel], not trained.
class SpectralNormalization : public Layer {
 public:
  /// Throws Error (invalid_argument) for a layer without a kernel, or power_iterations below 1.
  explicit SpectralNormalization(Layer layer, SpectralNormalizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct WeightStandardizationOptions {
  double epsilon = 1e-5;
  std::string name{};
};
/// The layer inside computes with its kernel brought to mean 0 and variance 1 for each output channel: (w - mean) / sqrt(var + epsilon) (Qiao et
/// al. 2019). The kernel itself is trained as it is. Not in Keras.
class WeightStandardization : public Layer {
 public:
  /// Throws Error (invalid_argument) for a layer without a kernel, or epsilon <= 0.
  explicit WeightStandardization(Layer layer, WeightStandardizationOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
