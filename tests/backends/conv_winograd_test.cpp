#include "candor/backends/cpu/conv_winograd.h"

#include "tests/backends/kernel_check.h"

namespace candor {
namespace {

using testing::check_kernel;
using testing::node_of;
using I = std::int64_t;
using Ints = std::vector<I>;

constexpr const char* winograd = "cpu.conv.winograd";

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

Attrs window(I low, I high) {
  return {{"strides", Ints{1, 1}}, {"padding_low", Ints{low, low}}, {"padding_high", Ints{high, high}}, {"dilation", Ints{1, 1}}, {"groups", I{1}}};
}

}  // namespace

TEST(CpuConvWinograd, ForwardAndTheGradientOfTheInput) {
  struct Given {
    Shape x;
    I out, low, high;
  };
  for (const Given& c : {Given{{1, 14, 14, 64}, 64, 1, 1}, Given{{4, 7, 9, 64}, 96, 1, 1}, Given{{2, 13, 12, 128}, 64, 0, 0}, Given{{3, 10, 11, 64}, 80, 2, 1}, Given{{8, 4, 4, 256}, 64, 0, 2}}) {
    const TensorType kernel = f32({3, 3, c.x[-1], c.out});
    const NodeInfo forward = node_of("conv", window(c.low, c.high), {f32(c.x), kernel});
    const bool enough = c.x[0] * ((forward.out[0].shape[1] + 1) / 2) * ((forward.out[0].shape[2] + 1) / 2) >= 48 && forward.out[0].shape[1] >= 4;
    check_kernel(forward, {enough ? winograd : "", 5e-5});
    Attrs with_shape = window(c.low, c.high);
    with_shape.set("shape", c.x);
    check_kernel(node_of("conv_input_gradient", with_shape, {forward.out[0], kernel}), {"", 5e-5});
  }
}

TEST(CpuConvWinograd, Epilogues) {
  for (const char* activation : {"linear", "relu", "relu6", "tanh"})
    for (bool bias : {false, true})
      for (bool residual : {false, true})
        for (bool constant : {false, true}) {
          std::vector<TensorType> in{f32({2, 11, 10, 64}), f32({3, 3, 64, 64})};
          if (bias) in.push_back(f32({64}));
          if (residual) in.push_back(f32({2, 11, 10, 64}));
          Attrs attrs = window(1, 1);
          attrs.set("bias", bias), attrs.set("residual", residual), attrs.set("constant", constant), attrs.set("activation", activation);
          check_kernel(node_of("fused_conv", attrs, in), {winograd, 5e-5});
        }
}

TEST(CpuConvWinograd, EvenGroundStaysEven) {
  // max_pool gives its gradient to the first of equal neighbours, so what is equal must stay equal to the last bit.
  const NodeInfo node = node_of("conv", window(1, 1), {f32({1, 16, 16, 64}), f32({3, 3, 64, 64})});
  testing::Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    testing::fill(in.at.back(), type, 3);
  }
  float* x = static_cast<float*>(in.at[0]);
  for (I i = 64; i < node.in[0].size(); ++i) x[i] = x[i % 64];
  const testing::Buffers out = testing::run_kernel(node, backend("cpu").choose(node, nullptr), in);
  const float* y = static_cast<const float*>(out.at[0]);
  for (I h = 1; h < 15; ++h)
    for (I w = 1; w < 15; ++w)
      for (I c = 0; c < 64; ++c) ASSERT_EQ(y[(h * 16 + w) * 64 + c], y[17 * 64 + c]) << h << " " << w;
}

TEST(CpuConvWinograd, DeclinesWhatItIsNotFor) {
  const auto name = [](Attrs attrs, const Shape& x, const Shape& kernel) { return backend("cpu").choose(node_of("conv", std::move(attrs), {f32(x), f32(kernel)}), nullptr).name; };
  EXPECT_NE(name(window(1, 1), {1, 14, 14, 32}, {3, 3, 32, 64}), winograd);
  EXPECT_NE(name(window(1, 1), {1, 7, 7, 512}, {3, 3, 512, 512}), winograd);
  EXPECT_NE(name(window(2, 2), {1, 28, 28, 64}, {5, 5, 64, 64}), winograd);
  EXPECT_NE(name(window(1, 1).set("strides", Ints{2, 2}), {1, 28, 28, 64}, {3, 3, 64, 64}), winograd);
}

}  // namespace candor
