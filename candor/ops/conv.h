// Convolution and pooling over one to three spatial axes, channels last: [N, spatial..., C]. Kernels as in Keras:
// [*k, in / groups, out]. All gradients are again convolutions, so they can be differentiated further.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "candor/tensor/tensor.h"

namespace candor {

using Ints = std::vector<std::int64_t>;
using Padding = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// Explicit padding for "valid", "same" (TensorFlow's: the smaller half before) or "causal" (1-D).
Padding resolve_padding(const std::string& mode, const Ints& spatial, const Ints& kernel, const Ints& strides, const Ints& dilation);

struct ConvOptions {
  Ints strides{};     ///< empty: 1
  Padding padding{};  ///< empty: none
  Ints dilation{};    ///< empty: 1
  std::int64_t groups = 1;
};
/// Correlation, as every framework calls convolution. Throws Error (shape) naming the axis, e.g. a kernel larger than a valid input.
Tensor conv(const Tensor& x, const Tensor& kernel, const ConvOptions& options = {});
/// The gradient of conv to its input: with `input_shape`, also the transposed convolution. kernel [*k, in / groups, out].
Tensor conv_input_gradient(const Tensor& cotangent, const Tensor& kernel, const Shape& input_shape, const ConvOptions& options = {});
Tensor conv_kernel_gradient(const Tensor& x, const Tensor& cotangent, const Shape& kernel_shape, const ConvOptions& options = {});
/// Keras's transposed convolution, kernel [*k, out, in]; `output_shape` is the full shape of the result.
Tensor conv_transpose(const Tensor& x, const Tensor& kernel, const Shape& output_shape, const ConvOptions& options = {});

struct PoolOptions {
  Ints size{};
  Ints strides{};     ///< empty: size
  Padding padding{};  ///< empty: none
};
/// First maximum wins. NaN wins over numbers.
Tensor max_pool(const Tensor& x, const PoolOptions& options);
/// Mean of the cells inside the image; with count_padding, of all cells of the window.
Tensor average_pool(const Tensor& x, const PoolOptions& options, bool count_padding = false);

}  // namespace candor
