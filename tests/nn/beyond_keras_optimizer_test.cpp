// Optimizers, averages and schedules that Keras does not have, or has without a fixture: one step beside the formula.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/nn/optimizers/weight_average.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

/// loss = sum(a w^2) / 2, whose gradient is a w.
struct Bowl {
  std::vector<double> a{1, 4, 0.5}, start{1, -2, 3};
  Variable w{Tensor::from<double>({1, -2, 3}), "bowl/w"};
  Function<Tensor()> loss() const {
    return [this] { return sum(Tensor::from<double>(a) * square(w.value())) * Tensor::full({}, 0.5, DType::f64); };
  }
};

void expect_near(const Variable& v, const std::vector<double>& want, double tolerance = 1e-12) {
  const std::vector<double> got = v.tensor().to_vector<double>();
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], tolerance) << v.name() << " " << i;
}

/// Foret et al. 2020, Kwon et al. 2021: the gradient is taken rho uphill, the step is made from where the weights are.
TEST(BeyondKerasOptimizer, SAMStepsByTheGradientUphill) {
  for (const bool adaptive : {false, true}) {
    for (const bool compiled : {false, true}) {
      const Bowl bowl;
      const double rho = 0.3, rate = 0.1;
      const SAM sam(SGD{rate}, {.rho = rho, .adaptive = adaptive});
      double norm = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        const double g = bowl.a[i] * bowl.start[i], pull = adaptive ? std::abs(bowl.start[i]) * g : g;
        norm += pull * pull;
      }
      std::vector<double> want;
      for (std::size_t i = 0; i < 3; ++i) {
        const double w = bowl.start[i], g = bowl.a[i] * w;
        const double there = w + rho * (adaptive ? w * w : 1) * g / std::sqrt(norm);
        want.push_back(w - rate * bowl.a[i] * there);
      }
      const std::vector<Variable> variables{bowl.w};
      const auto step = [&] { return sam.minimize(bowl.loss(), variables); };
      const double loss = compiled ? compile([&](Tensor) { return step(); })(Tensor(0.f)).item<double>() : step().item<double>();
      EXPECT_NEAR(loss, 0.5 * (1 + 16 + 4.5), 1e-12);  // of the weights before the step, not of those uphill
      expect_near(bowl.w, want);
    }
  }
}

TEST(BeyondKerasOptimizer, SAMNeedsTheLoss) {
  const Bowl bowl;
  const SAM sam(SGD{0.1});
  const std::vector<Variable> variables{bowl.w};
  EXPECT_ERROR(invalid_argument, sam.apply(std::vector<Tensor>{Tensor::from<double>({1, 1, 1})}, variables), "minimize");
  EXPECT_ERROR(invalid_argument, SAM(SGD{0.1}, {.rho = 0}), "rho");
  EXPECT_EQ(optimizer_from_config(sam.config()).config(), sam.config());
}

TEST(BeyondKerasOptimizer, WeightAverageOfEqualAndOfLaterWeights) {
  const std::vector<double> steps{1, 2, 6, -3};
  for (const bool compiled : {false, true}) {
    Variable w(Tensor::from<double>({0.0}), "w");
    const std::vector<Variable> variables{w};
    const WeightAverage equal(variables), late(variables, 0.75);
    EXPECT_ERROR(invalid_argument, equal.swap(), "update");
    const auto move = [&](Tensor x) {
      w.assign(x);
      equal.update();
      late.update();
      return x;
    };
    const auto program = compile(move);
    double mean = 0, later = 1;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Tensor x = Tensor::from<double>({steps[i]});
      compiled ? program(x) : move(x);
      mean += steps[i] / 4;
      if (i > 0) later = 0.75 * later + 0.25 * steps[i];
    }
    EXPECT_EQ(equal.count(), 4);
    equal.swap();
    expect_near(w, {mean});
    equal.swap();
    expect_near(w, {-3});
    late.swap();
    expect_near(w, {later});
  }
}

TEST(BeyondKerasOptimizer, WeightAverageRefusesWhatItCannotAverage) {
  const std::vector<Variable> none, whole{Variable(Tensor::from<std::int64_t>({1}), "n")}, some{Variable(Tensor(1.f), "w")};
  EXPECT_ERROR(invalid_argument, WeightAverage{none}, "no variables");
  EXPECT_ERROR(dtype, WeightAverage{whole}, "floating");
  EXPECT_ERROR(invalid_argument, WeightAverage(some, 1.0), "momentum");
}

/// Each weight by the optimizer whose pattern matches its path, the others by the default.
TEST(BeyondKerasOptimizer, MultiOptimizerByPattern) {
  const std::vector<Variable> variables{Variable(Tensor::from<double>({1.0}), "encoder/kernel"), Variable(Tensor::from<double>({1.0}), "head/kernel")};
  const OptimizerMap map{SGD{0.1}, {{"encoder/.*", SGD{0.01}}}};
  const MultiOptimizer both(map);
  both.apply(std::vector<Tensor>{Tensor::from<double>({2.0}), Tensor::from<double>({2.0})}, variables);
  expect_near(variables[0], {1 - 0.01 * 2});
  expect_near(variables[1], {1 - 0.1 * 2});
}

TEST(BeyondKerasOptimizer, RatesByPatternAndFreezing) {
  const std::vector<Variable> variables{Variable(Tensor::from<double>({1.0}), "a/kernel"), Variable(Tensor::from<double>({1.0}), "b/kernel"), Variable(Tensor::from<double>({1.0}), "c/kernel")};
  const SGD sgd(0.1, {.momentum = 0.5});
  sgd.scale_learning_rate("a/", 0.25);
  sgd.scale_learning_rate("b/", 0);
  const std::vector<Tensor> gradients(3, Tensor::from<double>({2.0}));
  sgd.apply(gradients, variables);
  expect_near(variables[0], {1 - 0.1 * 0.25 * 2});
  expect_near(variables[1], {1});
  expect_near(variables[2], {1 - 0.1 * 2});
  EXPECT_ERROR(invalid_argument, sgd.scale_learning_rate("c/", 2), "scale_learning_rate");
}

/// Patterns see the path of a weight within the outermost model, whichever way it was put together: rates for each block, frozen parts.
TEST(BeyondKerasOptimizer, RatesByTheBlockOfANestedModel) {
  const Symbol in = Input({3});
  const Model encoder(in, Dense{4, {.name = "first"}}(in), {.name = "encoder"});
  const Sequential tower{{Dense{4, {.name = "second"}}}, {.name = "tower"}};
  const Sequential model{encoder, tower, Dense{2, {.name = "head"}}};
  model.build({3});
  std::vector<std::string> names;
  std::vector<Tensor> before, gradients;
  const std::vector<Variable> weights = model.parameters();
  for (const Variable& v : weights) names.push_back(v.name()), before.push_back(v.tensor().clone()), gradients.push_back(Tensor::full(v.shape(), 1));
  EXPECT_EQ(names, (std::vector<std::string>{"encoder/first/kernel", "encoder/first/bias", "tower/second/kernel", "tower/second/bias", "head/kernel", "head/bias"}));
  const SGD sgd{0.5};
  sgd.scale_learning_rate("^encoder/", 0);
  sgd.scale_learning_rate("^tower/", 0.1);
  sgd.apply(gradients, weights);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double moved = names[i].starts_with("encoder") ? 0 : names[i].starts_with("tower") ? 0.05 : 0.5;
    EXPECT_NEAR(before[i].to_vector<double>()[0] - weights[i].tensor().to_vector<double>()[0], moved, 1e-6) << names[i];
  }
  // A frozen layer has no parameters; the others go on.
  encoder.set_trainable(false);
  EXPECT_EQ(model.parameters().size(), 4u);
  tower.layers()[0].set_trainable(false);
  EXPECT_EQ(model.parameters().size(), 2u);
  const TransformerEncoder block{4, 2, {.name = "block"}};
  const Sequential deep{block};
  deep.build({3, 4});
  EXPECT_EQ(deep.parameters()[0].name(), "block/self_attention_layer/query/kernel");
}

TEST(BeyondKerasOptimizer, DecayLeavesOutWhatIsExcluded) {
  const std::vector<Variable> variables{Variable(Tensor::from<double>({1.0}), "dense/kernel"), Variable(Tensor::from<double>({1.0}), "dense/bias")};
  const AdamW adam(0.1, {.weight_decay = 0.5});
  adam.exclude_from_weight_decay({"bias"});
  adam.apply(std::vector<Tensor>(2, Tensor::from<double>({0.0})), variables);
  expect_near(variables[0], {1 - 0.1 * 0.5});
  expect_near(variables[1], {1});
}

TEST(BeyondKerasSchedule, SequenceBeginsEachAtItsMilestone) {
  const ScheduleSequence sequence{{LinearWarmup{1, 4}, ExponentialDecay{1, 1, 0.5}, InverseTimeDecay{0.2, 1, 1}}, {4, 7}};
  const Schedule schedule = sequence;
  const std::vector<double> want{0, 0.25, 0.5, 0.75, 1, 0.5, 0.25, 0.2, 0.1, 0.2 / 3};
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(schedule.at(static_cast<std::int64_t>(i)), want[i], 1e-12) << i;
  EXPECT_EQ(schedule_from_config(schedule.config()).config(), schedule.config());
  EXPECT_ERROR(invalid_argument, Schedule(ScheduleSequence{{LinearWarmup{1, 4}}, {4}}), "milestones");
  EXPECT_ERROR(invalid_argument, Schedule(ScheduleSequence{{LinearWarmup{1, 4}, LinearWarmup{1, 4}, LinearWarmup{1, 4}}, {4, 4}}), "rise");
}

/// A schedule of one's own is a function of the step, an f64 scalar, and runs inside the compiled step.
TEST(BeyondKerasSchedule, OfOnesOwn) {
  const Schedule halves([](const Tensor& step) { return Tensor::full({}, 0.4, DType::f64) / (step + Tensor::full({}, 1, DType::f64)); }, {});
  const std::vector<Variable> variables{Variable(Tensor::from<double>({1.0}), "w")};
  const SGD sgd(halves);
  for (int i = 0; i < 2; ++i) sgd.apply(std::vector<Tensor>{Tensor::from<double>({1.0})}, variables);
  expect_near(variables[0], {1 - 0.4 - 0.2});
}

}  // namespace
}  // namespace candor::testing
