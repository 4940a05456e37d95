// What every optimizer and schedule says of options that make no sense.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/nn/optimizers/lbfgs.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/nn/plateau.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();

/// Options that all optimizers have.
template <class O, class Options>
void check_shared(const char* kind) {
  SCOPED_TRACE(kind);
  EXPECT_ERROR(invalid_argument, O(-0.1), kind, "learning_rate", "-0.1");
  EXPECT_ERROR(invalid_argument, O(nan), kind, "learning_rate");
  EXPECT_ERROR(invalid_argument, O(infinite), kind, "learning_rate");
  const auto with = [](auto set) {
    Options o;
    set(o);
    return O(0.1, o);
  };
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.weight_decay = -1; }), kind, "weight_decay", "-1");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.clipnorm = 0; }), kind, "clipnorm must be positive, not 0");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.clipvalue = -2; }), kind, "clipvalue must be positive");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.global_clipnorm = nan; }), kind, "global_clipnorm must be positive");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.clipvalue = 1, o.global_clipnorm = 1; }), kind, "at most one");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.use_ema = true, o.ema_momentum = 1.5; }), kind, "ema_momentum must lie in [0, 1]");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.ema_overwrite_frequency = 0; }), kind, "ema_overwrite_frequency must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.loss_scale_factor = 0; }), kind, "loss_scale_factor");
  EXPECT_ERROR(invalid_argument, with([](Options& o) { o.gradient_accumulation_steps = 1; }), kind, "gradient_accumulation_steps must be at least 2, not 1");
  const O fine;
  EXPECT_ERROR(invalid_argument, fine.set_learning_rate(-1), "learning_rate");
  const O by_schedule(ExponentialDecay{0.1, 10, 0.5});
  EXPECT_ERROR(invalid_argument, by_schedule.set_learning_rate(0.1), "follows a schedule");
  EXPECT_ERROR(invalid_argument, fine.swap_averages(), "use_ema");
  EXPECT_ERROR(invalid_argument, fine.build(std::vector<Variable>{}), "nothing to train");
  EXPECT_ERROR(dtype, fine.build(std::vector<Variable>{Variable(Tensor::zeros({2}, DType::i32), "n")}), "n is i32[2]");
}

TEST(OptimizerErrors, SharedOptions) {
  check_shared<SGD, SGDOptions>("SGD");
  check_shared<Adam, AdamOptions>("Adam");
  check_shared<AdamW, AdamWOptions>("AdamW");
  check_shared<RMSprop, RMSpropOptions>("RMSprop");
  check_shared<Adagrad, AdagradOptions>("Adagrad");
  check_shared<Adadelta, AdadeltaOptions>("Adadelta");
  check_shared<Adamax, AdamaxOptions>("Adamax");
  check_shared<Nadam, NadamOptions>("Nadam");
  check_shared<RAdam, RAdamOptions>("RAdam");
  check_shared<Lamb, LambOptions>("Lamb");
  check_shared<Lion, LionOptions>("Lion");
  check_shared<Muon, MuonOptions>("Muon");
  check_shared<Rprop, RpropOptions>("Rprop");
  check_shared<Ftrl, FtrlOptions>("Ftrl");
  check_shared<Adafactor, AdafactorOptions>("Adafactor");
}

TEST(OptimizerErrors, OptionsOfTheRules) {
  EXPECT_ERROR(invalid_argument, SGD(0.1, {.momentum = 1.5}), "SGD: momentum must lie in [0, 1], not 1.5");
  EXPECT_ERROR(invalid_argument, SGD(0.1, {.momentum = 0.5, .nesterov = true, .dampening = 0.5}), "nesterov and dampening");
  EXPECT_ERROR(invalid_argument, Adam(0.1, {.beta_1 = 1}), "Adam: beta_1 must lie in [0, 1), not 1");
  EXPECT_ERROR(invalid_argument, AdamW(0.1, {.beta_2 = -0.1}), "AdamW: beta_2");
  EXPECT_ERROR(invalid_argument, Adam(0.1, {.epsilon = -1}), "epsilon");
  EXPECT_ERROR(invalid_argument, RMSprop(0.1, {.rho = 1}), "RMSprop: rho");
  EXPECT_ERROR(invalid_argument, RMSprop(0.1, {.momentum = nan}), "RMSprop: momentum");
  EXPECT_ERROR(invalid_argument, Adagrad(0.1, {.initial_accumulator_value = -1}), "Adagrad: initial_accumulator_value");
  EXPECT_ERROR(invalid_argument, Adadelta(0.1, {.rho = 2}), "Adadelta: rho");
  EXPECT_ERROR(invalid_argument, Adamax(0.1, {.beta_1 = 1}), "Adamax: beta_1");
  EXPECT_ERROR(invalid_argument, Nadam(0.1, {.beta_2 = 1}), "Nadam: beta_2");
  EXPECT_ERROR(invalid_argument, RAdam(0.1, {.epsilon = nan}), "RAdam: epsilon");
  EXPECT_ERROR(invalid_argument, Lamb(0.1, {.beta_1 = 1}), "Lamb: beta_1");
  EXPECT_ERROR(invalid_argument, Lion(0.1, {.beta_1 = 0}), "Lion: beta_1 must lie in (0, 1], not 0");
  EXPECT_ERROR(invalid_argument, Muon(0.1, {.ns_steps = 0}), "Muon: ns_steps must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, Muon(0.1, {.adam_beta_1 = 1}), "Muon: adam_beta_1");
  EXPECT_ERROR(invalid_argument, Rprop(0.1, {.eta_minus = 1}), "Rprop: eta_minus");
  EXPECT_ERROR(invalid_argument, Rprop(0.1, {.eta_plus = 1}), "Rprop: eta_plus");
  EXPECT_ERROR(invalid_argument, Rprop(0.1, {.min_step = 2, .max_step = 1}), "Rprop: max_step");
  EXPECT_ERROR(invalid_argument, Ftrl(0.1, {.learning_rate_power = 0.5}), "Ftrl: learning_rate_power");
  EXPECT_ERROR(invalid_argument, Ftrl(0.1, {.l1_regularization_strength = -1}), "Ftrl: l1_regularization_strength");
  EXPECT_ERROR(invalid_argument, Adafactor(0.1, {.beta_2_decay = 0.5}), "Adafactor: beta_2_decay");
  EXPECT_ERROR(invalid_argument, Adafactor(0.1, {.clip_threshold = 0}), "Adafactor: clip_threshold");
  EXPECT_ERROR(invalid_argument, ScheduleFreeAdamW(0.1, {.beta_1 = 0}), "beta_1 must lie in (0, 1)");
  EXPECT_ERROR(invalid_argument, ScheduleFreeAdamW(0.1, {.warmup_steps = -1}), "warmup_steps");
}

TEST(OptimizerErrors, WrappersAndWhatIsNoOptimizer) {
  EXPECT_ERROR(invalid_argument, SAM(Optimizer{}), "empty", "Adam");
  EXPECT_ERROR(invalid_argument, SAM(Optimizer(SAM(SGD{0.1}))), "SAM itself");
  EXPECT_ERROR(invalid_argument, LossScaleOptimizer(SAM(SGD{0.1})), "inside");
  EXPECT_ERROR(invalid_argument, LossScaleOptimizer(SGD{0.1}, {.initial_scale = 0}), "initial_scale");
  EXPECT_ERROR(invalid_argument, LossScaleOptimizer(SGD{0.1}, {.dynamic_growth_steps = 0}), "dynamic_growth_steps");
  EXPECT_ERROR(invalid_argument, MultiOptimizer(OptimizerMap{}), "default_optimizer", "empty");
  EXPECT_ERROR(invalid_argument, MultiOptimizer(OptimizerMap{SGD{0.1}, {{"(", SGD{0.1}}}}), "'('", "regular expression");
  EXPECT_ERROR(invalid_argument, SGD{0.1}.scale_learning_rate("(", 0.5), "regular expression");
  EXPECT_ERROR(invalid_argument, SGD{0.1}.scale_learning_rate("a", -1), "-1");
  EXPECT_ERROR(invalid_argument, Optimizer{}.apply(std::vector<Tensor>{}, std::vector<Variable>{}), "empty");
  const auto config = [](const char* kind, Config options) { return Config{{"class_name", kind}, {"config", std::move(options)}}; };
  EXPECT_ERROR(corrupt, optimizer_from_config(config("Adamm", Config::map())), "'Adamm'", "Adam");
  EXPECT_ERROR(corrupt, optimizer_from_config(config("Adam", {{"betta_1", 0.9}})), "'betta_1'", "beta_1");
  EXPECT_ERROR(corrupt, optimizer_from_config(config("Adam", {{"beta_1", "high"}})), "\"high\"", "beta_1");
  EXPECT_ERROR(corrupt, schedule_from_config(config("Decay", Config::map())), "Decay");
  EXPECT_ERROR(corrupt, schedule_from_config(config("CosineDecay", {{"initial_learning_rate", 0.1}})), "decay_steps");
}

TEST(OptimizerErrors, LBFGS) {
  const Variable w(Tensor::zeros({2}), "w"), whole(Tensor::zeros({2}, DType::i32), "whole");
  const auto loss = [&] { return Tensor(1.f); };
  const auto make = [&](LBFGSOptions options) { return LBFGS(loss, std::span(&w, 1), options); };
  EXPECT_ERROR(invalid_argument, LBFGS(Function<Tensor()>{}, std::span(&w, 1)), "empty function");
  EXPECT_ERROR(invalid_argument, LBFGS(loss, {}), "no variables");
  EXPECT_ERROR(invalid_argument, LBFGS(loss, std::span(&whole, 1)), "whole is i32[2]");
  EXPECT_ERROR(invalid_argument, make({.learning_rate = 0}), "learning_rate must be positive");
  EXPECT_ERROR(invalid_argument, make({.max_iter = 0}), "max_iter");
  EXPECT_ERROR(invalid_argument, make({.max_eval = -1}), "max_eval");
  EXPECT_ERROR(invalid_argument, make({.tolerance_grad = nan}), "tolerance_grad");
  EXPECT_ERROR(invalid_argument, make({.tolerance_change = -1}), "tolerance_change");
  EXPECT_ERROR(invalid_argument, make({.history_size = 0}), "history_size");
}

TEST(ScheduleErrors, OptionsOutOfRange) {
  const auto made = [](const auto& schedule) { return static_cast<Schedule>(schedule); };
  EXPECT_ERROR(invalid_argument, made(ExponentialDecay{-1, 10, 0.5}), "ExponentialDecay: initial_learning_rate", "-1");
  EXPECT_ERROR(invalid_argument, made(ExponentialDecay{0.1, 0, 0.5}), "decay_steps must be positive");
  EXPECT_ERROR(invalid_argument, made(ExponentialDecay{0.1, 10, nan}), "decay_rate");
  EXPECT_ERROR(invalid_argument, made(InverseTimeDecay{0.1, -3, 0.5}), "InverseTimeDecay: decay_steps");
  EXPECT_ERROR(invalid_argument, made(PolynomialDecay{0.1, 0}), "PolynomialDecay: decay_steps");
  EXPECT_ERROR(invalid_argument, made(PiecewiseConstantDecay{{1, 2}, {0.1, 0.2}}), "2 values", "2 boundaries");
  EXPECT_ERROR(invalid_argument, made(PiecewiseConstantDecay{{2, 2}, {0.1, 0.2, 0.3}}), "boundaries must rise");
  EXPECT_ERROR(invalid_argument, made(CosineDecay{0.1, 0}), "CosineDecay: decay_steps");
  EXPECT_ERROR(invalid_argument, made(CosineDecayRestarts{0.1, 0}), "first_decay_steps");
  EXPECT_ERROR(invalid_argument, made(CosineDecayRestarts{0.1, 10, 0.5}), "t_mul must be at least 1");
  EXPECT_ERROR(invalid_argument, made(LinearWarmup{0.1, 0}), "LinearWarmup: warmup_steps");
  EXPECT_ERROR(invalid_argument, made(LinearWarmup{0.1, 5, -1}), "start_factor");
  EXPECT_ERROR(invalid_argument, made(WarmupCosine{0.1, 10, 10}), "total_steps must be larger than warmup_steps");
  EXPECT_ERROR(invalid_argument, made(InverseSqrt{0.1, 0}), "InverseSqrt: warmup_steps");
  EXPECT_ERROR(invalid_argument, made(OneCycle{0.1, 1}), "total_steps must be at least 2");
  EXPECT_ERROR(invalid_argument, made(OneCycle{0.1, 100, 1.5}), "pct_start");
  EXPECT_ERROR(invalid_argument, made(OneCycle{0.1, 100, 0.3, 25, 1e4, "cos"}), "cosine or linear", "'cos'");
  EXPECT_ERROR(invalid_argument, made(CyclicalRate{0.2, 0.1}), "max_learning_rate");
  EXPECT_ERROR(invalid_argument, made(CyclicalRate{0.1, 0.2, 0}), "step_size_up");
  EXPECT_ERROR(invalid_argument, made(CyclicalRate{0.1, 0.2, 10, 0, "square"}), "'square'");
  EXPECT_ERROR(invalid_argument, made(ScheduleSequence{{Schedule{}, LinearWarmup{1, 4}}, {4}}), "empty");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(-1), "learning_rate");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(0.1, {.factor = 1}), "factor must lie in (0, 1)");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(0.1, {.patience = -1}), "patience");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(0.1, {.threshold_mode = "relative"}), "rel or abs");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(0.1, {.cooldown = -2}), "cooldown");
  EXPECT_ERROR(invalid_argument, ReduceOnPlateau(0.1, {.mode = "auto"}), "min or max");
}

}  // namespace
}  // namespace candor::testing
