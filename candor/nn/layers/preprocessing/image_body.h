// The base class of image layers.
#pragma once

#include "candor/nn/layer_body.h"
#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor::detail {

class ImageBody : public LayerBody {
 public:
  ImageBody(std::string name, std::string data_format, std::optional<std::uint64_t> seed = {});
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override;

  Transformation draw_for(const TensorType& images) const;
  Tensor transformed(const Tensor& images, const Transformation& t) const;
  virtual Tensor transform_labels(const Tensor& labels, const Transformation&) const { return labels; }

  /// What changes images of this shape [N, H, W, C]; drawn in training.
  virtual Transformation draw(const Shape& images) const { (void)images; return {}; }
  /// `x` is floating, [N, H, W, C].
  virtual Tensor transform(const Tensor& x, const Transformation& t) const = 0;

 protected:
  /// True when it acts outside training as well.
  virtual bool always() const { return false; }
  /// True for layers that also take labels and mix them.
  virtual bool mixes_labels() const { return false; }
  /// True when whole numbers stay whole (Resizing).
  virtual bool keeps_dtype() const { return false; }

  bool channels_first() const { return channels_first_; }
  std::optional<std::uint64_t> seed() const { return seed_; }
  Config& describe(Config& c) const;
  /// Uniform numbers of the layer's own stream.
  Tensor uniform(const Shape& shape, double low, double high) const;
  Tensor normal(const Shape& shape) const;
  Tensor permutation(std::int64_t n) const;
  Tensor beta(const Tensor& alpha, const Tensor& other) const;
  Tensor gamma(const Tensor& alpha) const;
  /// True with probability drawn uniformly in the range, one an image.
  Tensor chance(std::int64_t images, const Factor& range) const;
  /// A value in [N, H, W, C] that was recorded in the layer's data format.
  Tensor as_images(const Tensor& value) const;

 private:
  template <class Draw>
  Tensor seeded(Draw draw) const;
  bool channels_first_;
  std::optional<std::uint64_t> seed_;
};

/// [N] (in any shape) as [N, 1, 1, 1] of this dtype.
Tensor per_image(const Tensor& value, DType dtype);
/// Throws Error (invalid_argument): "RandomHue: factor must lie in [0, 1] ...". A single number becomes [max(-value, least), value].
Factor symmetric_range(const char* layer, const char* option, const Factor& factor, double least, double most);
/// A single number becomes [0, value].
Factor range_from_zero(const char* layer, const char* option, const Factor& factor, double least, double most);
ValueRange check_range(const char* layer, const ValueRange& range);
/// Options of Keras's configuration.
Factor factor_from(const Config& config, const char* key, const Factor& fallback);
ValueRange value_range_from(const Config& config);
Config factor_config(const Factor& factor);
Config range_config(const ValueRange& range);

/// `x` from one range of values to another.
Tensor change_range(const Tensor& x, const ValueRange& from, const ValueRange& to);
/// Luma of red, green and blue, one channel; one channel stays. Throws Error (shape) for other numbers of channels.
Tensor grayscale(const Tensor& x, const char* layer);
/// Hue and saturation in [0, 1], value as it is, and back (Smith, "Color gamut transform pairs", 1978; TensorFlow's rgb_to_hsv).
Tensor rgb_to_hsv(const Tensor& x, const char* layer);
Tensor hsv_to_rgb(const Tensor& x);

}  // namespace candor::detail
