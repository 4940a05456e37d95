// What custom_gradient (graph/autodiff.h) is made of: a node that passes results on and knows the function that pulls cotangents
// back. Internal to graph/.
#pragma once

#include <vector>

#include "candor/base/function.h"
#include "candor/ops/attrs.h"
#include "candor/tensor/tensor.h"

namespace candor::detail {

/// Inputs of the op custom_gradient: the results, the function's arguments, and what the pull-back reads besides.
struct CustomGradientParts {
  explicit CustomGradientParts(const Attrs& attrs);
  std::size_t results, arguments;
};

/// `ys`, whose gradients to `xs` are what `pullback` makes of the cotangents of ys; nothing else gets any. Within a trace.
std::vector<Tensor> with_gradient(const std::vector<Tensor>& ys, const std::vector<Tensor>& xs, const Function<std::vector<Tensor>(std::span<const Tensor>)>& pullback);

}  // namespace candor::detail
