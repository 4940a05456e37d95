// Layers that move channels to places and back, and mix groups of channels.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct PixelShuffleOptions {
  /// Which channel goes to place (dy, dx) of a block: "pytorch" c block^2 + dy block + dx, "tensorflow" (dy block + dx) channels + c.
  std::string order = "pytorch";
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name{};
};
/// [batch, height, width, block^2 channels] -> [batch, block height, block width, channels] (Shi et al. 2016). Not in Keras.
class PixelShuffle : public Layer {
 public:
  /// Throws Error (invalid_argument) for a block below 1; the call throws Error (shape) when block^2 does not divide the channels.
  explicit PixelShuffle(std::int64_t block, PixelShuffleOptions options = {});
  static Layer from_config(const Config& options);
};
/// The way back: [batch, block height, block width, channels] -> [batch, height, width, block^2 channels].
class PixelUnshuffle : public Layer {
 public:
  explicit PixelUnshuffle(std::int64_t block, PixelShuffleOptions options = {});
  static Layer from_config(const Config& options);
};

struct ChannelShuffleOptions {
  std::string data_format = "channels_last";  ///< or "channels_first"
  std::string name{};
};
/// Deals the channels of `groups` groups out in turn: channel g n + i becomes i groups + g, with n channels a group (Zhang et al. 2018,
/// ShuffleNet). Any number of spatial axes. Not in Keras.
class ChannelShuffle : public Layer {
 public:
  /// Throws Error (invalid_argument) for groups below 1; the call throws Error (shape) when groups do not divide the channels.
  explicit ChannelShuffle(std::int64_t groups, ChannelShuffleOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
