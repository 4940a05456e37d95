// fixtures/losses: values and gradients of every loss that exists.
#include <gtest/gtest.h>

#include <map>

#include "candor/nn/losses.h"
#include "candor/ops/ctc.h"
#include "candor/ops/index.h"
#include "tests/support/config.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

class LossFixture : public ::testing::TestWithParam<FixtureCase> {};

Loss loss_of(const FixtureCase& fixture) {
  static const std::map<std::string, std::string> classes = {
      {"mean_squared_error", "MeanSquaredError"}, {"mean_absolute_error", "MeanAbsoluteError"},
      {"mean_absolute_percentage_error", "MeanAbsolutePercentageError"}, {"mean_squared_logarithmic_error", "MeanSquaredLogarithmicError"},
      {"huber", "Huber"}, {"log_cosh", "LogCosh"}, {"poisson", "Poisson"}, {"quantile", "Quantile"}, {"cosine_similarity", "CosineSimilarity"},
      {"binary_crossentropy", "BinaryCrossentropy"}, {"categorical_crossentropy", "CategoricalCrossentropy"},
      {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"}, {"binary_focal_crossentropy", "BinaryFocalCrossentropy"},
      {"categorical_focal_crossentropy", "CategoricalFocalCrossentropy"}, {"kl_divergence", "KLDivergence"}, {"hinge", "Hinge"},
      {"squared_hinge", "SquaredHinge"}, {"categorical_hinge", "CategoricalHinge"}, {"contrastive", "Contrastive"}, {"dice", "Dice"}, {"tversky", "Tversky"}};
  nlohmann::json options = fixture.attrs();
  std::string reduction = options.value("reduction", "mean");
  if (reduction == "weighted_mean") reduction = "mean_with_sample_weight";
  if (reduction == "mean_over_kept") reduction = "mean";  // what ignore_class does
  options["reduction"] = reduction;
  if (fixture.op == "binary_focal_crossentropy") {
    options["apply_class_balancing"] = !options["alpha"].is_null();
    if (options["alpha"].is_null()) options.erase("alpha");
  }
  if (fixture.op == "dice" || fixture.op == "tversky") options["smooth"] = 1e-7;  // the formula's e, which Keras has below the fraction alone
  if (fixture.op == "tversky") std::swap(options["alpha"], options["beta"]);        // Keras's alpha weighs what was missed
  return loss_from_config(to_config({{"class_name", classes.at(fixture.op)}, {"config", options}}));
}

/// Losses of more than targets and predictions, or where both have gradients.
std::vector<Tensor> free_function(const FixtureCase& fixture, const FixtureCall& call) {
  const Reduction reduction = reduction_from_string(fixture.attrs().value("reduction", "mean"));
  if (fixture.op == "gaussian_nll") return {gaussian_nll(call["y_true"], call["y_pred"], call["var"], fixture.attrs().at("full"), 1e-6, reduction)};
  if (fixture.op == "triplet_margin") return {triplet_margin(call["anchor"], call["positive"], call["negative"], fixture.attrs().at("margin"), reduction)};
  if (fixture.op == "ctc") {
    return {reduce_losses({ctc_loss(call["logits"], call["labels"], call["logit_lengths"], call["label_lengths"], fixture.attrs().at("blank"))}, {}, reduction, "ctc")};
  }
  const double temperature = fixture.attrs().at("temperature");
  if (fixture.op == "info_nce") return {InfoNCE{.temperature = temperature, .reduction = reduction}(call["key"], call["query"])};
  return {NTXent{.temperature = temperature, .reduction = reduction}(call["b"], call["a"])};
}

TEST_P(LossFixture, ValueAndGradient) {
  const FixtureCase& fixture = GetParam();
  const bool free = fixture.op == "gaussian_nll" || fixture.op == "triplet_margin" || fixture.op == "ctc" || fixture.op == "info_nce" || fixture.op == "nt_xent";
  const Loss loss = free ? Loss() : loss_of(fixture);
  const auto run = [&](const FixtureCall& call) {
    if (free) return free_function(fixture, call);
    Tensor weight;
    if (call.has("sample_weight")) weight = call["sample_weight"];
    if (call.has("class_weight")) {  // the weight of a sample is that of its class
      const Tensor &weights = call["class_weight"], &labels = call["y_true"];
      weight = take(weights, labels);
    }
    return std::vector<Tensor>{loss(call["y_true"], call["y_pred"], weight)};
  };
  check_fixture(fixture, DType::f32, run);
  // Keras adds 1e-7 to the prediction inside the logarithm, more than the f64 tolerance.
  const bool has_epsilon = fixture.op == "poisson" && !fixture.attrs().value("log_input", false);
  if (!has_epsilon) check_fixture(fixture, DType::f64, run);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, LossFixture, ::testing::ValuesIn(read_fixtures("losses")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LossFixture);

}  // namespace
}  // namespace candor::testing
