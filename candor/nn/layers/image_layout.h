// Where the channels of images, sequences and volumes lie: the option data_format.
#pragma once

#include "candor/nn/layers/from_config.h"

namespace candor::detail {

/// Throws Error (invalid_argument) unless it is "channels_last" or "channels_first".
void require_data_format(const char* layer, const std::string& value);
inline bool channels_first(const std::string& data_format) { return data_format == "channels_first"; }
/// [N, C, spatial...] -> [N, spatial..., C], and back.
Tensor channels_to_last(const Tensor& x);
Tensor channels_to_first(const Tensor& x);
/// The same of shapes.
Shape channels_to_last(const Shape& x);
/// "[batch, height, width, channels]"
std::string layout_text(int axes, const std::string& data_format);
/// The spatial extents of [N, spatial..., C].
Ints spatial_extents(const Shape& channels_last);

/// A layer over `axes` spatial axes: checks the rank and computes channels last.
class SpatialBody : public SimpleLayerBody {
 public:
  SpatialBody(std::string name, int axes, std::string data_format, const std::string& layer);
  /// Layers that move places do not pass masks of time steps on, as in Keras.
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

 protected:
  /// x and the result are [N, spatial..., C].
  virtual Tensor apply_last(const Tensor& x, Mode mode) = 0;
  /// False where the result is [N, C].
  virtual bool keeps_places() const { return true; }
  Tensor apply_one(const Tensor& x, Mode mode) final;
  /// The shape channels last. Throws Error (shape) for another rank.
  Shape checked(const Shape& x) const;

  int axes_;
  std::string data_format_;
};

}  // namespace candor::detail
