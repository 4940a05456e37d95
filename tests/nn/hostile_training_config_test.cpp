// Optimizers, schedules, losses, metrics, initializers, regularizers and constraints from configurations that someone spoiled.
#include <gtest/gtest.h>

#include "candor/candor.h"
#include "tests/nn/spoiled_config.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

Config entry(const std::string& kind, const Config& options = Config::map()) { return {{"class_name", kind}, {"config", options}}; }

/// Reads `config`, writes it, and reads that again: the same.
template <class From>
auto read_twice(const Config& config, From&& from) {
  auto first = from(config);
  const Config written = from(first.config()).config();
  EXPECT_EQ(to_string(from(written).config()), to_string(written));
  return first;
}

TEST(HostileTrainingConfig, Optimizers) {
  for (const std::string& kind : optimizer_names()) {
    SCOPED_TRACE(kind);
    Config options = Config::map();
    if (kind == "LossScaleOptimizer" || kind == "SAM") options.set("inner_optimizer", entry("SGD"));
    if (kind == "MultiOptimizer") options = Optimizer(MultiOptimizer(OptimizerMap{SGD{0.1}, {{"kernel", Adam{0.1}}}})).config().at("config");
    const Spoiled seen = try_spoiled(optimizer_from_config(entry(kind, options)).config(), [](const Config& spoiled) {
      const Optimizer optimizer = read_twice(spoiled, [](const Config& c) { return optimizer_from_config(c); });
      const Variable v(Tensor::full({2, 3}, 0.5), "kernel");
      for (int step = 0; step < 2; ++step) optimizer.apply(std::vector<Tensor>{Tensor::full({2, 3}, 0.25)}, std::vector<Variable>{v}, [&]() -> Tensor { return sum(v.value()); });
    });
    EXPECT_GT(seen.built, 0);
    EXPECT_GT(seen.refused, 20);
  }
}

TEST(HostileTrainingConfig, Schedules) {
  for (const std::string& kind : schedule_names()) {
    SCOPED_TRACE(kind);
    const Config rate = entry("ExponentialDecay", {{"initial_learning_rate", 0.1}, {"decay_steps", 5}, {"decay_rate", 0.5}});
    Config options{{"initial_learning_rate", 0.1}, {"decay_steps", 5}, {"decay_rate", 0.5}, {"first_decay_steps", 4}};
    if (kind == "PiecewiseConstantDecay") options = {{"boundaries", Config::integers({3, 6})}, {"values", Config::numbers({0.1, 0.2, 0.3})}};
    if (kind == "ScheduleSequence") options = {{"milestones", Config::integers({3})}, {"schedules", Config::List{rate, rate}}};
    Config whole = entry(kind, options);
    try {
      whole = schedule_from_config(whole).config();
    } catch (const Error&) {  // a class with needs of its own: its options are spoiled from here
    }
    const Spoiled seen = try_spoiled(whole, [](const Config& spoiled) {
      const Schedule schedule = read_twice(spoiled, [](const Config& c) { return schedule_from_config(c); });
      for (const double step : {0.0, 7.0, 1e12}) schedule(Tensor::full({}, step));
    });
    EXPECT_GT(seen.refused, 20);
  }
}

TEST(HostileTrainingConfig, Losses) {
  const Tensor p = Tensor::full({4, 6}, 0.3), y = Tensor::full({4, 6}, 1.0);
  for (const std::string& kind : loss_names()) {
    SCOPED_TRACE(kind);
    const Spoiled seen = try_spoiled(loss_from_config(entry(kind)).config(), [&](const Config& spoiled) { read_twice(spoiled, [](const Config& c) { return loss_from_config(c); })(y, p); });
    EXPECT_GT(seen.refused, 20);
  }
}

TEST(HostileTrainingConfig, Metrics) {
  const Tensor p = Tensor::full({4, 6}, 0.3), y = Tensor::full({4, 6}, 1.0);
  for (const std::string& kind : metric_names()) {
    SCOPED_TRACE(kind);
    Config options{{"num_classes", 3}, {"target_class_ids", Config::integers({0})}, {"recall", 0.5}, {"precision", 0.5}, {"specificity", 0.5}, {"sensitivity", 0.5}, {"fn", "mse"}};
    const Config whole = metric_from_config(entry(kind, options)).config();
    const Spoiled seen = try_spoiled(whole, [&](const Config& spoiled) {
      const Metric metric = read_twice(spoiled, [](const Config& c) { return metric_from_config(c); });
      metric.update(y, p);
      metric.result();
    });
    EXPECT_GT(seen.refused, 20);
  }
}

TEST(HostileTrainingConfig, InitializersRegularizersConstraints) {
  for (const char* kind : {"Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "Identity", "LecunNormal", "LecunUniform", "Ones", "Orthogonal", "RandomNormal", "RandomUniform",
                           "TruncatedNormal", "VarianceScaling", "Zeros", "STFT"}) {
    SCOPED_TRACE(kind);
    try_spoiled(Initializer(entry(kind)).config(), [](const Config& spoiled) { read_twice(spoiled, [](const Config& c) { return Initializer(c); })({4, 3}, DType::f32, {}); });
  }
  const Tensor w = Tensor::full({4, 3}, 0.5);
  for (const char* kind : {"L1", "L2", "L1L2", "OrthogonalRegularizer"}) {
    SCOPED_TRACE(kind);
    const Config whole = entry(kind);
    try_spoiled(Regularizer::from_config(&whole).config(), [&](const Config& spoiled) {
      if (const Regularizer r = read_twice(spoiled, [](const Config& c) { return Regularizer::from_config(&c); }); r.defined()) r(w);
    });
  }
  for (const char* kind : {"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"}) {
    SCOPED_TRACE(kind);
    const Config whole = entry(kind);
    try_spoiled(Constraint::from_config(&whole).config(), [&](const Config& spoiled) {
      if (const Constraint c = read_twice(spoiled, [](const Config& one) { return Constraint::from_config(&one); }); c.defined()) c(w);
    });
  }
}

TEST(TrainingConfigErrors, NameTheOptionThatIsNone) {
  EXPECT_ERROR(corrupt, optimizer_from_config(entry("Adam", {{"learning_rat", 0.1}})), "Adam has no option 'learning_rat'");
  EXPECT_ERROR(corrupt, schedule_from_config(entry("ExponentialDecay", {{"initial_learning_rate", 0.1}, {"decay_steps", 3}, {"decay_rate", 0.1}, {"starcase", true}})), "schedule", "\"staircase\"");
  EXPECT_ERROR(corrupt, Initializer(entry("RandomNormal", {{"stdev", 2.0}})), "initializer: RandomNormal", "\"stddev\"");
  const Config penalty = entry("L2", {{"l22", 2.0}}), limit = entry("MaxNorm", {{"max", 2.0}});
  EXPECT_ERROR(corrupt, Regularizer::from_config(&penalty), "regularizer: L2", "\"l22\"");
  EXPECT_ERROR(corrupt, Constraint::from_config(&limit), "constraint: MaxNorm", "\"max\"", "max_value");
  EXPECT_ERROR(not_found, Loss("mean_sqared_error"), "did you mean \"MeanSquaredError\"?");
}

}  // namespace
}  // namespace candor::testing
