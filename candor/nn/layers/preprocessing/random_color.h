// Images with other colours at random. `factor`: see each layer; one number or a range.
#pragma once

#include "candor/base/maybe.h"
#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct ColorOptions {
  ValueRange value_range{};  ///< of the pixels; results are cut to it
  std::string data_format = "channels_last";
  std::optional<std::uint64_t> seed{};
  std::string name{};
};

/// Brighter or darker by `factor` (one number: either way) times the width of the range, in [-1, 1].
class RandomBrightness : public ImageLayer {
 public:
  explicit RandomBrightness(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Distances from the channel's mean times 1 - factor to 1 + factor, [0, 1].
class RandomContrast : public ImageLayer {
 public:
  explicit RandomContrast(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Saturation times f / (1 - f), f drawn in [-1, 1]; below 0 it is none. Red, green and blue.
class RandomSaturation : public ImageLayer {
 public:
  explicit RandomSaturation(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Hue turned by up to half of factor of the circle, either way, [0, 1].
class RandomHue : public ImageLayer {
 public:
  explicit RandomHue(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Sharper (factor above 0.5) or smoother than the image, [0, 1].
class RandomSharpness : public ImageLayer {
 public:
  explicit RandomSharpness(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// The uppermost bits of each value (of 8), between the two numbers of factor, [1, 8].
class RandomPosterization : public ImageLayer {
 public:
  explicit RandomPosterization(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Towards grey by the share `factor`, [-1, 1].
class RandomColorDegeneration : public ImageLayer {
 public:
  explicit RandomColorDegeneration(Factor factor, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
/// Grey with probability `factor` in [0, 1].
class RandomGrayscale : public ImageLayer {
 public:
  explicit RandomGrayscale(double factor = 0.5, ColorOptions options = {});
  static Layer from_config(const Config& options);
};
struct RandomInvertOptions {
  ValueRange value_range{};
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// Upper end of the range minus the value, with a probability drawn from `factor`, [0, 1].
class RandomInvert : public ImageLayer {
 public:
  explicit RandomInvert(Factor factor = 1.0, RandomInvertOptions options = {});
  static Layer from_config(const Config& options);
};
/// Values above a threshold are inverted after something is added; factors in [0, 1] of 255, one number from 0. As in Keras the lower end of a range is
/// not scaled by 255.
class Solarization : public ImageLayer {
 public:
  explicit Solarization(Factor addition_factor = 0.0, Factor threshold_factor = 0.0, ColorOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomColorJitterOptions {
  ValueRange value_range{};
  Maybe<Factor> brightness_factor{}, contrast_factor{}, saturation_factor{}, hue_factor{};  ///< of those layers; none: left out
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// Brightness, contrast, saturation and hue one after the other.
class RandomColorJitter : public ImageLayer {
 public:
  explicit RandomColorJitter(RandomColorJitterOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomGaussianBlurOptions {
  Factor factor = 1.0;                              ///< share of images that change, [0, 1]
  std::vector<std::int64_t> kernel_size = {3, 3};   ///< odd
  Factor sigma = 1.0;                               ///< deviation of the bell in pixels, [0, 1]
  ValueRange value_range{};
  std::string data_format = "channels_last";
  std::optional<std::uint64_t> seed{};
  std::string name{};
};
/// Smoothed by a bell; one width for the batch.
class RandomGaussianBlur : public ImageLayer {
 public:
  explicit RandomGaussianBlur(RandomGaussianBlurOptions options = {});
  static Layer from_config(const Config& options);
};

namespace detail {
/// x [N, H, W, C] smoothed by bells of `rows` and `columns` entries with these deviations (scalars), zeros beyond the edge.
Tensor gaussian_blur(const Tensor& x, std::int64_t rows, std::int64_t columns, const Tensor& row_sigma, const Tensor& column_sigma);
}  // namespace detail

}  // namespace candor
