// Tensors at their limits: sizes that overflow, memory that is not there.
#include "candor/tensor/tensor.h"

#include <gtest/gtest.h>

#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

constexpr std::int64_t huge = std::int64_t{1} << 40;

TEST(Shape, AProductThatOverflowsIsAnError) {
  EXPECT_ERROR(shape, Shape({huge, huge}), "more than 2^59 elements", "[1099511627776, 1099511627776]");
  EXPECT_ERROR(shape, Shape({huge, huge, huge, huge}), "more than 2^59 elements");
  EXPECT_ERROR(shape, Shape({huge, huge, 0}), "more than 2^59 elements");
  EXPECT_ERROR(shape, Shape({3, -1}), "extent of axis 1 is negative: -1");
  EXPECT_ERROR(shape, (Shape{huge, 2}).with(1, huge), "more than 2^59 elements");
  EXPECT_ERROR(shape, (Shape{huge, 2}).with(1, -2), "negative");
  EXPECT_ERROR(shape, (Shape{huge}).inserted(0, huge), "more than 2^59 elements");
  EXPECT_ERROR(shape, broadcast({huge, 1}, {1, huge}, "add"), "more than 2^59 elements");
  EXPECT_EQ((TensorType{{std::int64_t{1} << 59}, DType::f64}).bytes(), std::size_t{1} << 62);
}

TEST(Tensor, MemoryThatIsNotThereIsAnError) {
  EXPECT_ERROR(memory, Tensor::empty({huge}), "not enough memory for 4,398,046,511,104 bytes", "f32[1099511627776]");
  EXPECT_ERROR(memory, Tensor::zeros({huge, 8}, DType::f64), "70,368,744,177,664 bytes", "f64[1099511627776, 8]");
  EXPECT_ERROR(memory, Tensor::full({huge}, 1), "4,398,046,511,104 bytes");
  EXPECT_ERROR(memory, Tensor::arange(huge), "8,796,093,022,208 bytes");
  EXPECT_ERROR(memory, Tensor::zeros({std::int64_t{1} << 59}, DType::f64), "4,611,686,018,427,387,904 bytes");
}

// The same through ops: small inputs whose result would be too large.
TEST(Tensor, ResultsTooLargeAreErrors) {
  const Tensor column = Tensor::zeros({1 << 22, 1}), row = Tensor::zeros({1, 1 << 22});
  EXPECT_ERROR(memory, column + row, "not enough memory", "70,368,744,177,664 bytes");
  EXPECT_ERROR(memory, matmul(column, row), "not enough memory");
  EXPECT_ERROR(memory, tile(row, {1 << 22, 1}), "not enough memory");
  EXPECT_ERROR(shape, tile(row, {huge, huge}), "more than 2^59 elements");
  EXPECT_ERROR(memory, broadcast_to(row, {1 << 22, 1 << 22}).contiguous(), "not enough memory");
}

TEST(Tensor, ErrorsLeaveEverythingUsable) {
  const Tensor small = Tensor::full({2}, 1);
  EXPECT_ERROR(memory, Tensor::empty({huge}), "bytes");
  EXPECT_EQ((small + small).to_vector(), (std::vector<float>{2, 2}));
}

}  // namespace
}  // namespace candor
