#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor {
namespace {

using testing::check_kernel;
using testing::node_of;
using I = std::int64_t;
using Ints = std::vector<I>;

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

struct Conv {
  Shape x;       // [N, spatial..., C]
  Ints kernel;   // spatial
  I out = 1;
  Ints strides = {}, low = {}, high = {}, dilation = {};  // empty: 1, 0, 0, 1
  I groups = 1;
};

Ints or_all(const Ints& values, std::size_t count, I value) { return values.empty() ? Ints(count, value) : values; }

/// conv and its two gradients.
void check(const Conv& c, double tolerance = 2e-5, const char* name = "cpu.conv") {
  const std::size_t axes = c.kernel.size();
  const Attrs attrs{{"strides", or_all(c.strides, axes, 1)}, {"padding_low", or_all(c.low, axes, 0)}, {"padding_high", or_all(c.high, axes, 0)},
                    {"dilation", or_all(c.dilation, axes, 1)}, {"groups", c.groups}};
  Ints kernel_extents = c.kernel;
  kernel_extents.push_back(c.x[-1] / c.groups);
  kernel_extents.push_back(c.out);
  const Shape kernel(kernel_extents);
  const NodeInfo forward = node_of("conv", attrs, {f32(c.x), f32(kernel)});
  check_kernel(forward, {name, tolerance});
  Attrs with_shape = attrs;
  with_shape.set("shape", c.x);
  check_kernel(node_of("conv_input_gradient", with_shape, {forward.out[0], f32(kernel)}), {name, tolerance});
  with_shape.set("shape", kernel);
  check_kernel(node_of("conv_kernel_gradient", with_shape, {f32(c.x), forward.out[0]}), {name, tolerance * 5});
}

}  // namespace

TEST(CpuConv, FewChannels) {
  check({{2, 28, 28, 1}, {5, 5}, 6, {}, {2, 2}, {2, 2}});
  check({{2, 14, 14, 6}, {5, 5}, 16});
  check({{3, 28, 28, 1}, {3, 3}, 32});
  check({{1, 12, 12, 3}, {3, 3}, 8, {2, 2}, {1, 1}, {1, 1}});
  check({{2, 9, 11, 3}, {3, 2}, 2, {}, {1, 0}, {1, 1}});
}

TEST(CpuConv, ManyChannels) {
  check({{2, 13, 13, 32}, {3, 3}, 64}, 1e-4);
  check({{9, 7, 7, 48}, {3, 3}, 40, {}, {1, 1}, {1, 1}}, 1e-4);
  check({{3, 5, 5, 128}, {3, 3}, 136, {}, {1, 1}, {1, 1}}, 1e-4);
  check({{1, 3, 3, 512}, {3, 3}, 70, {}, {1, 1}, {1, 1}}, 2e-4);
}

TEST(CpuConv, LargeKernelsArePacked) {
  check({{3, 13, 13, 64}, {3, 3}, 70, {}, {1, 1}, {1, 1}}, 1e-4);
  check({{8, 7, 7, 64}, {3, 3}, 104, {}, {1, 0}, {1, 1}}, 1e-4);
  check({{4, 10, 10, 128}, {3, 3}, 128, {}, {1, 1}, {1, 1}, {}, 2}, 1e-4);
}

TEST(CpuConv, ManyChannelsOnSmallImages) {
  check({{8, 7, 7, 128}, {3, 3}, 136, {}, {1, 1}, {1, 1}}, 1e-4, "");
  check({{5, 14, 9, 130}, {3, 3}, 128, {2, 2}, {0, 1}, {1, 1}}, 1e-4, "");
  check({{4, 8, 8, 128}, {2, 3}, 129, {1, 2}, {2, 1}, {1, 0}, {2, 1}}, 1e-4, "");
  const Attrs attrs{{"strides", Ints{1, 1}}, {"padding_low", Ints{1, 1}}, {"padding_high", Ints{1, 1}}, {"dilation", Ints{1, 1}},
                    {"groups", I{1}}, {"bias", true}, {"activation", std::string("relu")}};
  check_kernel(node_of("fused_conv", attrs, {f32({8, 7, 7, 128}), f32({3, 3, 128, 128}), f32({128})}), {"", 1e-4});
  const NodeInfo node = node_of("conv", Attrs{{"strides", Ints{1, 1}}, {"padding_low", Ints{1, 1}}, {"padding_high", Ints{1, 1}}, {"dilation", Ints{1, 1}}, {"groups", I{1}}},
                                {f32({8, 7, 7, 128}), f32({3, 3, 128, 129})});
  const bool there = !cpu::machine().onednn.empty() && cpu::machine().isa == cpu::Isa::avx512;
  EXPECT_EQ(backend("cpu").choose(node, nullptr).name, there ? "onednn.conv" : "cpu.conv.tile");
}

TEST(CpuConv, OddShapes) {
  for (I channels : {1, 2, 3, 7, 17})
    for (I out : {1, 2, 3, 7, 15, 16, 17, 33})
      for (I extent : {3, 7, 16}) check({{2, extent, extent + 1, channels}, {3, 2}, out, {}, {1, 0}, {1, 1}});
}

TEST(CpuConv, StridesPaddingAndDilation) {
  for (I stride : {1, 2, 3})
    for (I dilation : {1, 2})
      for (I low : {0, 1, 2, 5})
        for (I high : {0, 2}) {
          check({{2, 11, 10, 3}, {3, 3}, 5, {stride, 1}, {low, low}, {high, high}, {dilation, 1}});
          check({{2, 11, 10, 3}, {2, 3}, 20, {1, stride}, {high, low}, {low, high}, {1, dilation}});
        }
}

TEST(CpuConv, Groups) {
  check({{2, 8, 8, 6}, {3, 3}, 9, {}, {1, 1}, {1, 1}, {}, 3});
  check({{2, 8, 8, 64}, {3, 3}, 64, {2, 2}, {0, 0}, {1, 1}, {}, 2}, 1e-4);
  check({{2, 8, 8, 32}, {1, 1}, 32, {}, {}, {}, {}, 4});
}

TEST(CpuConv, Depthwise) {
  check({{2, 9, 9, 5}, {3, 3}, 5, {}, {1, 1}, {1, 1}, {}, 5});
  check({{2, 9, 9, 40}, {3, 3}, 40, {2, 2}, {0, 0}, {1, 1}, {}, 40});
  check({{2, 9, 9, 33}, {3, 3}, 33, {}, {2, 2}, {2, 2}, {2, 2}, 33});
  check({{2, 9, 9, 5}, {3, 3}, 10, {}, {1, 1}, {1, 1}, {}, 5});
  check({{20, 14, 15, 24}, {5, 3}, 24, {1, 2}, {2, 1}, {2, 1}, {}, 24}, 1e-4);
  check({{5, 40, 18}, {7}, 18, {}, {6}, {0}, {}, 18});
}

TEST(CpuConv, Pointwise) {
  check({{2, 9, 9, 17}, {1, 1}, 33});
  check({{4, 20, 20, 64}, {1, 1}, 96}, 1e-4);
  check({{1, 17, 18, 600}, {1, 1}, 520}, 1e-4);
  check({{2, 23, 25, 19}, {1, 1}, 37}, 1e-4);  // long sums for the gradient of the kernel, and panels that are not whole
  check({{2, 9, 9, 17}, {1, 1}, 33, {2, 2}});
  check({{2, 9, 9, 17}, {1, 1}, 33, {}, {1, 1}, {1, 1}});
}

TEST(CpuConv, OneAndThreeAxes) {
  check({{3, 50, 4}, {5}, 12, {}, {4}, {0}});
  check({{3, 50, 33}, {3}, 20, {2}, {1}, {1}, {2}});
  check({{2, 5, 6, 7, 3}, {3, 3, 3}, 4, {}, {1, 1, 1}, {1, 1, 1}});
  check({{2, 5, 6, 7, 3}, {2, 3, 2}, 18, {2, 1, 2}, {0, 1, 1}, {1, 0, 1}, {2, 1, 1}});
  check({{2, 5, 6, 7, 4}, {2, 1, 3}, 4, {1, 2, 1}, {1, 0, 0}, {0, 1, 0}, {}, 2});
}

TEST(CpuConv, WindowsInThePaddingAlone) { check({{2, 2, 3, 3}, {2, 2}, 5, {}, {4, 3}, {3, 4}}); }

TEST(CpuConv, Epilogues) {
  for (const char* activation : {"linear", "relu", "tanh", "sigmoid"})
    for (bool bias : {false, true})
      for (I out : {4, 6, 20}) {
        const I groups = out == 4 ? 4 : 1;
        std::vector<TensorType> in = {f32({3, 14, 14, 4}), f32({3, 3, 4 / groups, out})};
        if (bias) in.push_back(f32({out}));
        const Attrs attrs{{"strides", Ints{1, 1}}, {"padding_low", Ints{1, 1}}, {"padding_high", Ints{1, 1}}, {"dilation", Ints{1, 1}},
                          {"groups", groups}, {"bias", bias}, {"activation", std::string(activation)}};
        check_kernel(node_of("fused_conv", attrs, in), {"cpu.conv", 2e-5});
      }
}

}  // namespace candor
