// Derivatives of networks: gradient penalty, input saliency, many small networks at once.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/candor.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

Tensor drawn(const Shape& shape, std::uint64_t salt) { return random_uniform(shape, -1.f, 1.f, RandomStream{11, salt}); }

// WGAN-GP (Gulrajani et al. 2017): mean over samples of (|d critic / d x| - 1)^2.
Tensor penalty(const Model& critic, const Tensor& x) {
  const auto slope = grad([&](std::span<const Tensor> in) { return sum(critic(in[0])); });
  return mean(square(norm(slope(std::vector{x})[0], {1}) - 1.f));
}

TEST(NetworkDerivatives, GradientPenaltyAgreesWithDifferences) {
  const Sequential critic{Dense{8, {.activation = tanh}}, Dense{8, {.activation = "softplus"}}, Dense{1}};
  critic.build(Shape{3});
  const Tensor x = drawn({5, 3}, 1);
  const std::vector<Variable> weights = critic.parameters();
  auto step = compile([&](Tensor at) { return value_and_grad([&] { return penalty(critic, at); }, weights); });
  const auto [value, grads] = step(x);
  EXPECT_GT(value.item(), 0);
  for (std::size_t w = 0; w < weights.size(); ++w) {
    const Tensor place = weights[w].tensor();
    float* entry = place.mutable_data<float>();
    const std::vector<float> g = grads[w].to_vector();
    for (std::size_t i = 0; i < g.size(); i += 5) {
      const float before = entry[i], h = 1e-2f;
      const auto at = [&](float v) {
        entry[i] = v;
        return penalty(critic, x).item<double>();
      };
      const double slope = (8 * (at(before + h) - at(before - h)) - (at(before + 2 * h) - at(before - 2 * h))) / (12 * static_cast<double>(h));
      entry[i] = before;
      EXPECT_NEAR(g[i], slope, 2e-3 * std::max(1.0, std::abs(slope))) << weights[w].name() << " " << i;
    }
  }
  // The last bias moves no slope.
  EXPECT_EQ(grads.back().to_vector(), std::vector<float>{0});
}

TEST(NetworkDerivatives, TrainingWithAPenaltyMakesTheCriticOneLipschitz) {
  const Sequential critic{Dense{16, {.activation = tanh}}, Dense{1}};
  critic.build(Shape{2});
  const Tensor x = drawn({64, 2}, 2);
  const Adam adam{1e-2f};
  auto step = compile([&](Tensor at) {
    const auto [loss, grads] = value_and_grad([&] { return penalty(critic, at); }, critic.parameters());
    adam.apply(grads);
    return loss;
  });
  const float first = step(x).item();
  float last = first;
  for (int i = 0; i < 300; ++i) last = step(x).item();
  EXPECT_LT(last, 0.05f * first);
}

// Which inputs a decision hangs on: the gradient of the winning score to the input.
TEST(NetworkDerivatives, SaliencyIsTheSlopeToTheInput) {
  const Sequential model{Dense{6, {.activation = relu}}, Dense{3}};
  model.build(Shape{4});
  const Tensor x = drawn({2, 4}, 3), scores = model(x);
  const auto saliency = grad([&](std::span<const Tensor> in) { return sum(max(model(in[0]), {1})); })(std::vector{x})[0];
  for (int n = 0; n < 2; ++n)
    for (int i = 0; i < 4; ++i) {
      std::vector<float> moved = x.to_vector();
      const float h = 1e-2f;
      moved[static_cast<std::size_t>(4 * n + i)] += h;
      const double up = sum(max(model(Tensor::from(moved, x.shape())), {1})).item<double>();
      moved[static_cast<std::size_t>(4 * n + i)] -= 2 * h;
      const double down = sum(max(model(Tensor::from(moved, x.shape())), {1})).item<double>();
      EXPECT_NEAR(saliency.to_vector()[static_cast<std::size_t>(4 * n + i)], (up - down) / (2 * static_cast<double>(h)), 1e-3) << n << " " << i;
    }
}

// The gradients of each sample, as differential privacy and influence need them: their mean is the gradient of the batch.
TEST(NetworkDerivatives, GradientsOfEachSampleOfANetwork) {
  const Sequential model{Dense{5, {.activation = tanh}}, Dense{3}};
  model.build(Shape{4});
  const Tensor x = drawn({6, 4}, 4), y = Tensor::from<std::int32_t>({0, 1, 2, 0, 1, 2}).to(DType::i64);
  const std::vector<Variable> weights = model.parameters();
  const auto loss = [&](const Tensor& in, const Tensor& label) { return mean(sparse_softmax_cross_entropy(model(in), label)); };
  auto each = compile(vmap([&](Tensor one, Tensor label) {
    return value_and_grad([&] { return loss(expand_dims(one, 0), expand_dims(label, 0)); }, weights).second;
  }));
  const std::vector<Tensor> separate = each(x, y);
  const auto [value, together] = value_and_grad([&] { return loss(x, y); }, weights);
  for (std::size_t w = 0; w < weights.size(); ++w) {
    EXPECT_EQ(separate[w].shape(), weights[w].shape().inserted(0, 6));
    const std::vector<float> a = mean(separate[w], {0}).to_vector(), b = together[w].to_vector();
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-6);
  }
}

}  // namespace
}  // namespace candor
