// Layers that only change the shape.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct FlattenOptions {
  std::string data_format = "channels_last";  ///< "channels_first": the channels of [batch, channels, ...] go last before
  std::string name{};
};
/// [batch, ...] -> [batch, product]; [batch] -> [batch, 1].
class Flatten : public Layer {
 public:
  explicit Flatten(FlattenOptions options = {});
  static Layer from_config(const Config& options);
};

struct ReshapeOptions { std::string name = {}; };
/// [batch, ...] -> [batch, target_shape...]; one extent may be -1 and is inferred.
class Reshape : public Layer {
 public:
  explicit Reshape(std::vector<std::int64_t> target_shape, ReshapeOptions options = {});
  static Layer from_config(const Config& options);
};

struct PermuteOptions { std::string name = {}; };
/// Axis i of a sample becomes what was axis dims[i], counted from 1: Permute{{2, 1}} swaps the two axes behind the batch.
class Permute : public Layer {
 public:
  /// Throws Error (invalid_argument) unless dims holds each of 1 ... n once.
  explicit Permute(std::vector<int> dims, PermuteOptions options = {});
  static Layer from_config(const Config& options);
};

struct RepeatVectorOptions { std::string name = {}; };
/// [batch, features] -> [batch, n, features].
class RepeatVector : public Layer {
 public:
  explicit RepeatVector(std::int64_t n, RepeatVectorOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
