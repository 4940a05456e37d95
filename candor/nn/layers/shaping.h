// Layers that only change the shape.
#pragma once

#include "candor/nn/layer.h"

namespace candor {

struct FlattenOptions { std::string name = {}; };
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

}  // namespace candor
