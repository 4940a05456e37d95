// bf16 and f16 by way of f32.
#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor {
namespace {

using testing::check_kernel;
using testing::node_of;

TEST(CpuByF32, MatmulsOfSixteenBits) {
  for (const auto& [dtype, tolerance] : {std::pair{DType::bf16, 1e-2}, std::pair{DType::f16, 2e-3}}) {
    check_kernel(node_of("matmul", {{"transpose_a", false}, {"transpose_b", false}}, {{{33, 70}, dtype}, {{70, 65}, dtype}}), {"cpu.matmul", tolerance});
    check_kernel(node_of("matmul", {{"transpose_a", true}, {"transpose_b", false}}, {{{256, 300}, dtype}, {{256, 17}, dtype}}), {"cpu.matmul", tolerance});
    check_kernel(node_of("matmul", {{"transpose_a", false}, {"transpose_b", true}}, {{{1, 5}, dtype}, {{3, 5}, dtype}}), {"cpu.matmul", tolerance});
  }
}

TEST(CpuByF32, PoolingTakesTheSameWinners) {
  const Attrs window{{"size", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}, {"padding_low", std::vector<std::int64_t>{0, 0}}, {"padding_high", std::vector<std::int64_t>{0, 0}}};
  check_kernel(node_of("max_pool", window, {{{3, 8, 8, 5}, DType::f16}}), {"cpu.max_pool in f32", 0});
}

TEST(CpuByF32, NotANumberAndInfinityStay) {
  const NodeInfo node = node_of("matmul", {{"transpose_a", false}, {"transpose_b", false}}, {{{1, 2}, DType::bf16}, {{2, 3}, DType::bf16}});
  testing::Buffers in;
  for (const TensorType& type : node.in) in.add(type);
  const float a[] = {1, 1}, b[] = {3e38f, std::numeric_limits<float>::quiet_NaN(), 2, 3e38f, 1, -5};
  for (int i = 0; i < 2; ++i) static_cast<bf16_t*>(in.at[0])[i] = bf16_t(a[i]);
  for (int i = 0; i < 6; ++i) static_cast<bf16_t*>(in.at[1])[i] = bf16_t(b[i]);
  const testing::Buffers out = testing::run_kernel(node, backend("cpu").choose(node, nullptr), in);
  const auto* y = static_cast<const bf16_t*>(out.at[0]);
  EXPECT_TRUE(std::isinf(static_cast<float>(y[0])));
  EXPECT_TRUE(std::isnan(static_cast<float>(y[1])));
  EXPECT_EQ(static_cast<float>(y[2]), -3);
}

}  // namespace
}  // namespace candor
