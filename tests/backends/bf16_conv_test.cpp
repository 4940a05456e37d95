// Convolutions of bf16 pictures and their gradients, against the reference kernel; skipped where the processor multiplies no bf16.
#include <gtest/gtest.h>

#include "tests/backends/bf16_check.h"

namespace candor {
namespace {

using testing::check_bf16;
using testing::filled;
using testing::node_of;
using I = std::int64_t;
using Ints = std::vector<I>;

constexpr const char* kName = "cpu.conv.bf16";

TensorType bf16(Shape shape) { return {std::move(shape), DType::bf16}; }

struct Conv {
  Shape x;      // [N, spatial..., C]
  Ints kernel;  // spatial
  I out = 1;
  Ints strides = {}, low = {}, high = {}, dilation = {};  // empty: 1, 0, 0, 1
};

Ints or_all(const Ints& values, std::size_t count, I value) { return values.empty() ? Ints(count, value) : values; }

/// conv, and its gradients where `gradients`. Returns how many ways to multiply in bf16 there are.
int check(const Conv& c, bool gradients = true) {
  const std::size_t axes = c.kernel.size();
  const Attrs attrs{{"strides", or_all(c.strides, axes, 1)}, {"padding_low", or_all(c.low, axes, 0)}, {"padding_high", or_all(c.high, axes, 0)}, {"dilation", or_all(c.dilation, axes, 1)}, {"groups", I{1}}};
  Ints kernel_extents = c.kernel;
  kernel_extents.push_back(c.x[-1]);
  kernel_extents.push_back(c.out);
  const Shape kernel(kernel_extents);
  const NodeInfo forward = node_of("conv", attrs, {bf16(c.x), bf16(kernel)});
  const int ways = check_bf16(forward, filled(forward), 1e-2, kName);
  if (!gradients) return ways;
  Attrs with_shape = attrs;
  with_shape.set("shape", c.x);
  const NodeInfo input = node_of("conv_input_gradient", with_shape, {forward.out[0], bf16(kernel)});
  check_bf16(input, filled(input), 1e-2, kName);
  with_shape.set("shape", kernel);
  const NodeInfo weights = node_of("conv_kernel_gradient", with_shape, {bf16(c.x), forward.out[0]});
  check_bf16(weights, filled(weights), 2e-2, kName);
  return ways;
}

TEST(CpuBf16Conv, StridesPaddingAndDilation) {
  int ways = 0;
  for (const I stride : {1, 2, 3})
    for (const I dilation : {1, 2})
      for (const I low : {0, 1, 3}) ways = check({{2, 9, 11, 32}, {3, 2}, 64, {stride, 2}, {low, 1}, {1, low}, {dilation, 1}});
  check({{1, 8, 8, 32}, {2, 3}, 32, {1, 3}, {0, 2}, {1, 0}, {1, 2}});
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Conv, AnyChannelsForward) {
  int ways = 0;
  for (const I channels : {1, 3, 16, 33})
    for (const I out : {1, 6, 40}) ways = check({{3, 7, 10, channels}, {3, 5}, out, {}, {1, 2}, {1, 2}}, false);
  check({{2, 31, 29, 3}, {7, 7}, 64, {2, 2}, {3, 3}, {3, 3}}, false);
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Conv, ManyTasks) {
  SKIP_WITHOUT_BF16(check({{8, 28, 28, 64}, {3, 3}, 64, {}, {1, 1}, {1, 1}}));
  check({{4, 14, 14, 128}, {3, 3}, 96, {2, 2}, {0, 0}, {1, 1}});
  check({{1, 7, 7, 256}, {3, 3}, 256, {}, {1, 1}, {1, 1}});
  check({{9, 7, 7, 256}, {3, 3}, 288, {}, {1, 1}, {1, 1}});
  check({{9, 7, 7, 256}, {3, 3}, 264, {}, {1, 1}, {1, 1}}, false);
  check({{2, 19, 28, 64}, {3, 5}, 96, {}, {2, 0}, {0, 3}, {2, 1}});
  check({{3, 12, 32, 32}, {2, 1}, 32});
}

TEST(CpuBf16Conv, PointwiseOneAndThreeAxes) {
  SKIP_WITHOUT_BF16(check({{4, 13, 15, 64}, {1, 1}, 96}));
  check({{4, 13, 15, 64}, {1, 1}, 96, {2, 2}});
  check({{3, 50, 32}, {5}, 64, {2}, {4}, {0}});
  check({{2, 6, 7, 8, 32}, {3, 2, 3}, 32, {1, 2, 1}, {1, 0, 1}, {1, 1, 1}});
}

TEST(CpuBf16Conv, BiasResidualActivationAndConstantKernels) {
  int ways = 0;
  for (const char* activation : {"linear", "relu", "relu6", "tanh"})
    for (const bool residual : {false, true})
      for (const bool constant : {false, true}) {
        Attrs attrs{{"strides", Ints{1, 1}}, {"padding_low", Ints{1, 1}}, {"padding_high", Ints{1, 1}}, {"dilation", Ints{1, 1}}, {"groups", I{1}}, {"bias", true}, {"activation", std::string(activation)}};
        std::vector<TensorType> in{bf16({2, 9, 9, 48}), bf16({3, 3, 48, 40}), bf16({40})};
        if (residual) attrs.set("residual", true), in.push_back(bf16({2, 9, 9, 40}));
        if (constant) attrs.set("constant", true);
        const NodeInfo node = node_of("fused_conv", attrs, in);
        ways = check_bf16(node, filled(node), 2e-2, kName);
      }
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Conv, WhatItDoesNotTakeGoesByF32) {
  cpu::limit_isa(cpu::Isa::avx512);
  const bool there = cpu::machine().bf16 != cpu::Bf16::none;
  const Attrs attrs{{"strides", Ints{1, 1}}, {"padding_low", Ints{0, 0}}, {"padding_high", Ints{0, 0}}, {"dilation", Ints{1, 1}}, {"groups", I{2}}};
  const NodeInfo grouped = node_of("conv", attrs, {bf16({1, 8, 8, 32}), bf16({3, 3, 16, 32})});
  std::vector<Declined> refusals;
  EXPECT_NE(backend("cpu").choose(grouped, &refusals).name, kName);
  ASSERT_FALSE(refusals.empty());
  if (there) {
    EXPECT_EQ(refusals.back().reason, "2 groups");
  }
  SKIP_WITHOUT_BF16(there ? 1 : 0);
}

}  // namespace
}  // namespace candor
