// The backward pass of layer_norm and rms_norm as one op. Internal to the ops' .cpp files.
#pragma once

#include <vector>

#include "candor/ops/op.h"

namespace candor::norm_gradient {

inline constexpr const char* name = "norm_gradient";

/// Which inputs and outputs a node has: x, [gamma], [mean], rstd, cotangent in; those of x, [gamma], [beta] out.
struct Form {
  std::vector<std::int64_t> axes;
  bool scale, center, with_mean;
  std::size_t mean, rstd, cotangent;  ///< input indices

  explicit Form(const Attrs& attrs)
      : axes(attrs.integers("axes")), scale(attrs.flag("scale")), center(attrs.flag("center")), with_mean(attrs.flag("with_mean")), mean(1 + std::size_t{scale}),
        rstd(mean + std::size_t{with_mean}), cotangent(rstd + 1) {}
};

}  // namespace candor::norm_gradient
