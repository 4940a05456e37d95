#include <gtest/gtest.h>

#include <limits>

#include "tests/backends/kernel_check.h"

namespace candor {
namespace {

using testing::check_kernel;
using testing::node_of;
using I = std::int64_t;
using Ints = std::vector<I>;

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

Attrs window(const Ints& size, const Ints& strides, const Ints& low, const Ints& high) {
  return {{"size", size}, {"strides", strides}, {"padding_low", low}, {"padding_high", high}};
}

void check(const Shape& x, const Ints& size, const Ints& strides, const Ints& low, const Ints& high) {
  const Attrs attrs = window(size, strides, low, high);
  check_kernel(node_of("max_pool", attrs, {f32(x)}), {"cpu.max_pool", 0});
  check_kernel(node_of("max_pool", attrs, {{x, DType::bf16}}), {"cpu.max_pool", 0});
  for (bool count_padding : {false, true}) {
    Attrs average = attrs;
    average.set("count_padding", AttrValue(count_padding));
    const NodeInfo forward = node_of("average_pool", average, {f32(x)});
    check_kernel(forward, {"cpu.average_pool", 2e-6});
    check_kernel(node_of("average_pool_gradient", average.set("shape", x), forward.out), {"cpu.average_pool", 2e-6});
  }
}

}  // namespace

TEST(CpuPool, TwoByTwo) {
  for (I channels : {1, 3, 6, 15, 16, 17, 33})
    for (I extent : {2, 7, 28}) check({2, extent, extent, channels}, {2, 2}, {2, 2}, {0, 0}, {0, 0});
  check({128, 28, 28, 6}, {2, 2}, {2, 2}, {0, 0}, {0, 0});
}

TEST(CpuPool, OverlappingAndPaddedWindows) {
  for (I channels : {1, 5, 20}) {
    check({2, 9, 11, channels}, {3, 3}, {2, 2}, {1, 1}, {1, 1});
    check({2, 9, 11, channels}, {3, 2}, {1, 3}, {2, 0}, {0, 1});
    check({2, 8, 8, channels}, {2, 2}, {1, 1}, {0, 0}, {1, 1});
    check({2, 7, 7, channels}, {7, 7}, {7, 7}, {0, 0}, {0, 0});
    check({2, 6, 7, channels}, {1, 2}, {3, 3}, {0, 1}, {0, 0});
  }
}

TEST(CpuPool, OneAndThreeAxes) {
  check({3, 20, 5}, {3}, {2}, {1}, {1});
  check({2, 5, 6, 7, 18}, {2, 3, 2}, {2, 1, 2}, {1, 1, 0}, {0, 1, 1});
}

TEST(CpuPool, FirstMaximumWinsAndNanWins) {
  const float nan = std::numeric_limits<float>::quiet_NaN(), low = -std::numeric_limits<float>::infinity();
  std::vector<float> x = {1, 2, 2, 1, /**/ nan, 3, 4, nan, /**/ 3, nan, 4, nan, /**/ low, low, low, low};
  const NodeInfo node = node_of("max_pool", window({2, 2}, {2, 2}, {0, 0}, {0, 0}), {f32({4, 2, 2, 1})});
  const std::vector<std::int32_t> expected = {1, 0, 1, 0};
  for (const char* name : {"cpu", "reference"}) {
    std::vector<float> values(4);
    std::vector<std::int32_t> index(4);
    void *in[] = {x.data()}, *out[] = {values.data(), index.data()};
    const Kernel kernel = backend(name).choose(node, nullptr);
    kernel.run({&node, in, out, nullptr, kernel.block.get(), nullptr});
    EXPECT_EQ(index, expected) << name;
  }
}

TEST(CpuPool, GradientOfTheMaximum) {
  for (I channels : {1, 6, 33}) {
    const Shape x{40, 14, 14, channels};
    const Attrs attrs = window({3, 3}, {2, 2}, {1, 1}, {1, 1});
    const NodeInfo forward = node_of("max_pool", attrs, {f32(x)});
    testing::Buffers in;
    in.add(f32(x));
    testing::fill(static_cast<float*>(in.at[0]), x.size(), 7);
    const testing::Buffers pooled = testing::run_kernel(forward, testing::reference_of(forward), in);
    const NodeInfo node = node_of("max_pool_gradient", Attrs().set("shape", x), forward.out);
    const testing::Buffers expected = testing::run_kernel(node, testing::reference_of(node), pooled);
    const int threads_before = threads();
    for (int count : {1, 2, 7}) {
      set_threads(count);
      const Kernel kernel = backend("cpu").choose(node, nullptr);
      EXPECT_EQ(kernel.name, "cpu.max_pool");
      const testing::Buffers out = testing::run_kernel(node, kernel, pooled);
      EXPECT_EQ(std::memcmp(out.at[0], expected.at[0], out.bytes[0]), 0);
    }
    set_threads(threads_before);
  }
}

}  // namespace candor
