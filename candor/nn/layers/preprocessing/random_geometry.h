// Images turned, moved, mirrored and bent at random.
#pragma once

#include "candor/base/maybe.h"
#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct RandomFlipOptions {
  std::string mode = "horizontal_and_vertical";  ///< or "horizontal", "vertical"
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// Half of the images mirrored; in mode "horizontal_and_vertical" both ways at once, as Keras does.
class RandomFlip : public ImageLayer {
 public:
  explicit RandomFlip(RandomFlipOptions options = {});
  static Layer from_config(const Config& options);
};

/// How places between and beyond pixels are filled.
struct WarpedOptions {
  std::string fill_mode = "reflect";       ///< "reflect", "constant", "wrap" or "nearest"
  std::string interpolation = "bilinear";  ///< or "nearest"
  std::optional<std::uint64_t> seed{};
  double fill_value = 0;  ///< for "constant"
  std::string data_format = "channels_last";
  std::string name{};
};

/// Turned about the middle by an angle in `factor` turns (0.1: up to 36 degrees either way), in [-1, 1].
class RandomRotation : public ImageLayer {
 public:
  explicit RandomRotation(Factor factor, WarpedOptions options = {});
  static Layer from_config(const Config& options);
};
/// Moved by a share of height and width, in [-1, 1].
class RandomTranslation : public ImageLayer {
 public:
  RandomTranslation(Factor height_factor, Factor width_factor, WarpedOptions options = {});
  static Layer from_config(const Config& options);
};
/// Zoomed: 0.2 shows 20 % more of each side (smaller), -0.2 less; in (-1, 1]. Without width_factor both sides zoom alike.
class RandomZoom : public ImageLayer {
 public:
  explicit RandomZoom(Factor height_factor, Maybe<Factor> width_factor = {}, WarpedOptions options = {});
  static Layer from_config(const Config& options);
};
struct RandomShearOptions {
  std::string interpolation = "bilinear";  ///< or "nearest"
  std::string fill_mode = "reflect";       ///< "reflect", "constant", "wrap" or "nearest"
  double fill_value = 0;                   ///< for "constant"
  std::string data_format = "channels_last";
  std::optional<std::uint64_t> seed{};
  std::string name{};
};
/// Sheared: columns move by x_factor of their row, rows by y_factor of their column; in [0, 1], either way.
class RandomShear : public ImageLayer {
 public:
  explicit RandomShear(Factor x_factor = 0.0, Factor y_factor = 0.0, RandomShearOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomPerspectiveOptions {
  Factor factor = 1.0;  ///< share of images that change, [0, 1]
  double scale = 1;     ///< how far corners move, [0, 1]
  std::string interpolation = "bilinear";
  double fill_value = 0;
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// Corners moved, as if seen from the side. What lies beyond the edge is fill_value.
class RandomPerspective : public ImageLayer {
 public:
  explicit RandomPerspective(RandomPerspectiveOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomElasticTransformOptions {
  Factor factor = 1.0;  ///< share of images that change, [0, 1]
  Factor scale = 1.0;   ///< strength, [0, 1]
  std::string interpolation = "bilinear";
  std::string fill_mode = "reflect";
  double fill_value = 0;
  ValueRange value_range{};
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// Each pixel moved by smoothed noise (Simard, Steinkraus, Platt, 2003). The smoothing window has the size of the largest scale.
class RandomElasticTransform : public ImageLayer {
 public:
  explicit RandomElasticTransform(RandomElasticTransformOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomCropOptions {
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// One window of height x width for the whole batch in training; images smaller than it are cut to its shape and resized. Outside training images stay
/// as they are, as in Keras.
class RandomCrop : public ImageLayer {
 public:
  RandomCrop(std::int64_t height, std::int64_t width, RandomCropOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
