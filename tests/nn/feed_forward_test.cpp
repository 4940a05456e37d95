// Gated feed-forward layers and mixtures of experts, written out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/call.h"
#include "candor/nn/layers.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "tests/nn/layer_gradients.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 1e-12) { EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), tolerance, tolerance), ""); }

using Rows = std::vector<double>;

double activated(const std::string& name, double x) {
  if (name == "silu") return x / (1 + std::exp(-x));
  if (name == "gelu") return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  if (name == "relu") return std::max(x, 0.0);
  return 1 / (1 + std::exp(-x));  // sigmoid
}

/// x [n] times a kernel [n, m] that starts at `from`.
Rows times(const Rows& x, const Rows& kernel, std::size_t from, std::size_t m) {
  Rows y(m);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < m; ++j) y[j] += x[i] * kernel[from + i * m + j];
  return y;
}

TEST(GatedFeedForward, IsTheFormula) {
  const Tensor x = pattern({2, 3, 5});
  for (const auto& [layer, name] : std::vector<std::pair<Layer, std::string>>{
           {SwiGLU(4), "silu"}, {GEGLU(4), "gelu"}, {ReGLU(4), "relu"}, {GatedFeedForward{4, {.activation = "sigmoid", .output_dim = 7, .use_bias = true, .bias_initializer = RandomNormal{0, 1, 3}}}, "sigmoid"}}) {
    const Tensor y = layer(x);
    std::vector<Rows> w;
    for (const Variable& v : layer.variables()) w.push_back(v.tensor().to_vector<double>());
    const bool bias = w.size() == 6;
    const std::size_t kernel = bias ? 2 : 1, out = bias ? 7 : 5;
    EXPECT_EQ(layer.named_variables()[0].first, "gate_kernel");
    Rows want;
    const Rows all = x.to_vector<double>();
    for (std::size_t row = 0; row < 6; ++row) {
      const Rows in(all.begin() + static_cast<std::ptrdiff_t>(5 * row), all.begin() + static_cast<std::ptrdiff_t>(5 * row + 5));
      Rows gate = times(in, w[0], 0, 4), up = times(in, w[kernel], 0, 4), middle(4);
      for (std::size_t i = 0; i < 4; ++i) middle[i] = activated(name, gate[i] + (bias ? w[1][i] : 0)) * (up[i] + (bias ? w[3][i] : 0));
      const Rows down = times(middle, w[2 * kernel], 0, out);
      for (std::size_t i = 0; i < out; ++i) want.push_back(down[i] + (bias ? w[5][i] : 0));
    }
    expect_same(y, Tensor::from(want, {2, 3, static_cast<std::int64_t>(out)}), 1e-12);
    if (name != "relu") check_layer_gradients(layer, {x});
  }
}

TEST(GatedFeedForward, DropsInTrainingOnlyAndPassesTheMaskOn) {
  const GatedFeedForward layer{16, {.dropout = 0.5}};
  const Tensor mask = Tensor::from(std::vector<double>{1, 1, 0}, {1, 3}).to(DType::boolean), x = pattern({1, 3, 5}).with_mask(mask);
  const Tensor y = layer(x);
  EXPECT_EQ(y.mask().to_vector<double>(), (Rows{1, 1, 0}));
  expect_same(layer(x), y, 0);
  const auto train = compile([&](Tensor in) { return layer(in, training); });
  EXPECT_NE(difference(train(x), y, 1e-6, 1e-6), "");
  EXPECT_ERROR(shape, layer(pattern({1, 3, 4})), "5 features");
  EXPECT_ERROR(invalid_argument, GatedFeedForward{0}, "intermediate_dim must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, GatedFeedForward(3, {.output_dim = 0}), "output_dim");
  EXPECT_ERROR(invalid_argument, GatedFeedForward(3, {.dropout = 1}), "dropout");
}

/// What experts a step uses, and their shares before they are made to add up to 1.
struct Chosen {
  Rows shares, weights;
  double logsumexp;
};
Chosen chosen(const Rows& x, const Rows& router, std::size_t experts, std::size_t top_k, bool normalized) {
  Chosen c{times(x, router, 0, experts), Rows(experts), 0};
  for (double& s : c.shares) c.logsumexp += s = std::exp(s);
  for (double& s : c.shares) s /= c.logsumexp;
  c.logsumexp = std::log(c.logsumexp);
  std::vector<std::size_t> order(experts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return c.shares[a] > c.shares[b]; });
  double total = 0;
  for (std::size_t k = 0; k < top_k; ++k) total += c.weights[order[k]] = c.shares[order[k]];
  for (double& w : c.weights) w /= normalized ? total : 1;
  return c;
}

TEST(MixtureOfExperts, EachStepIsTheChosenExpertsSum) {
  constexpr std::size_t experts = 5, units = 3, features = 4;
  const Tensor x = pattern({2, 6, features});
  for (const bool gated : {true, false})
    for (const bool normalized : {true, false})
      for (const std::size_t top_k : {1u, 2u, 5u}) {
        const MixtureOfExperts layer{experts, units, {.top_k = static_cast<std::int64_t>(top_k), .activation = "gelu", .gated = gated, .use_bias = true, .normalize_weights = normalized}};
        (void)layer(x);
        disturb_weights(layer);
        std::map<std::string, Rows> w;
        for (const auto& [name, v] : layer.named_variables()) w[name] = v.tensor().to_vector<double>();
        const Rows all = x.to_vector<double>();
        Rows want;
        for (std::size_t row = 0; row < 12; ++row) {
          const Rows in(all.begin() + static_cast<std::ptrdiff_t>(features * row), all.begin() + static_cast<std::ptrdiff_t>(features * row + features));
          const Chosen c = chosen(in, w["router"], experts, top_k, normalized);
          Rows y(features);
          for (std::size_t e = 0; e < experts; ++e) {
            Rows middle = times(in, w["up_kernel"], e * features * units, units);
            for (std::size_t i = 0; i < units; ++i) middle[i] += w["up_bias"][e * units + i];
            if (gated) {
              const Rows gate = times(in, w["gate_kernel"], e * features * units, units);
              for (std::size_t i = 0; i < units; ++i) middle[i] *= activated("gelu", gate[i] + w["gate_bias"][e * units + i]);
            } else {
              for (double& m : middle) m = activated("gelu", m);
            }
            const Rows down = times(middle, w["down_kernel"], e * units * features, features);
            for (std::size_t i = 0; i < features; ++i) y[i] += c.weights[e] * (down[i] + w["down_bias"][e * features + i]);
          }
          want.insert(want.end(), y.begin(), y.end());
        }
        expect_same(layer(x), Tensor::from(want, x.shape()), 1e-11);
        check_layer_gradients(layer, {x});
      }
}

TEST(MixtureOfExperts, OneExpertIsThePlainLayer) {
  const Tensor x = pattern({3, 2, 6});
  const MixtureOfExperts one{1, 4, {.top_k = 1, .activation = "silu"}}, plain{1, 4, {.top_k = 1, .activation = "relu", .gated = false, .use_bias = true}};
  const GatedFeedForward gated = SwiGLU(4);
  const Dense inner{4, {.activation = "relu"}}, outer{6};
  for (const Layer& layer : std::vector<Layer>{one, plain, gated}) (void)layer(x);
  (void)outer(inner(x));
  disturb_weights(one);
  disturb_weights(plain);
  const auto copy = [](const Layer& from, const Layer& to, std::size_t offset, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) to.variables()[i + first].assign(reshape(from.variables()[i + offset].tensor(), to.variables()[i + first].shape()));
  };
  copy(one, gated, 1, 0, 3);
  expect_same(one(x), gated(x), 1e-12);
  copy(plain, inner, 1, 0, 2);
  copy(plain, outer, 3, 0, 2);
  expect_same(plain(x), outer(inner(x)), 1e-12);
}

/// The losses that a call in training adds.
Tensor losses(const Layer& layer, const Tensor& x) {
  return compile([&](Tensor in) {
    const detail::LossCollector inside;
    const Tensor y = layer(in.with_mask(x.mask()), training);
    return inside.total().defined() ? inside.total() : sum(y) * Tensor(0.0);
  })(x);
}

TEST(MixtureOfExperts, LossesAskForBalance) {
  constexpr std::size_t experts = 4, features = 3;
  const Tensor x = pattern({2, 5, features});
  const MixtureOfExperts layer{experts, 2, {.top_k = 2, .load_balance_loss = 0.5, .router_z_loss = 0.25}};
  (void)layer(x);
  disturb_weights(layer, 2);
  const Rows router = layer.variables()[0].tensor().to_vector<double>(), all = x.to_vector<double>();
  const auto expected = [&](const std::vector<int>& steps) {
    Rows used(experts), meant(experts);
    double z = 0;
    for (int row : steps) {
      const Rows in(all.begin() + static_cast<std::ptrdiff_t>(features) * row, all.begin() + static_cast<std::ptrdiff_t>(features) * (row + 1));
      const Chosen c = chosen(in, router, experts, 2, true);
      for (std::size_t e = 0; e < experts; ++e) used[e] += (c.weights[e] > 0) / 2.0, meant[e] += c.shares[e];
      z += c.logsumexp * c.logsumexp;
    }
    const auto n = static_cast<double>(steps.size());
    double balance = 0;
    for (std::size_t e = 0; e < experts; ++e) balance += used[e] / n * meant[e] / n;
    return 0.5 * experts * balance + 0.25 * z / n;
  };
  EXPECT_NEAR(losses(layer, x).item<double>(), expected({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}), 1e-12);
  const Tensor mask = Tensor::from(Rows{1, 1, 1, 0, 0, 1, 0, 0, 0, 0}, {2, 5}).to(DType::boolean);
  EXPECT_NEAR(losses(layer, x.with_mask(mask)).item<double>(), expected({0, 1, 2, 5}), 1e-12);
  // A router that knows no difference is at the least, the weight itself; one that always takes the same is above.
  const MixtureOfExperts even{experts, 2, {.top_k = 1, .load_balance_loss = 0.5}};
  (void)even(x);
  even.variables()[0].assign(Tensor::zeros({features, experts}, DType::f64));
  EXPECT_NEAR(losses(even, x).item<double>(), 0.5, 1e-12);
  Rows one(features * experts);
  one[0] = 40;
  even.variables()[0].assign(Tensor::from(one, {features, experts}));
  const Tensor positive = abs(x) + Tensor::full({}, 1, DType::f64);
  EXPECT_NEAR(losses(even, positive).item<double>(), 0.5 * experts, 1e-9);
  const MixtureOfExperts silent{experts, 2, {.load_balance_loss = 0}};
  EXPECT_EQ(losses(silent, x).item<double>(), 0);
  // The loss moves the router.
  const CompiledFunction slope([&](std::span<const Tensor> in) {
    const detail::LossCollector inside;
    (void)layer(in[0], training);
    const Tensor w = layer.variables()[0].value(), loss = inside.total();
    return gradients(std::span(&loss, 1), {}, std::span(&w, 1));
  });
  EXPECT_GT(largest_entry(slope(std::vector<Tensor>{x})[0]), 1e-4);
}

TEST(MixtureOfExperts, OptionsAndInputsThatMakeNoSense) {
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(0, 3), "num_experts");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 0), "intermediate_dim");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 2, {.top_k = 0}), "top_k");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 2, {.top_k = 4}), "top_k 4", "3 experts");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 2, {.output_dim = -1}), "output_dim");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 2, {.load_balance_loss = -1}), "load_balance_loss");
  EXPECT_ERROR(invalid_argument, MixtureOfExperts(3, 2, {.router_z_loss = std::nan("")}), "router_z_loss");
  const MixtureOfExperts layer{3, 2};
  EXPECT_EQ(layer(pattern({2, 4})).shape(), (Shape{2, 4}));
  EXPECT_ERROR(shape, layer(pattern({2, 5})), "4 features");
  EXPECT_ERROR(shape, MixtureOfExperts(3, 2)(pattern({2})), "[batch, ..., features]");
}

}  // namespace
}  // namespace candor::testing
