// A by_images node around a body, for the kernels that take such a body as one.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "candor/graph/graph.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {

using I = std::int64_t;
using Ints = std::vector<I>;

inline TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

/// `body` over `images` pictures: the first of `types` is cut into rounds, the others are the same in each.
inline NodeInfo by_images_of(std::shared_ptr<const Graph> body, std::vector<TensorType> types, I images) {
  Ints shared(types.size(), 1);
  shared[0] = 0;
  return node_of("by_images", {{"body", std::move(body)}, {"shared", std::move(shared)}, {"images", images}}, std::move(types));
}

}  // namespace candor::testing
