// Columns of a table to mean 0 and deviation 1, by statistics of the training rows that travel with the model.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct StandardizeOptions {
  Tensor mean{};      ///< [features]; undefined: zeros, to be set by loading weights
  Tensor variance{};  ///< [features]; undefined: ones
  std::string name{};
};
/// (x - mean) / sqrt(variance) for each feature of the last axis. A column of variance 0 is only centred. For Keras's layer
/// of any axis see Normalization.
/// Weights (not trained): mean, variance, each [features].
class Standardize : public Layer {
 public:
  explicit Standardize(StandardizeOptions options = {});
  /// The layer with the mean and (biased) variance of these rows, f32 or any number type, [rows, ..., features]. Throws Error
  /// (invalid_argument) when there are no rows.
  static Standardize fitted(const Tensor& rows, std::string name = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
