// Images mixed with each other, parts erased; boxes padded to a number.
#pragma once

#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct MixUpOptions {
  std::string data_format = "channels_last";
  std::optional<std::uint64_t> seed{};
  std::string name{};
};
/// w image + (1 - w) another image of the batch, w from Beta(alpha, alpha) (Zhang et al., "mixup", 2018). Called with {images, labels} (labels [N,
/// classes]) it mixes labels alike.
class MixUp : public ImageLayer {
 public:
  explicit MixUp(double alpha = 0.2, MixUpOptions options = {});
  static Layer from_config(const Config& options);
};

struct CutMixOptions {
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// A box of another image put into each, its area from Beta(a, a), a drawn from `factor` in [0, 1] (Yun et al., "CutMix", 2019). Labels as MixUp, by area.
class CutMix : public ImageLayer {
 public:
  explicit CutMix(Factor factor = 1.0, CutMixOptions options = {});
  static Layer from_config(const Config& options);
};

struct RandomErasingOptions {
  Factor factor = 1.0;                   ///< share of images that change, [0, 1]
  Factor scale = {0.02, 0.33};           ///< area of the box as a share of the image, [0, 1]
  std::vector<double> fill_value{};   ///< one number or one a channel; empty: noise
  ValueRange value_range{};
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// A box of the image replaced (Zhong et al., "Random erasing data augmentation", 2020).
class RandomErasing : public ImageLayer {
 public:
  explicit RandomErasing(RandomErasingOptions options = {});
  static Layer from_config(const Config& options);
};

struct MaxNumBoundingBoxesOptions {
  double fill_value = -1;
  std::string name{};
};
/// Called with {boxes, labels} or {images, boxes, labels}: boxes [N, B, 4] and labels [N, B] cut or padded with fill_value to max_number. Images alone
/// stay as they are.
class MaxNumBoundingBoxes : public Layer {
 public:
  explicit MaxNumBoundingBoxes(std::int64_t max_number, MaxNumBoundingBoxesOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
