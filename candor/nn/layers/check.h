// Checks and conversions that the layers share.
#pragma once

#include "candor/nn/activation.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers/extents.h"

namespace candor::detail {

/// The largest size a layer takes (units, kernels, strides, margins, ...): products and sums of two sizes stay within 64 bits.
inline constexpr std::int64_t largest_size = (std::int64_t{1} << 31) - 1;
/// Throw Error (invalid_argument): "Dense: units must be at least 1, not 0"; or at most `largest`.
void require_positive(const char* layer, const char* option, std::int64_t value, std::int64_t largest = largest_size);
void require_positive(const char* layer, const char* option, const Ints& values);
/// In [0, 1).
void require_rate(const char* layer, const char* option, double value);
/// One of `allowed`, e.g. {"valid", "same"}.
void require_one_of(const char* layer, const char* option, const std::string& value, const std::vector<std::string>& allowed);

/// "dense_1 was built for 512 inputs; the layer before it, flatten, gives 784."
std::string built_for(const LayerBody& layer, const std::string& what, const Tensor& x);

/// The name of an activation for a configuration. Throws Error (unsupported) for a function of one's own.
Config activation_config(const ActivationFunction& activation);
Initializer initializer_from(const Config& options, const char* key, const char* fallback);

}  // namespace candor::detail
