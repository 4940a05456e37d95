// Layers that Keras has not, against their definitions; layers from functions; LoRA.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/ops/space.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

/// 0, 1, 2, ... in this shape.
Tensor counting(const Shape& shape) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<float>(i));
  return Tensor::from(values, shape);
}

/// Something without pattern in this shape.
Tensor noise(const Shape& shape, double phase = 0) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < shape.size(); ++i) values.push_back(static_cast<float>(std::sin(1.7 * static_cast<double>(i) + phase) + 0.3 * std::cos(0.9 * static_cast<double>(i * i % 17))));
  return Tensor::from(values, shape);
}

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 0) {
  EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), tolerance, tolerance), "");
}

Tensor mask_of(const std::vector<std::uint8_t>& bits) { return Tensor::from(bits, {1, static_cast<std::int64_t>(bits.size())}).to(DType::boolean); }

TEST(BeyondKeras, PixelShuffleFollowsPyTorchOrTensorFlow) {
  // [1, 1, 1, 8] with blocks of 2: PyTorch's channel c of place (y, x) is 4 c + 2 y + x.
  const Tensor x = counting({1, 1, 1, 8});
  expect_same(PixelShuffle{2}(x), Tensor::from(std::vector<float>{0, 4, 1, 5, 2, 6, 3, 7}, {1, 2, 2, 2}));
  expect_same(PixelShuffle(2, {.order = "tensorflow"})(x), Tensor::from(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}, {1, 2, 2, 2}));
  const Tensor image = counting({2, 3, 5, 18});
  expect_same(PixelShuffle(3, {.order = "tensorflow"})(image), depth_to_space(image, 3));
  expect_same(PixelUnshuffle(2, {.order = "tensorflow"})(counting({2, 4, 6, 3})), space_to_depth(counting({2, 4, 6, 3}), 2));
  for (const char* order : {"pytorch", "tensorflow"}) {
    for (const char* format : {"channels_last", "channels_first"}) {
      const PixelShuffleOptions o{.order = order, .data_format = format};
      const Tensor big = format == std::string("channels_last") ? counting({2, 3, 4, 12}) : counting({2, 12, 3, 4});
      expect_same(PixelUnshuffle(2, o)(PixelShuffle(2, o)(big)), big);
    }
  }
}

TEST(BeyondKeras, ChannelShuffleDealsChannelsOut) {
  expect_same(ChannelShuffle{2}(counting({1, 6})), Tensor::from(std::vector<float>{0, 3, 1, 4, 2, 5}, {1, 6}));
  expect_same(ChannelShuffle(3, {.data_format = "channels_first"})(counting({1, 6, 1})), Tensor::from(std::vector<float>{0, 2, 4, 1, 3, 5}, {1, 6, 1}));
}

/// PyTorch's windows: output i of n looks at [floor(i extent / n), ceil((i + 1) extent / n)).
template <class Layer>
void check_adaptive(const Shape& x_shape, const Ints& sizes, bool largest) {
  const Tensor x = noise(x_shape);
  const std::vector<double> v = x.to_vector<double>();
  const std::size_t axes = sizes.size();
  const auto extent = [&](std::size_t a) { return a < axes ? x_shape[static_cast<int>(a) + 1] : 1; };
  const auto size = [&](std::size_t a) { return a < axes ? sizes[a] : 1; };
  const auto begin = [&](std::size_t a, std::int64_t i) { return i * extent(a) / size(a); };
  const auto end = [&](std::size_t a, std::int64_t i) { return ((i + 1) * extent(a) + size(a) - 1) / size(a); };
  const std::int64_t channels = x_shape[-1];
  std::vector<double> want;
  for (std::int64_t n = 0; n < x_shape[0]; ++n)
    for (std::int64_t i = 0; i < size(0); ++i)
      for (std::int64_t j = 0; j < size(1); ++j)
        for (std::int64_t k = 0; k < size(2); ++k)
          for (std::int64_t c = 0; c < channels; ++c) {
            double total = 0, most = -1e9, count = 0;
            for (std::int64_t p = begin(0, i); p < end(0, i); ++p)
              for (std::int64_t q = begin(1, j); q < end(1, j); ++q)
                for (std::int64_t r = begin(2, k); r < end(2, k); ++r) {
                  const double here = v[static_cast<std::size_t>((((n * extent(0) + p) * extent(1) + q) * extent(2) + r) * channels + c)];
                  total += here, most = std::max(most, here), ++count;
                }
            want.push_back(largest ? most : total / count);
          }
  std::vector<std::int64_t> shape{x_shape[0]};
  shape.insert(shape.end(), sizes.begin(), sizes.end());
  shape.push_back(channels);
  expect_same(Layer(Extents(sizes))(x), Tensor::from(want, Shape(shape)), 1e-5);
}

TEST(BeyondKeras, AdaptivePoolingLooksAtEvenParts) {
  check_adaptive<AdaptiveAveragePooling1D>({2, 7, 3}, {3}, false);
  check_adaptive<AdaptiveMaxPooling1D>({2, 7, 3}, {5}, true);
  check_adaptive<AdaptiveAveragePooling2D>({2, 5, 8, 2}, {2, 3}, false);
  check_adaptive<AdaptiveMaxPooling2D>({2, 5, 8, 2}, {4, 8}, true);
  check_adaptive<AdaptiveAveragePooling3D>({2, 3, 5, 4, 2}, {2, 3, 3}, false);
  check_adaptive<AdaptiveMaxPooling3D>({1, 4, 5, 3, 2}, {3, 2, 2}, true);
  check_adaptive<AdaptiveAveragePooling1D>({1, 3, 2}, {5}, false);  // more windows than steps: they overlap
}

TEST(BeyondKeras, SqueezeExcitationIsTwoDenseLayersOnTheMean) {
  const SqueezeExcitation layer{{.ratio = 2, .bias_initializer = RandomNormal{0, 1, 3}}};
  const Tensor x = noise({2, 3, 4, 6});
  const Tensor y = layer(x);
  const std::vector<Variable> w = layer.variables();
  ASSERT_EQ(w.size(), 4u);
  const Tensor middle = relu(matmul(mean(x, {1, 2}), w[0]) + w[1].value());
  expect_same(y, x * reshape(sigmoid(matmul(middle, w[2]) + w[3].value()), Shape{2, 1, 1, 6}), 1e-6);
  const SqueezeExcitation first{{.ratio = 2, .data_format = "channels_first"}};
  first.build({{2, 6, 3, 4}, DType::f32});
  for (std::size_t i = 0; i < 4; ++i) first.variables()[i].assign(w[i].tensor());
  expect_same(transpose(first(transpose(x, {0, 3, 1, 2})), {0, 2, 3, 1}), y, 1e-6);
}

TEST(BeyondKeras, WeightStandardizationComputesWithStandardisedKernels) {
  const Tensor x = noise({2, 5, 5, 3});
  const Conv2D inside{4, 3};
  const WeightStandardization layer{inside, {.epsilon = 1e-4}};
  const Tensor y = layer(x), w = inside.kernel().tensor();
  const Tensor centred = w - mean(w, {0, 1, 2}, true);
  const Tensor standard = centred * rsqrt(mean(square(centred), {0, 1, 2}, true) + Tensor(1e-4f));
  expect_same(y, conv(x, standard), 1e-5);
  EXPECT_EQ(layer.parameters().size(), 2u);
  // The gradient to a standardised kernel has mean 0: moving the kernel as a whole changes nothing.
  const auto gradient = compile([&](Tensor in) { const Tensor y2 = sum(square(layer(in, training))), kernel = inside.kernel().value();
    return gradients(y2, std::span(&kernel, 1)).front(); });
  for (float g : mean(gradient(x), {0, 1, 2}).to_vector()) EXPECT_NEAR(g, 0, 1e-4);
}

TEST(BeyondKeras, SpectralNormalizationLeavesASingularValueOfOne) {
  const Dense inside{6};
  const SpectralNormalization layer{inside, {.power_iterations = 200}};
  layer.build({{3, 8}, DType::f32});
  inside.kernel().assign(noise({8, 6}));
  compile([&](Tensor in) { return layer(in, training); })(noise({3, 8}));
  // The largest singular value, by power iterations on w' w.
  Tensor v = Tensor::full({6, 1}, 1);
  const Tensor w = inside.kernel().tensor();
  for (int i = 0; i < 500; ++i) {
    v = matmul(w, matmul(w, v), true);
    v = v / norm(v);
  }
  EXPECT_NEAR(norm(matmul(w, v)).item(), 1, 1e-4);
  inside.kernel().assign(Tensor::zeros({8, 6}));
  compile([&](Tensor in) { return layer(in, training); })(noise({3, 8}));
  expect_same(inside.kernel().tensor(), Tensor::zeros({8, 6}));
}

TEST(BeyondKeras, FunctionLayersTrainTheirWeights) {
  const FunctionLayer scale{[](const Tensor& x, std::span<const Tensor> w) { return x * w[0]; }, std::vector<LayerParameter>{{"gain", {1}, "ones"}}};
  const FunctionLayer dense{[](const Tensor& x, std::span<const Tensor> w) { return matmul(x, w[0]) + w[1]; },
                            [](const TensorType& x) {
                              return std::vector<LayerParameter>{{"kernel", {x.shape[-1], 3}, "glorot_uniform", L2{0.1}}, {"bias", {3}, "zeros", {}, NonNeg{}}};
                            },
                            {.name = "mine"}};
  const Sequential model{dense, scale, Lambda{[](const Tensor& x) { return x * x; }}};
  model.build({4});
  EXPECT_EQ(model.parameters().size(), 3u);
  EXPECT_EQ(model.named_variables()[0].first, "mine/kernel");
  const Tensor x = noise({2, 4}), y = matmul(x, model.variables()[0]);
  expect_same(model(x), y * y, 1e-6);
  EXPECT_TRUE(model.regularization_loss().defined());
  EXPECT_ERROR(unsupported, model.config(), "code");
}

TEST(Lora, AddsAProductToTheFrozenKernel) {
  const Dense dense{5};
  const Tensor x = noise({3, 4}), before = dense(x);
  dense.enable_lora(2, {.lora_alpha = 6});
  expect_same(dense(x), before, 1e-6);  // b starts as zeros
  const std::vector<NamedVariable> w = dense.named_variables();
  ASSERT_EQ(w.size(), 4u);
  EXPECT_EQ(w[2].first, "lora_kernel_a");
  EXPECT_FALSE(dense.kernel().trainable());
  w[3].second.assign(noise({2, 5}, 1));
  expect_same(dense(x), before + matmul(x, matmul(w[2].second, w[3].second)) * Tensor(3.f), 1e-5);
  dense.set_trainable(true);
  EXPECT_FALSE(dense.kernel().trainable());
  const Config config = dense.config().at("config");
  EXPECT_EQ(config.at("lora_rank").integer(), 2);
  EXPECT_EQ(config.at("lora_alpha").number(), 6);
  const EinsumDense heads{"btd,dhk->bthk", {-1, 2, 3}, {.lora_rank = 2}};
  heads.build({{1, 2, 4}, DType::f32});
  EXPECT_EQ(heads.named_variables()[1].second.shape(), (Shape{4, 2, 2}));
  EXPECT_EQ(heads.named_variables()[2].second.shape(), (Shape{2, 3}));
}

TEST(EinsumDense, InitializersCountTheKernelsOwnAxes) {
  // Keras: fan in 40, fan out 8 * 25; as a convolution's kernel it would be 320 and 1,000.
  const EinsumDense heads{"btd,dhk->bthk", {-1, 8, 25}};
  heads.build({{1, 2, 40}, DType::f32});
  double largest = 0;
  for (float w : heads.kernel().tensor().to_vector()) largest = std::max(largest, std::abs(static_cast<double>(w)));
  const double limit = std::sqrt(6.0 / (40 + 200));
  EXPECT_LE(largest, limit * 1.0001);
  EXPECT_GE(largest, limit * 0.99);
}

TEST(Masks, MergingLayersJoinThem) {
  const Tensor a = Tensor::full({1, 3, 2}, 2).with_mask(mask_of({1, 1, 0}));
  const Tensor b = Tensor::full({1, 3, 2}, 3).with_mask(mask_of({1, 0, 0})), bare = Tensor::full({1, 3, 2}, 5);
  const auto bits = [](const Tensor& m) { return m.to_vector<double>(); };
  using V = std::vector<double>;
  EXPECT_EQ(bits(Add{}({a, b}).mask()), (V{1, 1, 0}));
  EXPECT_FALSE(Add{}({a, bare}).mask().defined());
  EXPECT_EQ(Multiply{}({a, b}).to_vector<double>(), (V{6, 6, 2, 2, 0, 0}));
  EXPECT_EQ(Multiply{}({a, bare}).to_vector<double>(), (V{10, 10, 10, 10, 5, 5}));
  EXPECT_EQ(Maximum{}({a, b}).to_vector<double>()[2], 2);
  EXPECT_EQ(bits(Concatenate{-1}({a, bare}).mask()), (V{1, 1, 1}));
  EXPECT_EQ(bits(Concatenate{1}({a, b}).mask()), (V{1, 1, 0, 1, 0, 0}));
  EXPECT_FALSE(Dot{2}({a, b}).mask().defined());
  EXPECT_FALSE(Conv1D(2, 1)(a).mask().defined());
  EXPECT_EQ(bits(Dense{4}(a).mask()), (V{1, 1, 0}));
  EXPECT_EQ(Softmax{1}(a).to_vector<double>(), (V{0.5, 0.5, 0.5, 0.5, 0, 0}));
  const Tensor nothing = bare.with_mask(mask_of({0, 0, 0}));
  EXPECT_EQ(GlobalAveragePooling1D{}(nothing).to_vector<double>(), (V{0, 0}));
}

}  // namespace
}  // namespace candor::testing
