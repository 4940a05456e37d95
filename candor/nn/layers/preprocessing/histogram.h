// Images whose values are spread over their range.
#pragma once

#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct HistogramOptions {
  ValueRange value_range{};  ///< of the pixels
  std::string data_format = "channels_last";
  std::string name{};
};
/// Each channel of each image stretched to the whole range; a channel of one value stays. In training and outside.
class AutoContrast : public ImageLayer {
 public:
  explicit AutoContrast(HistogramOptions options = {});
  static Layer from_config(const Config& options);
};

struct EqualizationOptions {
  ValueRange value_range{};
  std::int64_t bins = 256;
  std::string data_format = "channels_last";
  std::string name{};
};
/// Values replaced by their rank among the values of their channel, over the whole batch as in Keras; in training only.
class Equalization : public ImageLayer {
 public:
  explicit Equalization(EqualizationOptions options = {});
  static Layer from_config(const Config& options);
};

struct ClaheOptions {
  ValueRange value_range{};
  double clip_limit = 4;                            ///< no value counts more than this times the mean; 0 or less: no limit
  std::vector<std::int64_t> tile_grid_size = {8, 8};  ///< tiles along height and width
  std::string data_format = "channels_last";
  std::string name{};
};
/// Equalisation within tiles, blended between them (Zuiderveld, "Contrast limited adaptive histogram equalization", 1994). In training and outside.
class ContrastLimitedAdaptiveHistogramEqualization : public ImageLayer {
 public:
  explicit ContrastLimitedAdaptiveHistogramEqualization(ClaheOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
