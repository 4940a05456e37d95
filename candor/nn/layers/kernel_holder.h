// What wrappers such as SpectralNormalization find in a layer: its kernel, and a rule through which it is read.
#pragma once

#include "candor/graph/trace.h"

namespace candor::detail {

class KernelHolder {
 public:
  virtual ~KernelHolder() = default;
  Variable kernel;  ///< undefined until built
  /// What the layer multiplies by: the kernel, seen through `kernel_rule` when one is set.
  Tensor kernel_value() const { return kernel_rule ? kernel_rule(kernel.value()) : kernel.value(); }
  Function<Tensor(const Tensor&)> kernel_rule;
};

}  // namespace candor::detail
