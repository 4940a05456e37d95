// Computing in 16 bits by weights in f32.
#include "candor/nn/dtype_policy.h"

#include <gtest/gtest.h>

#include "candor/candor.h"
#include "candor/graph/program.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

/// Back to no policy when a test ends.
struct PolicyScope {
  explicit PolicyScope(const DTypePolicy& policy) { set_dtype_policy(policy); }
  ~PolicyScope() { set_dtype_policy({}); }
};

TEST(DTypePolicy, NamesAndConfigurations) {
  const DTypePolicy mixed("mixed_bfloat16");
  EXPECT_EQ(mixed.compute_dtype(), DType::bf16);
  EXPECT_EQ(mixed.variable_dtype(), DType::f32);
  EXPECT_TRUE(mixed.mixed());
  EXPECT_FALSE(DTypePolicy("float64").mixed());
  const Config config = mixed.config();
  EXPECT_EQ(config.at("class_name").text(), "DTypePolicy");
  EXPECT_EQ(DTypePolicy::from_config(&config), mixed);
  const Config word("int64");
  EXPECT_FALSE(DTypePolicy::from_config(&word).defined());
  EXPECT_ERROR(invalid_argument, DTypePolicy("mixed_float32"), "mixed_float32", "mixed_bfloat16");
  EXPECT_ERROR(invalid_argument, DTypePolicy("half"), "half");
}

TEST(DTypePolicy, ComputesInSixteenBitsByWeightsInF32) {
  const PolicyScope scope("mixed_bfloat16");
  const Dense dense{4};
  const Tensor y = dense(random_normal({2, 3}, 0, 1, {1, 1}));
  EXPECT_EQ(y.dtype(), DType::bf16);
  EXPECT_EQ(dense.kernel().type().dtype, DType::f32);
  // The product of the rounded numbers, rounded once.
  const Tensor x = random_normal({2, 3}, 0, 1, {1, 1}).to(DType::bf16).to(DType::f32), w = dense.kernel().tensor().to(DType::bf16).to(DType::f32);
  EXPECT_EQ(y.to_vector(), matmul(x, w).to(DType::bf16).to_vector());
  // Statistics and tables stay in f32 inside; what follows gets bf16.
  const BatchNormalization norm{};
  EXPECT_EQ(norm(y, training).dtype(), DType::bf16);
  for (const Variable& v : norm.variables()) EXPECT_EQ(v.type().dtype, DType::f32);
  EXPECT_EQ(Embedding(5, 2)(Tensor::arange(3, DType::i32)).dtype(), DType::bf16);
}

TEST(DTypePolicy, OneLayerOfItsOwn) {
  const PolicyScope scope("mixed_bfloat16");
  const Dense last{2};
  last.set_dtype_policy("float32");
  const Sequential model{Dense{4, {.activation = relu}}, last};
  const Tensor y = model(random_normal({2, 3}, 0, 1, {1, 1}));
  EXPECT_EQ(y.dtype(), DType::f32);
  EXPECT_ERROR(invalid_argument, last.set_dtype_policy("mixed_bfloat16"), "made already");
  // Both travel in the configuration.
  set_dtype_policy({});
  const Model again(layer_from_config(model.config()));
  EXPECT_EQ(again.layers()[0].dtype_policy().name(), "mixed_bfloat16");
  EXPECT_EQ(again.layers()[1].dtype_policy().name(), "float32");
  again.set_weights(model.weights());
  EXPECT_EQ(again(random_normal({2, 3}, 0, 1, {1, 1})).to_vector(), y.to_vector());
}

TEST(DTypePolicy, GradientsReachTheMasterWeights) {
  const PolicyScope scope("mixed_bfloat16");
  const Sequential model{Dense{8, {.activation = tanh}}, BatchNormalization{}, Dense{1}};
  const Tensor x = random_normal({16, 3}, 0, 1, {1, 1});
  model(x);
  const auto [loss, gradients] = value_and_grad([&] { return mean(square(cast(model(x, training), DType::f32))); }, model.parameters());
  EXPECT_EQ(loss.dtype(), DType::f32);
  for (const Tensor& g : gradients) EXPECT_EQ(g.dtype(), DType::f32);
}

TEST(DTypePolicy, LossesOfSixteenBitsAreInF32) {
  const Tensor scores = random_normal({64, 10}, 0, 3, {1, 4}), half = cast(scores, DType::bf16);
  const Tensor classes = Tensor::full({64}, 3, DType::i32);
  const SparseCategoricalCrossentropy loss{.from_logits = true};
  EXPECT_EQ(loss(classes, half).dtype(), DType::f32);
  EXPECT_EQ(loss(classes, half).item(), loss(classes, cast(half, DType::f32)).item());
  EXPECT_EQ(MeanSquaredError{}(half, half * Tensor::full({}, 2, DType::bf16)).dtype(), DType::f32);
}

TEST(DTypePolicy, TrainingLosesNothing) {
  const data::Dataset digits = data::digits(1500, 1), test = data::digits(500, 2);
  double accuracy[2];
  for (bool mixed : {false, true}) {
    const PolicyScope scope(mixed ? DTypePolicy("mixed_bfloat16") : DTypePolicy());
    set_random_seed(1);
    const Sequential model{Rescale{1 / 255.f}, Flatten{}, Dense{64, {.activation = relu}}, Dense{10}};
    model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{3e-3}, .metrics = {Accuracy{}}});
    model.fit(digits, {.epochs = 5, .verbose = 0});
    accuracy[mixed] = model.evaluate(test)["accuracy"];
    EXPECT_EQ(model.predict(test.features).dtype(), DType::f32);
    for (const Variable& v : model.variables()) EXPECT_EQ(v.type().dtype, DType::f32);
  }
  EXPECT_GT(accuracy[0], 0.85);
  EXPECT_NEAR(accuracy[1], accuracy[0], 0.02);
}

TEST(DTypePolicy, ConvolutionsLearnAsInF32) {
  const Tensor x = random_normal({8, 12, 12, 3}, 0, 1, {1, 5}), y = Tensor::from(std::vector<std::int32_t>{0, 1, 2, 3, 0, 1, 2, 3});
  double losses[2][8];
  std::vector<double> first[2];
  for (bool mixed : {false, true}) {
    const PolicyScope scope(mixed ? DTypePolicy("mixed_bfloat16") : DTypePolicy());
    set_random_seed(1);
    const Sequential model{Conv2D{32, 3, {.padding = "same", .use_bias = false}}, BatchNormalization{}, Activation("relu"), Conv2D{64, 3, {.strides = 2, .padding = "same", .activation = relu}},
                           MaxPooling2D{}, Conv2D{32, 3, {.padding = "same", .activation = relu}}, Flatten{}, Dense{4}};
    model.build({12, 12, 3});
    const SGD sgd{0.05, {}};
    const SparseCategoricalCrossentropy loss_of{.from_logits = true};
    auto step = compile([&](Tensor rows) {
      auto [loss, gradients] = value_and_grad([&] { return loss_of(y, model(rows, training)); }, model.parameters());
      sgd.apply(gradients);
      return std::vector<Tensor>{loss, gradients[0]};
    });
    for (int i = 0; i < 8; ++i) {
      const auto out = step(x);
      losses[mixed][i] = out[0].item();
      if (i == 0) first[mixed] = out[1].to_vector<double>();
    }
  }
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(losses[1][i], losses[0][i], .03 * losses[0][i] + .005) << i;
  EXPECT_LT(losses[0][7], .8 * losses[0][0]);
  double largest = 0, off = 0;
  for (std::size_t i = 0; i < first[0].size(); ++i) largest = std::max(largest, std::abs(first[0][i])), off = std::max(off, std::abs(first[1][i] - first[0][i]));
  EXPECT_LT(off, .1 * largest);
}

TEST(DTypePolicy, SixteenBitFloatsWithLossScalePlanOnTheNullDevice) {
  const PolicyScope scope("mixed_float16");
  const Sequential model{Conv2D{4, {3, 3}, {.activation = relu}}, Flatten{}, Dense{10}};
  model.build({8, 8, 1});
  const Tensor scale = Tensor::full({}, 32768, DType::f32);
  const std::vector<TensorType> types{{{16, 8, 8, 1}, DType::f32}, {{16}, DType::i32}};
  const auto step = [&](std::span<const Tensor> in) {
    const Tensor logits = cast(model(in[0], training), DType::f32);
    std::vector<Tensor> weights;
    for (const Variable& v : model.parameters()) weights.push_back(v.value());
    return gradients(SparseCategoricalCrossentropy{.from_logits = true}.operator Loss()(in[1], logits) * scale, weights);
  };
  const Program program(trace(step, types), {.device = "null"});
  EXPECT_GT(program.arena_bytes(), 0u);
  bool half = false;
  for (const PlanRow& row : program.rows()) half |= row.type.find("f16[") != std::string::npos && row.op.find("matmul") != std::string::npos;
  EXPECT_TRUE(half);
}

}  // namespace
}  // namespace candor
