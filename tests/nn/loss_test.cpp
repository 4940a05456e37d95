// Losses beyond Keras against numbers worked out by hand, reductions, masks, names, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "candor/graph/autodiff.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/model.h"
#include "candor/ops/ctc.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"
#include "tests/support/errors.h"

namespace candor {
namespace {

using Floats = std::vector<float>;
Tensor f(Floats v, Shape shape) { return Tensor::from(v, shape); }
Tensor whole(std::vector<std::int32_t> v) { return Tensor::from(v); }

TEST(Loss, ByKerasName) {
  for (const char* name : {"mse", "MSE", "mean_squared_error", "MeanSquaredError"}) {
    EXPECT_FLOAT_EQ(Loss(name)(f({1, 2}, {2, 1}), f({2, 4}, {2, 1})).item(), 2.5f) << name;
  }
  const LossList list = "mae";
  EXPECT_EQ(list[0].name(), "mean_absolute_error");
  EXPECT_ERROR(not_found, Loss("msee"), "'msee' is not known", "MeanSquaredError");
  EXPECT_ERROR(corrupt, loss_from_config({{"class_name", "Nope"}}), "'Nope'");
  EXPECT_ERROR(unsupported, Loss("own", [](const Tensor& t, const Tensor&) { return t; }).config(), "'own'", "cannot be stored");
  for (const std::string& name : loss_names()) {
    const Config config = loss_from_config(Config(name)).config();
    EXPECT_EQ(loss_from_config(config).config(), config) << name;
  }
}

TEST(Loss, WeightsOfSeveralRanks) {
  const Tensor t = Tensor::zeros({2, 3, 4}), p = Tensor::full({2, 3, 4}, 2);
  const MeanSquaredError mse{};
  EXPECT_FLOAT_EQ(mse(t, p, f({1, 0}, {2})).item(), 2);
  EXPECT_FLOAT_EQ(mse(t, p, f({1, 0}, {2, 1})).item(), 2);
  EXPECT_FLOAT_EQ(mse(t, p, f({1, 0, 0, 0, 0, 0}, {2, 3})).item(), 4.f / 6);
  EXPECT_FLOAT_EQ((MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}(t, p, f({1, 0}, {2})).item()), 4);
  EXPECT_FLOAT_EQ((MeanSquaredError{.reduction = Reduction::mean_with_sample_weight}(t, p, f({0, 0}, {2})).item()), 0);
  EXPECT_ERROR(shape, mse(t, p, f({1, 2, 3}, {3})), "mean_squared_error", "sample weights [3]", "[2, 3]");
  EXPECT_ERROR(shape, mse(t, p, f({1, 2}, {1, 2})), "sample weights [1, 2]", "[2, 3]");
  EXPECT_ERROR(shape, mse(t, p, Tensor::zeros({2, 3, 4})), "sample weights [2, 3, 4]", "[2, 3]");
}

TEST(Loss, MaskedValuesDoNotCount) {
  const Tensor values = f({1, 2, 3, 4}, {2, 2}), mask = f({1, 0, 1, 1}, {2, 2}).to(DType::boolean);
  const auto reduced = [&](Reduction reduction, const Tensor& weight) { return reduce_losses({values}, weight, reduction, "loss", mask); };
  EXPECT_FLOAT_EQ(reduced(Reduction::sum_over_batch_size, {}).item(), 8.f / 3);
  EXPECT_FLOAT_EQ(reduced(Reduction::sum, {}).item(), 8);
  EXPECT_FLOAT_EQ(reduced(Reduction::mean_with_sample_weight, {}).item(), 8.f / 3);
  EXPECT_FLOAT_EQ(reduced(Reduction::sum_over_batch_size, f({2, 1}, {2})).item(), 9.f / 3);
  EXPECT_EQ(reduced(Reduction::none, {}).to_vector(), (Floats{1, 0, 3, 4}));
  EXPECT_FLOAT_EQ(reduce_losses({values}, {}, Reduction::sum_over_batch_size, "loss", Tensor::zeros({2, 2}, DType::boolean)).item(), 0);
  EXPECT_ERROR(shape, reduce_losses({values}, {}, Reduction::sum, "loss", Tensor::zeros({3, 2}, DType::boolean)), "the mask [3, 2]", "[2, 2]");
}

TEST(Loss, GaussianNegativeLogLikelihood) {
  // Mean 1, log variance log 4, target 3: (log 4 + 4 / 4) / 2.
  const Tensor p = f({1, static_cast<float>(std::log(4.))}, {1, 2});
  EXPECT_NEAR(GaussianNLL{}(f({3}, {1, 1}), p).item(), (std::log(4.) + 1) / 2, 1e-6);
  EXPECT_NEAR(GaussianNLL{}(f({3}, {1}), p).item(), (std::log(4.) + 1) / 2, 1e-6);
  EXPECT_NEAR((GaussianNLL{.full = true}(f({3}, {1, 1}), p).item()), (std::log(4.) + 1 + std::log(2 * std::numbers::pi)) / 2, 1e-6);
  EXPECT_NEAR(gaussian_nll(f({3}, {1, 1}), f({1}, {1, 1}), f({4}, {1, 1})).item(), (std::log(4.) + 1) / 2, 1e-6);
  EXPECT_ERROR(shape, GaussianNLL{}(Tensor::zeros({2, 3}), Tensor::zeros({2, 3})), "[2, 3]", "2 numbers for each");
}

TEST(Loss, MixtureDensityIsThatOfItsComponents) {
  // One component: a Gaussian. Two with weights 3/4 and 1/4.
  const auto density = [](double x, double m, double s) { return std::exp(-(x - m) * (x - m) / (2 * s * s)) / (s * std::sqrt(2 * std::numbers::pi)); };
  EXPECT_NEAR((MixtureDensity{.components = 1}(f({1}, {1, 1}), f({0, 0.5f, 0}, {1, 3})).item()), -std::log(density(1, 0.5, 1)), 1e-6);
  const Tensor p = f({static_cast<float>(std::log(3.)), 0, -1, 2, 0, static_cast<float>(std::log(0.5))}, {1, 6});
  EXPECT_NEAR((MixtureDensity{.components = 2}(f({1}, {1, 1}), p).item()), -std::log(0.75 * density(1, -1, 1) + 0.25 * density(1, 2, 0.5)), 1e-6);
  EXPECT_ERROR(shape, (MixtureDensity{.components = 2}(Tensor::zeros({2, 1}), Tensor::zeros({2, 5}))), "2 + 4 numbers");
  EXPECT_ERROR(invalid_argument, Loss(MixtureDensity{.components = 0}), "components");
}

TEST(Loss, TripletHardTakesTheHardestOfABatch) {
  const Tensor p = f({0, 0, 1, 0, 3, 0, 0, 2}, {4, 2});
  // Classes 0 0 0 1: row 0: farthest own 3, nearest other 2.
  const Tensor each = Loss(TripletHard{.margin = 0.5, .reduction = Reduction::none})(whole({0, 0, 0, 1}), p);
  EXPECT_NEAR(each.to_vector()[0], 3 - 2 + 0.5, 1e-5);
  EXPECT_NEAR(each.to_vector()[1], std::max(2 - std::sqrt(5.) + 0.5, 0.), 1e-5);
  EXPECT_EQ(each.to_vector()[3], 0);  // no partner
  EXPECT_EQ(TripletHard{}(whole({0, 0, 0, 0}), p).item(), 0);  // no other class
  EXPECT_ERROR(shape, TripletHard{}(whole({0, 1}), p), "[2]", "[4, 2]");
  EXPECT_ERROR(shape, InfoNCE{}(Tensor::zeros({3}), Tensor::zeros({3})), "[batch, features]");
  EXPECT_ERROR(invalid_argument, Loss(InfoNCE{.temperature = 0}), "temperature");
}

TEST(Loss, SsimAndTotalVariation) {
  const Tensor a = random_uniform({2, 13, 12, 3}, 0, 1, {1, 1}), b = random_uniform({2, 13, 12, 3}, 0, 1, {1, 2});
  EXPECT_NEAR(SSIM{}(a, a).item(), 0, 1e-6);
  // By definition, for a window of one pixel: contrast and structure are those of a point.
  const double c1 = 1e-4, x = 0.25, y = 0.75;
  const Tensor one = Tensor::full({1, 1, 1, 1}, x), other = Tensor::full({1, 1, 1, 1}, y);
  EXPECT_NEAR(ssim(one, other, {.filter_size = 1}).item(), (2 * x * y + c1) / (x * x + y * y + c1), 1e-6);
  EXPECT_LT(ssim(a, b).to_vector()[0], 0.5);
  EXPECT_ERROR(shape, SSIM{}(Tensor::zeros({1, 4, 4, 1}), Tensor::zeros({1, 4, 4, 1})), "smaller than the window of 11");
  EXPECT_FLOAT_EQ(total_variation(f({1, 3, 2, 7}, {1, 2, 2, 1})).item(), 2 + 5 + 1 + 4);
  EXPECT_FLOAT_EQ(TotalVariation{}(Tensor::zeros({1}), f({1, 3, 2, 7}, {1, 2, 2, 1})).item(), 12);
}

TEST(Loss, CtcOfOneAlignment) {
  // Two steps, label {1}: paths 11, 1b, b1.
  const Tensor logits = f({0.2f, 1, -0.5f, 0.1f, -1, 0.3f}, {1, 2, 3});
  const std::vector<float> v = logits.to_vector();
  const auto p = [&](int t, int c) {
    double total = 0;
    for (int k = 0; k < 3; ++k) total += std::exp(v[static_cast<std::size_t>(3 * t + k)]);
    return std::exp(v[static_cast<std::size_t>(3 * t + c)]) / total;
  };
  const double want = -std::log(p(0, 1) * p(1, 1) + p(0, 1) * p(1, 0) + p(0, 0) * p(1, 1));
  EXPECT_NEAR(ctc_loss(logits, whole({1, 0}).view_reshape({1, 2}), whole({2}), whole({1})).item(), want, 1e-6);
  EXPECT_NEAR(CTC{}(whole({1, 0}).view_reshape({1, 2}), logits).item(), want, 1e-6);
  // Scores that no probability can hold: log space does not underflow.
  const Tensor far = f({0, 3000, -3000, 0}, {1, 2, 2});
  EXPECT_NEAR(ctc_loss(far, whole({1}).view_reshape({1, 1}), whole({2}), whole({1})).item(), 0, 1e-3);
  EXPECT_NEAR(ctc_loss(-far, whole({1}).view_reshape({1, 1}), whole({2}), whole({1})).item(), 3000 - std::log(2.), 1e-2);  // two paths
  EXPECT_ERROR(shape, CTC{}(Tensor::zeros({2}), Tensor::zeros({2, 3, 4})), "[2]", "[2, 3, 4]");
}

TEST(Loss, OptionsAreChecked) {
  EXPECT_ERROR(invalid_argument, Loss(Huber{.delta = 0}), "Huber: delta must be positive, not 0");
  EXPECT_ERROR(invalid_argument, Loss(Quantile{.quantile = 1}), "quantile");
  EXPECT_ERROR(invalid_argument, Loss(CategoricalGeneralizedCrossEntropy{.q = 1.5}), "q must lie in (0, 1)");
  EXPECT_ERROR(invalid_argument, Loss(CategoricalFocalCrossentropy{.alpha = std::vector<double>{}}), "alpha is an empty list");
  EXPECT_ERROR(shape, (CategoricalFocalCrossentropy{.alpha = {0.1, 0.9}}(Tensor::zeros({1, 3}), Tensor::zeros({1, 3}))), "alpha has 2 factors", "3 classes");
  EXPECT_ERROR(shape, CategoricalGeneralizedCrossEntropy{}(whole({1, 2}), Tensor::zeros({3, 4})), "[2]", "[3, 4]");
  EXPECT_ERROR(shape, Dice{}(Tensor::zeros({2, 4}), Tensor::zeros({2, 5})), "dice", "[2, 4]", "[2, 5]");
  EXPECT_ERROR(corrupt, loss_from_config({{"class_name", "Dice"}, {"config", {{"reduction", "median"}}}}), "'median'");
}

}  // namespace
}  // namespace candor
