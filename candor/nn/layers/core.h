// Layers that hardly compute: the identity, masks by value, the declaration of an input.
#pragma once

#include <optional>

#include "candor/nn/layer.h"

namespace candor {

struct IdentityOptions { std::string name = {}; };
/// Gives its inputs. Keras calls it Identity; that name is the initializer's here.
class IdentityLayer : public Layer {
 public:
  explicit IdentityLayer(IdentityOptions options = {});
  static Layer from_config(const Config& options);
};

struct MaskingOptions { std::string name = {}; };
/// [batch, steps, ..., features]: a step of which every feature equals mask_value does not count. Its features become 0 and the output's mask,
/// without the last axis, is false there.
class Masking : public Layer {
 public:
  explicit Masking(double mask_value = 0, MaskingOptions options = {});
  static Layer from_config(const Config& options);
};

struct InputLayerOptions {
  std::optional<std::int64_t> batch_size{};
  DType dtype = DType::f32;
  bool optional = false;
  std::string name{};
};
/// Declares what comes in: samples of `shape`, -1 where an extent is free. Gives its input, or throws Error (shape, dtype) when it is another.
class InputLayer : public Layer {
 public:
  explicit InputLayer(std::vector<std::int64_t> shape, InputLayerOptions options = {});
  /// Throws Error (unsupported) for sparse and ragged inputs.
  static Layer from_config(const Config& options);
};

}  // namespace candor
