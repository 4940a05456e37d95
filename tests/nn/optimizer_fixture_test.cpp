// fixtures/optim: trajectories of the optimizers and schedules that exist, in f64.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "candor/graph/compile.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/nn/plateau.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

class OptimizerFixture : public ::testing::TestWithParam<FixtureCase> {};

Schedule schedule_of(const FixtureCase& c) {
  const auto& a = c.attrs();
  const double rate = a.value("lr", 0.0);
  if (c.op == "schedule_step") return ExponentialDecay{rate, a.at("step_size"), a.at("gamma"), true};
  if (c.op == "schedule_exponential") return ExponentialDecay{rate, 1, a.at("gamma")};
  if (c.op == "schedule_cosine") return CosineDecay{rate, a.at("T_max"), a.at("eta_min").get<double>() / rate};
  if (c.op == "schedule_cosine_restarts") return CosineDecayRestarts{rate, a.at("T_0"), a.at("T_mult"), 1, a.at("eta_min").get<double>() / rate};
  if (c.op == "schedule_linear_warmup") return LinearWarmup{rate, a.at("warmup_steps"), a.at("start_factor")};
  if (c.op == "schedule_polynomial") return PolynomialDecay{rate, a.at("total"), a.at("end_lr"), a.at("power")};
  if (c.op == "schedule_inverse_time") return InverseTimeDecay{rate, a.at("decay_steps"), a.at("decay_rate")};
  if (c.op == "schedule_piecewise") {
    PiecewiseConstantDecay p{{}, {rate}};
    for (double m : a.at("milestones")) p.boundaries.push_back(m - 1), p.values.push_back(p.values.back() * a.at("gamma").get<double>());
    return p;
  }
  if (c.op == "schedule_one_cycle") {
    return OneCycle{a.at("max_lr"), a.at("total_steps"), a.at("pct_start"), a.at("div_factor"), a.at("final_div_factor"), a.at("anneal")};
  }
  if (c.op == "schedule_warmup_cosine") return WarmupCosine{rate, a.at("warmup_steps"), a.at("total_steps")};
  if (c.op == "schedule_inverse_sqrt") return InverseSqrt{rate, a.at("warmup_steps")};
  if (c.op == "schedule_cyclic") return CyclicalRate{a.at("base_lr"), a.at("max_lr"), a.at("step_size_up"), a.value("step_size_down", 0.0), a.at("mode"), a.value("gamma", 1.0)};
  throw std::runtime_error("schedule not understood: " + c.op);
}

void check_schedule(const FixtureCase& c) {
  const Schedule schedule = schedule_of(c);
  const std::vector<double> want = c.tensors->get(c.json.at("outputs").at(0)).to_vector<double>();
  EXPECT_EQ(schedule_from_config(schedule.config()).config(), schedule.config()) << c.name;
  const auto traced = compile([&](Tensor step) { return schedule(step); });
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(schedule.at(static_cast<std::int64_t>(i)), want[i], 1e-9 * std::abs(want[i]) + 1e-14) << c.name << " step " << i;
    EXPECT_NEAR(traced(Tensor::full({}, static_cast<double>(i), DType::f64)).item<double>(), want[i], 1e-9 * std::abs(want[i]) + 1e-14) << c.name << " compiled, step " << i;
  }
}

void check_plateau(const FixtureCase& c) {
  const auto& a = c.attrs();
  ReduceOnPlateau plateau(a.at("lr"), {.factor = a.at("factor"), .patience = a.at("patience"), .threshold = a.at("threshold"), .threshold_mode = a.at("threshold_mode"),
                                       .cooldown = a.at("cooldown"), .min_lr = a.at("min_lr"), .mode = a.at("mode")});
  const std::vector<double> metric = c.tensors->get(c.json.at("inputs").at(0)).to_vector<double>(), want = c.tensors->get(c.json.at("outputs").at(0)).to_vector<double>();
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(plateau.learning_rate(), want[i], 1e-12) << c.name << " step " << i;
    plateau.observe(metric.at(i));
  }
}

/// The rules of PyTorch by the options that make ours theirs.
Optimizer optimizer_of(const FixtureCase& c) {
  const auto& a = c.attrs();
  const double rate = a.at("lr"), decay = a.value("weight_decay", 0.0);
  const auto beta = [&](std::size_t i) { return a.at("betas").at(i).get<double>(); };
  if (c.op == "sgd") return SGD(rate, {.momentum = a.value("momentum", 0.0), .nesterov = a.value("nesterov", false), .dampening = a.value("dampening", 0.0)});
  if (c.op == "adam" || c.op == "adamw") {
    return AdamW(rate, {.weight_decay = c.op == "adamw" ? decay : 0.0, .beta_1 = beta(0), .beta_2 = beta(1), .epsilon = a.at("eps"), .amsgrad = a.value("amsgrad", false),
                        .torch_epsilon = true});
  }
  if (c.op == "adamax") return Adamax(rate, {.beta_1 = beta(0), .beta_2 = beta(1), .epsilon = a.at("eps"), .torch_epsilon = true});
  if (c.op == "nadam") return Nadam(rate, {.beta_1 = beta(0), .beta_2 = beta(1), .epsilon = a.at("eps"), .momentum_decay = a.at("momentum_decay")});
  if (c.op == "radam") return RAdam(rate, {.beta_1 = beta(0), .beta_2 = beta(1), .epsilon = a.at("eps")});
  if (c.op == "rmsprop") {
    return RMSprop(rate, {.rho = a.at("alpha"), .momentum = a.value("momentum", 0.0), .epsilon = a.at("eps"), .centered = a.value("centered", false), .torch_epsilon = true});
  }
  if (c.op == "adagrad") {
    return Adagrad(InverseTimeDecay{rate, 1, a.value("lr_decay", 0.0)},
                   {.initial_accumulator_value = a.value("initial_accumulator_value", 0.0), .epsilon = a.at("eps"), .torch_epsilon = true});
  }
  if (c.op == "adadelta") return Adadelta(rate, {.rho = a.at("rho"), .epsilon = a.at("eps")});
  if (c.op == "rprop") {
    return Rprop(rate, {.eta_minus = a.at("etas").at(0), .eta_plus = a.at("etas").at(1), .min_step = a.at("step_sizes").at(0), .max_step = a.at("step_sizes").at(1)});
  }
  if (c.op == "lamb") return Lamb(rate, {.beta_1 = beta(0), .beta_2 = beta(1), .epsilon = a.at("eps"), .weight_decay = decay, .decay_in_ratio = true});
  if (c.op == "lion") return Lion(rate, {.beta_1 = beta(0), .beta_2 = beta(1), .weight_decay = decay});
  if (c.op == "adafactor") {
    const auto& eps = a.at("eps");
    return Adafactor(rate, {.beta_2_decay = a.at("beta2_decay"), .epsilon_1 = eps.at(0).is_null() ? std::numeric_limits<double>::epsilon() : eps.at(0).get<double>(),
                            .epsilon_2 = eps.at(1), .clip_threshold = a.at("d"), .weight_decay = decay, .torch_epsilon = true});
  }
  if (c.op == "muon") {
    return Muon(rate, {.weight_decay = decay, .momentum = a.at("momentum"), .ns_steps = a.at("ns_steps"), .nesterov = a.at("nesterov"), .torch_scale = true});
  }
  throw std::runtime_error("optimizer not understood: " + c.op);
}

std::vector<std::string> parameter_names(const FixtureCase& c) {
  std::vector<std::string> names;
  for (const auto& key : c.json.at("inputs")) {
    const std::string text = key;
    names.push_back(text.substr(text.rfind('/') + 1));
  }
  return names;
}

void check_trajectory(const FixtureCase& c) {
  const Optimizer optimizer = optimizer_of(c);
  // L2 is part of the gradient in the older rules.
  const std::set<std::string> decoupled = {"adamw", "lamb", "lion", "muon", "adafactor"};
  const double l2 = decoupled.count(c.op) ? 0.0 : c.attrs().value("weight_decay", 0.0);
  std::vector<Variable> variables;
  std::vector<Tensor> gradients, wanted;
  const auto names = parameter_names(c);
  for (std::size_t i = 0; i < names.size(); ++i) {
    variables.emplace_back(c.tensors->get(c.json.at("params").at(names[i])).to(DType::f64), names[i]);
    gradients.push_back(c.tensors->get(c.json.at("inputs").at(i)).to(DType::f64));
    wanted.push_back(c.tensors->get(c.json.at("outputs").at(i)));
  }
  const CompiledFunction update([&](std::span<const Tensor> in) {
    std::vector<Tensor> g(in.begin(), in.end());
    if (l2 != 0) {
      for (std::size_t i = 0; i < g.size(); ++i) g[i] = g[i] + variables[i].value() * Tensor::full({}, l2, DType::f64);
    }
    optimizer.apply(g, variables);
    return std::vector<Tensor>{};
  });
  for (std::int64_t s = 0; s < 20; ++s) {
    std::vector<Tensor> g;
    for (const Tensor& all : gradients) g.push_back(all.view_slice(0, s, s + 1).contiguous().view_reshape(all.shape().without(0)));
    update(g);
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const Tensor want = wanted[i].view_slice(0, s, s + 1).contiguous().view_reshape(variables[i].shape());
      EXPECT_EQ(difference(variables[i].tensor(), want, c.rtol, c.atol), "") << c.name << " " << names[i] << " after step " << s;
    }
  }
  EXPECT_EQ(optimizer.iterations(), 20);
}

void check_clipping(const FixtureCase& c) {
  const auto names = parameter_names(c);
  std::vector<Tensor> gradients;
  for (std::size_t i = 0; i < names.size(); ++i) gradients.push_back(c.tensors->get(c.json.at("inputs").at(i)).to(DType::f64));
  const std::vector<Tensor> clipped = clip_gradients(gradients, {.global_clipnorm = c.attrs().at("max_norm").get<double>()});
  // The first output is the norm.
  for (std::size_t i = 0; i < clipped.size(); ++i) EXPECT_EQ(difference(clipped[i], c.tensors->get(c.json.at("outputs").at(i + 1)), c.rtol, c.atol), "") << c.name;
}

/// The path, or where it differs a loss that is no worse than the case allows.
void check_lbfgs(const FixtureCase& c) {
  const auto& a = c.attrs();
  const Variable x(c.tensors->get(c.json.at("inputs").at(0)).to(DType::f64), "x");
  const std::int64_t n = x.shape().size();
  const auto number = [](double v) { return Tensor::full({}, v, DType::f64); };
  const auto rosenbrock = [&]() -> Tensor {
    const Tensor all = x.value(), now = narrow(all, 0, 0, n - 1), next = narrow(all, 0, 1, n);
    return sum(number(100) * square(next - square(now)) + square(number(1) - now));
  };
  const LBFGS lbfgs(rosenbrock, std::vector<Variable>{x},
                    {.learning_rate = a.at("lr"), .max_iter = a.at("iterations_per_step"), .max_eval = a.at("max_evaluations"), .history_size = a.at("history_size")});
  const std::vector<double> losses = c.tensors->get(c.json.at("outputs").at(0)).to_vector<double>();
  const Tensor path = c.tensors->get(c.json.at("outputs").at(1));
  for (std::size_t s = 0; s < losses.size(); ++s) {
    lbfgs.step();
    EXPECT_NEAR(lbfgs.loss(), losses[s], c.rtol * std::abs(losses[s]) + c.atol) << c.name << " step " << s;
    if (path.shape(0) == static_cast<std::int64_t>(losses.size())) {
      const Tensor want = path.view_slice(0, static_cast<std::int64_t>(s), static_cast<std::int64_t>(s) + 1).contiguous().view_reshape(x.shape());
      EXPECT_EQ(difference(x.tensor(), want, c.rtol, c.atol), "") << c.name << " after step " << s;
    }
  }
}

TEST_P(OptimizerFixture, Trajectory) {
  const FixtureCase& c = GetParam();
  if (c.op == "schedule_reduce_on_plateau") return check_plateau(c);
  if (c.op.starts_with("schedule_")) return check_schedule(c);
  if (c.op == "clip_by_global_norm") return check_clipping(c);
  if (c.op == "lbfgs") return check_lbfgs(c);
  check_trajectory(c);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, OptimizerFixture, ::testing::ValuesIn(read_fixtures("optim")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OptimizerFixture);

}  // namespace
}  // namespace candor::testing
