// What the machine can do, as measured.
#include <gtest/gtest.h>

#include "candor/backends/cpu/machine.h"
#include "candor/graph/backend.h"

namespace candor {
namespace {

TEST(Roofline, IsMeasuredWhereThereAreKernels) {
  const Roofline roofline = backend("cpu").measure_roofline();
  if (cpu::machine().isa == cpu::Isa::none) {
    EXPECT_EQ(roofline.flops_per_second, 0);
    return;
  }
  EXPECT_GT(roofline.flops_per_second, 1e8);  // slower than any processor with vectors, even under a sanitizer
  EXPECT_LT(roofline.flops_per_second, 1e15);
  EXPECT_EQ(roofline.bf16_flops_per_second > 0, cpu::machine().bf16 != cpu::Bf16::none);
  EXPECT_LT(roofline.bf16_flops_per_second, 1e16);
  ASSERT_EQ(roofline.levels.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_GT(roofline.levels[i].bytes_per_second, 1e7);
    if (i > 0) {
      EXPECT_GT(roofline.levels[i].bytes, roofline.levels[i - 1].bytes);
    }
  }
}

TEST(Roofline, GivesTheRateOfTheLevelThatHoldsTheWork) {
  Roofline roofline;
  EXPECT_EQ(roofline.bandwidth(10), 0);
  roofline.levels = {{100, 3}, {1000, 2}, {10000, 1}};
  EXPECT_EQ(roofline.bandwidth(100), 3);
  EXPECT_EQ(roofline.bandwidth(101), 2);
  EXPECT_EQ(roofline.bandwidth(1'000'000), 1);
  EXPECT_EQ(backend("null").measure_roofline().levels.size(), 0u);
}

}  // namespace
}  // namespace candor
