// A training loop of one's own through compile().
#include <gtest/gtest.h>

#include "candor/candor.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

TEST(OwnLoop, IsTheStepOfFit) {
  const data::Dataset set = data::insurance_risk(256, 3);
  const auto make = [] {
    set_random_seed(2);
    const Sequential model{Dense{16, {.activation = relu}}, Dense{3}};
    model.build({3});
    return model;
  };
  const Sequential a = make(), b = make();
  a.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{1e-3f}});
  const History history = a.fit(set, {.epochs = 2, .batch_size = 32, .shuffle = false, .verbose = 0});

  Adam adam{1e-3f};
  auto step = compile([&](Tensor x, Tensor y) {
    auto [loss, grads] = value_and_grad([&] { return cross_entropy(b(x, training), y); }, b.parameters());
    adam.apply(grads);
    return loss;
  });
  Mean running;
  for (int epoch = 0; epoch < 2; ++epoch) {
    running.reset();
    for (auto [x, y] : data::batches(set, 32)) running.add(step(x, y));
  }
  EXPECT_NEAR(running.result(), history["loss"].back(), 1e-5);
  EXPECT_EQ(a.weights()[0].to_vector(), b.weights()[0].to_vector());
  EXPECT_EQ(adam.iterations(), 16);
}

TEST(OwnLoop, UncompiledStepsTrainToo) {
  const Sequential model{Dense{1}};
  const Tensor x = random_normal({64, 2}, 0, 1, {1, 1}), y = Tensor::full({64, 1}, 2);
  model(x);
  SGD sgd{0.1};
  double first = 0, last = 0;
  for (int i = 0; i < 50; ++i) {
    auto [loss, grads] = value_and_grad([&] { return MeanSquaredError{}(y, model(x, training)); }, model.parameters());
    sgd.apply(grads);
    (i == 0 ? first : last) = loss.item();
  }
  EXPECT_LT(last, first / 100);
}

TEST(OwnLoop, SaysWhatIsMissing) {
  const Sequential unbuilt{Dense{1}};
  EXPECT_ERROR(invalid_argument, value_and_grad([&] { return Tensor(1.f); }, unbuilt.parameters()), "has no weights yet");
  const Adam adam{1e-3f};
  const Variable v(Tensor::zeros({2}));
  EXPECT_ERROR(shape, adam.apply(std::vector<Tensor>{Tensor::zeros({3})}, std::vector<Variable>{v}), "gradient [3]", "[2]");
  EXPECT_ERROR(invalid_argument, adam.apply(std::vector<Tensor>{}, std::vector<Variable>{v}), "0 gradients for 1 weights");
  adam.apply(std::vector<Tensor>{Tensor::zeros({2})}, std::vector<Variable>{v});
  EXPECT_ERROR(invalid_argument, adam.apply(std::vector<Tensor>{Tensor::zeros({2})}, std::vector<Variable>{Variable(Tensor::zeros({2}))}), "other weights");
  EXPECT_ERROR(invalid_argument, Adam{-1.0}, "learning_rate");
  EXPECT_ERROR(invalid_argument, (Adam{1e-3, {.beta_1 = 1}}), "beta_1 must lie in [0, 1)");
  EXPECT_ERROR(invalid_argument, (SGD{0.1, {.clipnorm = 1, .clipvalue = 1}}), "at most one");
}

}  // namespace
}  // namespace candor
