#include "candor/ops/space.h"

#include "candor/base/error.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {
void expect_image(const Tensor& x, std::int64_t block, const char* op, bool fits) {
  if (block < 1) fail(ErrorKind::invalid_argument, std::string(op) + ": block must be at least 1, got " + std::to_string(block));
  if (x.rank() != 4) fail(ErrorKind::shape, std::string(op) + ": x must be [N, H, W, C], got " + to_string(x.shape()));
  if (!fits) fail(ErrorKind::shape, std::string(op) + ": " + to_string(x.shape()) + " cannot be divided into blocks of " + std::to_string(block) + " x " + std::to_string(block));
}
}  // namespace

Tensor depth_to_space(const Tensor& x, std::int64_t block) {
  expect_image(x, block, "depth_to_space", block >= 1 && x.rank() == 4 && x.shape(3) % (block * block) == 0);
  const std::int64_t n = x.shape(0), h = x.shape(1), w = x.shape(2), c = x.shape(3) / (block * block);
  return reshape(transpose(reshape(x, Shape{n, h, w, block, block, c}), {0, 1, 3, 2, 4, 5}), Shape{n, h * block, w * block, c});
}

Tensor space_to_depth(const Tensor& x, std::int64_t block) {
  expect_image(x, block, "space_to_depth", block >= 1 && x.rank() == 4 && x.shape(1) % block == 0 && x.shape(2) % block == 0);
  const std::int64_t n = x.shape(0), h = x.shape(1) / block, w = x.shape(2) / block, c = x.shape(3);
  return reshape(transpose(reshape(x, Shape{n, h, block, w, block, c}), {0, 1, 3, 2, 4, 5}), Shape{n, h, w, block * block * c});
}

}  // namespace candor
