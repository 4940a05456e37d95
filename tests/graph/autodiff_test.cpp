#include "candor/graph/autodiff.h"

#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

TEST(Autodiff, PolynomialToThirdOrder) {
  const auto cube = [](std::span<const Tensor> x) { return sum(x[0] * x[0] * x[0]); };
  const auto first = grad(cube);
  const auto second = grad([&](std::span<const Tensor> x) { return sum(first(x)[0]); });
  const auto third = grad([&](std::span<const Tensor> x) { return sum(second(x)[0]); });
  const std::vector<Tensor> x{Tensor::from<double>({1, -2, 3})};
  EXPECT_EQ(first(x)[0].to_vector<double>(), (std::vector<double>{3, 12, 27}));
  EXPECT_EQ(second(x)[0].to_vector<double>(), (std::vector<double>{6, -12, 18}));
  EXPECT_EQ(third(x)[0].to_vector<double>(), (std::vector<double>{6, 6, 6}));
}

TEST(Autodiff, ValueAndGradOfVariables) {
  const Variable w(Tensor::from<float>({2, -1}, {2, 1}), "w"), unused(Tensor::zeros({3}), "unused");
  const Tensor x = Tensor::from<float>({1, 2, 3, 4}, {2, 2}), y = Tensor::from<float>({1, 1}, {2, 1});
  const std::vector<Variable> variables{w, unused};
  const auto [loss, grads] = value_and_grad([&] { return mean(square(matmul(x, w) - y)); }, variables);
  // x w - y = (-1, 1): loss 1, gradient (2/2) x^T (-1, 1) = (2, 2)
  EXPECT_FLOAT_EQ(loss.item(), 1);
  EXPECT_EQ(grads[0].to_vector(), (std::vector<float>{2, 2}));
  EXPECT_EQ(grads[1].to_vector(), (std::vector<float>{0, 0, 0}));
}

TEST(Autodiff, InsideCompileItIsPartOfTheProgram) {
  const Variable w(Tensor::from<float>({1.f}), "w");
  auto step = compile([&](Tensor x) {
    auto [loss, grads] = value_and_grad([&] { return sum(square(w.value() * x)); }, std::vector<Variable>{w});
    w.assign(w.value() - 0.1f * grads[0]);
    return loss;
  });
  EXPECT_FLOAT_EQ(step(Tensor::from<float>({2.f})).item(), 4);
  EXPECT_FLOAT_EQ(w.tensor().item(), 0.2f);
}

TEST(Autodiff, StopGradient) {
  const auto g = grad([](std::span<const Tensor> x) { return sum(x[0] * stop_gradient(x[0])); });
  EXPECT_EQ(g(std::vector<Tensor>{Tensor::from<float>({3, 4})})[0].to_vector(), (std::vector<float>{3, 4}));
}

TEST(Autodiff, AVectorLossIsAnError) {
  const Variable w(Tensor::zeros({2}), "w");
  EXPECT_THROW(value_and_grad([&] { return w.value() * 2.f; }, std::vector<Variable>{w}), Error);
}

}  // namespace
}  // namespace candor
