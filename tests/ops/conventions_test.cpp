// What the ops promise at the points where libraries differ: ties, NaN, infinities, integers, far tails.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/graph/autodiff.h"
#include "candor/ops/op.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
using Floats = std::vector<float>;
using I32s = std::vector<std::int32_t>;

Tensor f(const Floats& values) { return Tensor::from(values); }
Tensor i(const I32s& values) { return Tensor::from(values); }

Floats gradient_at(const Floats& x, Tensor (*function)(const Tensor&)) {
  const auto g = grad([&](std::span<const Tensor> in) { return sum(function(in[0])); });
  const Tensor at = f(x);
  return g(std::span(&at, 1))[0].to_vector();
}

TEST(OpConventions, IntegersDivideTowardsMinusInfinity) {
  EXPECT_EQ(divide(i({7, -7, 7, -7, 5}), i({2, 2, -2, -2, 0})).to_vector<std::int32_t>(), (I32s{3, -4, -4, 3, 0}));
  EXPECT_EQ(mod(i({7, -7, 7, -7, 5}), i({2, 2, -2, -2, 0})).to_vector<std::int32_t>(), (I32s{1, 1, -1, -1, 0}));
  EXPECT_EQ(fmod(i({7, -7, 7, -7}), i({3, 3, -3, -3})).to_vector<std::int32_t>(), (I32s{1, -1, 1, -1}));
  const std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(divide(i({lowest}), i({-1})).to_vector<std::int32_t>(), I32s{lowest});
  EXPECT_EQ(mod(i({lowest}), i({-1})).to_vector<std::int32_t>(), I32s{0});
  EXPECT_EQ(add(i({std::numeric_limits<std::int32_t>::max()}), i({1})).to_vector<std::int32_t>(), I32s{lowest});
  EXPECT_EQ(power(i({2, -3, 5, 2}), i({10, 3, 0, -1})).to_vector<std::int32_t>(), (I32s{1024, -27, 1, 0}));
}

TEST(OpConventions, CastsToIntegersSaturate) {
  EXPECT_EQ(cast(f({1.9f, -1.9f, 3e9f, -3e9f, nan, inf}), DType::i32).to_vector<std::int32_t>(),
            (I32s{1, -1, std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::min(), 0, std::numeric_limits<std::int32_t>::max()}));
  EXPECT_EQ(cast(f({300, -5, 7.5f}), DType::u8).to_vector<std::int32_t>(), (I32s{255, 0, 7}));
  EXPECT_EQ(cast(f({0, -0.f, 0.1f, nan}), DType::boolean).to_vector<std::int32_t>(), (I32s{0, 0, 1, 1}));
}

TEST(OpConventions, NanWinsInExtremes) {
  const Floats both = maximum(f({nan, 1, nan}), f({1, nan, nan})).to_vector();
  for (float v : both) EXPECT_TRUE(std::isnan(v));
  EXPECT_TRUE(std::isnan(max(f({1, nan, 3})).item()));
  EXPECT_EQ(argmax(f({1, nan, 3, nan}), 0).item<int>(), 1);
  EXPECT_EQ(argmin(f({1, nan, 3}), 0).item<int>(), 1);
  EXPECT_EQ(argmax(f({1, 3, 3}), 0).item<int>(), 1);
}

TEST(OpConventions, SlopesAtKinks) {
  EXPECT_EQ(gradient_at({-1, 0, 2}, [](const Tensor& x) { return relu(x); }), (Floats{0, 0, 1}));
  EXPECT_EQ(gradient_at({-1, 0, 2}, [](const Tensor& x) { return abs(x); }), (Floats{-1, 0, 1}));
  EXPECT_EQ(gradient_at({-1, 0, 1, 2}, [](const Tensor& x) { return clip(x, -1, 1); }), (Floats{1, 1, 1, 0}));
  EXPECT_EQ(gradient_at({0, 6, 7, 5}, [](const Tensor& x) { return relu6(x); }), (Floats{0, 0, 0, 1}));
  EXPECT_EQ(gradient_at({-1, 1, 0}, [](const Tensor& x) { return hard_tanh(x); }), (Floats{0, 0, 1}));
  EXPECT_EQ(gradient_at({0, 1}, [](const Tensor& x) { return elu(x, 0.5); }), (Floats{0.5f, 1}));
  EXPECT_EQ(gradient_at({2, 2}, [](const Tensor& x) { return maximum(x, x * 1); }), (Floats{1, 1}));
  EXPECT_EQ(gradient_at({3, 1, 3}, [](const Tensor& x) { return max(x); }), (Floats{0.5f, 0, 0.5f}));
  EXPECT_EQ(gradient_at({0, 0}, [](const Tensor& x) { return norm(x); }), (Floats{0, 0}));
  EXPECT_EQ(gradient_at({2, 2}, [](const Tensor& x) { return std(x); }), (Floats{0, 0}));
  EXPECT_EQ(gradient_at({0, 3, 5}, [](const Tensor& x) { return prod(x); }), (Floats{15, 0, 0}));
  EXPECT_EQ(gradient_at({0, 0, 5}, [](const Tensor& x) { return prod(x); }), (Floats{0, 0, 0}));
}

TEST(OpConventions, PowerAtZero) {
  EXPECT_EQ(gradient_at({0, 2}, [](const Tensor& x) { return power(x, 0); }), (Floats{0, 0}));
  EXPECT_EQ(gradient_at({0, 3}, [](const Tensor& x) { return power(0, x); }), (Floats{0, 0}));
  EXPECT_EQ(gradient_at({-2}, [](const Tensor& x) { return power(x, 3); }), Floats{12});
}

TEST(OpConventions, FarTailsStayExact) {
  const Floats s = sigmoid(f({-1000, -50, 50, 1000})).to_vector();
  EXPECT_EQ(s[0], 0);
  EXPECT_NEAR(s[1] / 1.9287498e-22f, 1, 1e-5);
  EXPECT_EQ(s[2], 1);
  EXPECT_EQ(s[3], 1);
  EXPECT_EQ(softplus(f({-1000, 1000})).to_vector(), (Floats{0, 1000}));
  EXPECT_EQ(log_sigmoid(f({-1000, 1000})).to_vector(), (Floats{-1000, -0.f}));
  EXPECT_EQ(softmax(f({1000, 1000})).to_vector(), (Floats{0.5f, 0.5f}));
  EXPECT_NEAR(logsumexp(f({1000, 1000})).item(), 1000.6931f, 1e-3);
  EXPECT_EQ(logsumexp(f({-inf, -inf})).item(), -inf);
  EXPECT_EQ(log_cosh(f({-1000, 1000, 0})).to_vector()[0], 1000 - std::log(2.f));
  EXPECT_EQ(sigmoid_cross_entropy(f({1000, -1000}), f({0, 1})).to_vector(), (Floats{1000, 1000}));
}

TEST(OpConventions, SpecialFunctions) {
  EXPECT_NEAR(digamma(f({1})).item<double>(), -0.57721566, 1e-6);
  EXPECT_NEAR(digamma(f({-0.5f})).item<double>(), 0.03648998, 1e-6);
  EXPECT_TRUE(std::isnan(digamma(f({-2})).item()));
  EXPECT_EQ(lgamma(f({0})).item(), inf);
}

TEST(OpConventions, UnknownOpNamesTheNearest) {
  try {
    op("sigmoyd");
    FAIL();
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("\"sigmoid\""), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace candor
