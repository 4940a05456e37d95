// Chains of random changes, chosen at random.
#pragma once

#include "candor/nn/layers/preprocessing/image_layer.h"

namespace candor {

struct RandAugmentOptions {
  ValueRange value_range{};
  std::int64_t num_ops = 2;  ///< changes one after the other, the same ones for the batch
  Factor factor = 0.5;       ///< their strength, [0, 1]
  std::string interpolation = "bilinear";
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// num_ops of eleven layers (shear, translation, rotation, brightness, degeneration, contrast, sharpness, posterization, solarization, auto contrast,
/// equalization); Cubuk et al., "RandAugment", 2020. Only those chosen are computed.
class RandAugment : public ImageLayer {
 public:
  explicit RandAugment(RandAugmentOptions options = {});
  static Layer from_config(const Config& options);
};

struct AugMixOptions {
  ValueRange value_range{};
  std::int64_t num_chains = 3;
  std::int64_t chain_depth = 3;
  Factor factor = 0.3;
  double alpha = 1;      ///< of the Dirichlet and Beta distributions of the weights
  bool all_ops = true;   ///< false: without brightness, degeneration, contrast and sharpness
  std::string interpolation = "bilinear";
  std::optional<std::uint64_t> seed{};
  std::string data_format = "channels_last";
  std::string name{};
};
/// The image mixed with a mixture of num_chains chains of changes (Hendrycks et al., "AugMix", 2020).
class AugMix : public ImageLayer {
 public:
  explicit AugMix(AugMixOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
