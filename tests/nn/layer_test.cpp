// Layers as values: names, sharing, options out of range, inputs that do not fit, configurations.
#include <gtest/gtest.h>

#include "candor/graph/compile.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

TEST(Layer, SharesWeightsBetweenCopies) {
  const Dense a{3};
  const Layer b = a;
  a.build({{4, 5}, DType::f32});
  EXPECT_TRUE(b.built());
  EXPECT_TRUE(b.variables()[0].same(a.kernel()));
  EXPECT_EQ(b.count_parameters(), 5 * 3 + 3);
}

TEST(Layer, RefusesOptionsOutOfRange) {
  EXPECT_ERROR(invalid_argument, Dense{0}, "Dense: units must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, Dropout{1.0}, "Dropout: rate must lie in [0, 1), not 1");
  EXPECT_ERROR(invalid_argument, Dropout{-0.1}, "rate");
  EXPECT_ERROR(invalid_argument, (Conv2D{8, 0}), "Conv2D: kernel_size must be at least 1");
  EXPECT_ERROR(invalid_argument, (Conv2D{8, {3, 3, 3}}), "one value or 2 are needed");
  EXPECT_ERROR(invalid_argument, (Conv2D{8, 3, {.padding = "full"}}), "padding must be one of valid, same, not 'full'");
  EXPECT_ERROR(invalid_argument, (Conv2D{7, 3, {.groups = 2}}), "multiple of groups");
  EXPECT_ERROR(invalid_argument, (MaxPooling2D{2, {.strides = 0}}), "strides must be at least 1");
  EXPECT_ERROR(invalid_argument, (Embedding{0, 4}), "input_dim");
  EXPECT_ERROR(invalid_argument, (BatchNormalization{{.momentum = 1.5}}), "momentum");
  EXPECT_ERROR(invalid_argument, (LayerNormalization{{.epsilon = 0}}), "epsilon");
  EXPECT_ERROR(invalid_argument, (Reshape{{-1, -1}}), "at most one -1");
  EXPECT_ERROR(invalid_argument, ActivationFunction{"rleu"}, "no activation is called 'rleu'", "relu");
  EXPECT_ERROR(invalid_argument, Initializer{"glorot"}, "glorot_uniform");
}

TEST(Layer, NamesWhatItWasBuiltForAndWhatTheLayerBeforeGives) {
  const Sequential model{Flatten{}, Dense{4}, Dense{2}};
  model.build({28, 28});
  const Layer second = model.layer("dense_1");
  EXPECT_ERROR(shape, model(Tensor::zeros({32, 27, 28})), "dense: inner sizes differ: [32, 756] x [784, 4] (756 vs 784)", "dense was built for 784 inputs",
               "the layer before it, flatten, gives 756", "at sequential/dense");
  EXPECT_ERROR(shape, second(Tensor::zeros({1, 5})), "dense_1 was built for 4 inputs; its input has 5");
  const Conv2D conv{4, 3};
  conv.build({{1, 8, 8, 3}, DType::f32});
  EXPECT_ERROR(shape, conv(Tensor::zeros({1, 8, 8, 1})), "channels differ", "(1 vs 3)");
  EXPECT_ERROR(shape, conv(Tensor::zeros({1, 2, 2, 3})), "does not fit", "padding \"same\"");
  EXPECT_ERROR(shape, Conv2D(4, 3)(Tensor::zeros({8, 8, 3})), "[batch, height, width, channels]", "[8, 8, 3]");
  EXPECT_ERROR(shape, Dense{4}(Tensor(1.f)), "scalar");
  EXPECT_ERROR(shape, Reshape({5, 5})(Tensor::zeros({2, 24})), "24 elements", "[5, 5]");
  EXPECT_ERROR(dtype, Embedding(4, 2)(Tensor::zeros({2, 3}, DType::boolean)), "whole numbers");
  EXPECT_ERROR(shape, Add{}({Tensor::zeros({2, 3}), Tensor::zeros({2, 2})}), "[2, 3] and [2, 2]");
}

TEST(Layer, SaysWhenItHasNoWeightsYet) {
  const Sequential model{Dense{4}};
  EXPECT_ERROR(invalid_argument, model.parameters(), "has no weights yet", "build");
  EXPECT_ERROR(invalid_argument, Layer{}.name(), "empty");
}

TEST(Layer, TakesWholeNumbers) {
  const Tensor pixels = Tensor::from(std::vector<std::uint8_t>{0, 51, 102, 255}, {1, 2, 2, 1});
  EXPECT_EQ(Flatten{}(pixels).dtype(), DType::u8);
  const Tensor scaled = Rescale{1 / 255.f}(pixels);
  EXPECT_EQ(scaled.dtype(), DType::f32);
  EXPECT_NEAR(scaled.to_vector()[1], 0.2f, 1e-6f);
  EXPECT_EQ(Dense{3}(Flatten{}(pixels)).dtype(), DType::f32);
  EXPECT_EQ(Rescale(0.5, 0, {.dtype = DType::f64})(pixels).dtype(), DType::f64);
}

TEST(Layer, WeightsTakeTheDtypeOfTheInput) {
  const Sequential model{Dense{3}, BatchNormalization{}, Dense{2}};
  model.build({4}, DType::f64);
  for (const Variable& v : model.variables()) EXPECT_EQ(v.type().dtype, DType::f64);
}

TEST(Layer, NamesFollowKeras) {
  const Sequential model{Conv2D{2, 3}, MaxPooling2D{}, BatchNormalization{}, ReLU{}, GlobalAveragePooling2D{}, Dense{2}, Dense{2}, Dense{2, {.name = "head"}}, Rescaling{2}};
  std::vector<std::string> names;
  for (const Layer& layer : model.layers()) names.push_back(layer.name());
  EXPECT_EQ(names, (std::vector<std::string>{"conv2d", "max_pooling2d", "batch_normalization", "re_lu", "global_average_pooling2d", "dense", "dense_1", "head", "rescaling"}));
  EXPECT_ERROR(invalid_argument, (Sequential{Dense{1, {.name = "a"}}, Dense{1, {.name = "a"}}}), "two layers are called 'a'");
}

TEST(Layer, SameSeedGivesTheSameWeights) {
  const auto make = [](std::uint64_t seed) {
    set_random_seed(seed);
    const Sequential model{Dense{8}, Dense{8}};
    model.build({8});
    return model.weights();
  };
  const auto a = make(5), b = make(5), c = make(6);
  EXPECT_EQ(a[0].to_vector(), b[0].to_vector());
  EXPECT_NE(a[0].to_vector(), c[0].to_vector());
  EXPECT_NE(a[0].to_vector(), a[2].to_vector());
}

TEST(Layer, DropoutActsInTrainingOnly) {
  const Dropout dropout{0.5};
  const Tensor x = Tensor::full({1000}, 1);
  EXPECT_EQ(dropout(x).to_vector(), x.to_vector());
  const auto run = compile([&](Tensor in) { return dropout(in, training); });
  int zeros = 0;
  for (float v : run(x).to_vector()) {
    EXPECT_TRUE(v == 0.f || v == 2.f);
    zeros += v == 0.f;
  }
  EXPECT_NEAR(zeros, 500, 80);
}

TEST(Layer, FrozenLayersKeepTheirWeights) {
  const Sequential model{Dense{3}, BatchNormalization{}};
  model.build({2});
  EXPECT_EQ(model.parameters().size(), 4u);
  model.layer("dense").set_trainable(false);
  EXPECT_EQ(model.parameters().size(), 2u);
  model.set_trainable(true);
  EXPECT_EQ(model.parameters().size(), 4u);
}

TEST(Layer, EveryClassComesBackFromItsConfiguration) {
  const std::vector<Layer> layers = {
      Dense{3, {.activation = relu, .use_bias = false, .kernel_initializer = HeNormal{7}, .kernel_regularizer = L2{0.1}, .name = "d"}},
      Conv1D{2, 3, {.padding = "causal", .dilation_rate = 2}}, Conv2D{4, {3, 5}, {.strides = 2, .padding = "same", .activation = tanh}}, Conv3D{1, 2},
      MaxPooling1D{}, MaxPooling2D{{2, 3}, {.strides = 1}}, MaxPooling3D{}, AveragePooling1D{}, AveragePooling2D{3, {.padding = "same"}}, AveragePooling3D{},
      GlobalMaxPooling1D{}, GlobalMaxPooling2D{}, GlobalMaxPooling3D{}, GlobalAveragePooling1D{}, GlobalAveragePooling2D{{.keepdims = true}}, GlobalAveragePooling3D{},
      Flatten{}, Reshape{{-1, 2}}, Dropout{0.25, {.noise_shape = {1, 4}}}, BatchNormalization{{.momentum = 0.9, .center = false}}, LayerNormalization{{.axis = {1, 2}}},
      Embedding{10, 4}, Activation{"gelu"}, ReLU{{.max_value = 6, .negative_slope = 0.1}}, LeakyReLU{0.1}, Softmax{1}, Rescale{0.5, -1}, Add{}, Subtract{}, Multiply{},
      Average{}, Maximum{}, Minimum{}, Concatenate{1}};
  for (const Layer& layer : layers) {
    const Config config = layer.config();
    EXPECT_EQ(layer_from_config(config).config(), config) << to_string(config);
  }
  EXPECT_ERROR(corrupt, layer_from_config({{"class_name", "Denze"}, {"config", Config::map()}}), "'Denze' is not known");
  EXPECT_ERROR(corrupt, layer_from_config({{"class_name", "Dense"}, {"config", Config::map()}}), "'units' is missing");
  EXPECT_ERROR(unsupported, (Dense{2, {.activation = std::function<Tensor(const Tensor&)>([](const Tensor& x) { return x; })}}.config()), "one's own");
}

TEST(Layer, UpSamplingByLanczos) {
  std::vector<float> values;
  for (int i = 0; i < 12; ++i) values.push_back(static_cast<float>(i * i % 17));
  const Tensor x = Tensor::from(values, {1, 3, 4, 1});
  // Rows 1 and 5 of Keras 3.15's UpSampling2D((2, 3)).
  const std::vector<float> three = UpSampling2D({2, 3}, {.interpolation = "lanczos3"})(x).to_vector(), five = UpSampling2D({2, 3}, {.interpolation = "lanczos5"})(x).to_vector();
  const std::vector<double> want3{3.379799, 3.150443, 2.867503, 2.542922, 1.986606, 1.267033}, want5{2.890338, 3.024498, 3.081461, 2.756391, 1.714904, 0.306128};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(three[12 + i], want3[i], 2e-5) << i;
    EXPECT_NEAR(five[12 + i], want5[i], 2e-5) << i;
  }
  EXPECT_NEAR(three[71], -2.833949, 2e-5);
  EXPECT_NEAR(five[71], -3.528949, 2e-5);
}

TEST(Layer, RegularizersAddUp) {
  const Sequential model{Dense{1, {.use_bias = false, .kernel_initializer = Constant{2}, .kernel_regularizer = L1L2{0.5, 0.25}}}};
  model.build({3});
  EXPECT_FLOAT_EQ(model.regularization_loss().item(), 3 * (0.5f * 2 + 0.25f * 4));
  EXPECT_FALSE((Sequential{Dense{1}}.regularization_loss().defined()));
}

TEST(Initializer, OrthogonalIsOrthogonal) {
  const Tensor q = Initializer(Orthogonal{})({20, 30}, DType::f32, {1, 2});
  const auto v = q.to_vector();
  for (int a = 0; a < 20; ++a) {
    for (int b = 0; b < 20; ++b) {
      double product = 0;
      for (int i = 0; i < 30; ++i) product += static_cast<double>(v[static_cast<std::size_t>(a * 30 + i)]) * v[static_cast<std::size_t>(b * 30 + i)];
      EXPECT_NEAR(product, a == b, 1e-5);
    }
  }
}

}  // namespace
}  // namespace candor
