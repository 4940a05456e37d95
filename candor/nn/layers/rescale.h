// Pixel values to the range a network likes.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct RescaleOptions {
  DType dtype = DType::f32;  ///< of the result, when the input is whole numbers; a floating input keeps its dtype
  std::string name{};
};
/// x * scale + offset; whole numbers become f32. Keras calls it Rescaling.
class Rescale : public Layer {
 public:
  explicit Rescale(double scale, double offset = 0, RescaleOptions options = {});
  /// One number, or one for each entry of the last axis (for both: equally many, or one).
  Rescale(std::vector<double> scale, std::vector<double> offset, RescaleOptions options = {});
  static Layer from_config(const Config& options);
};
using Rescaling = Rescale;

}  // namespace candor
