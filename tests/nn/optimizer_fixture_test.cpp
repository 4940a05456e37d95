// fixtures/optim: trajectories of the optimizers and schedules that exist, in f64.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "candor/graph/compile.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

/// Rules of a later part.
const std::set<std::string> later = {"adamax", "nadam", "radam", "adagrad", "adadelta", "rprop", "lamb", "lion", "adafactor", "muon", "lbfgs",
                                     "schedule_one_cycle", "schedule_warmup_cosine", "schedule_inverse_sqrt", "schedule_cyclic", "schedule_reduce_on_plateau"};

class OptimizerFixture : public ::testing::TestWithParam<FixtureCase> {};

Schedule schedule_of(const FixtureCase& c) {
  const auto& a = c.attrs();
  const double rate = a.at("lr");
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
  throw std::runtime_error("schedule not understood: " + c.op);
}

void check_schedule(const FixtureCase& c) {
  const Schedule schedule = schedule_of(c);
  const std::vector<double> want = c.tensors->get(c.json.at("outputs").at(0)).to_vector<double>();
  const auto traced = compile([&](Tensor step) { return schedule(step); });
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_NEAR(schedule.at(static_cast<std::int64_t>(i)), want[i], 1e-9 * std::abs(want[i]) + 1e-14) << c.name << " step " << i;
    EXPECT_NEAR(traced(Tensor::full({}, static_cast<double>(i), DType::f64)).item<double>(), want[i], 1e-9 * std::abs(want[i]) + 1e-14) << c.name << " compiled, step " << i;
  }
}

Optimizer optimizer_of(const FixtureCase& c) {
  const auto& a = c.attrs();
  const double rate = a.at("lr");
  if (c.op == "sgd") return SGD(rate, {.momentum = a.value("momentum", 0.0), .nesterov = a.value("nesterov", false)});
  if (c.op == "adam" || c.op == "adamw") {
    return AdamW(rate, {.weight_decay = c.op == "adamw" ? a.value("weight_decay", 0.0) : 0.0,
                        .beta_1 = a.at("betas").at(0), .beta_2 = a.at("betas").at(1), .epsilon = a.at("eps"), .torch_epsilon = true});
  }
  if (c.op == "rmsprop") {
    return RMSprop(rate, {.rho = a.at("alpha"), .momentum = a.value("momentum", 0.0), .epsilon = a.at("eps"), .centered = a.value("centered", false), .torch_epsilon = true});
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
  // L2 is part of the gradient there; decoupled decay belongs to AdamW.
  const double l2 = c.op == "adamw" ? 0.0 : c.attrs().value("weight_decay", 0.0);
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

TEST_P(OptimizerFixture, Trajectory) {
  const FixtureCase& c = GetParam();
  if (later.count(c.op)) GTEST_SKIP() << c.op << " is for later";
  if (c.attrs().contains("dampening") || c.attrs().value("amsgrad", false)) GTEST_SKIP() << "dampening and amsgrad are for later";
  if (c.op.starts_with("schedule_")) return check_schedule(c);
  if (c.op == "clip_by_global_norm") return check_clipping(c);
  check_trajectory(c);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, OptimizerFixture, ::testing::ValuesIn(read_fixtures("optim")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OptimizerFixture);

}  // namespace
}  // namespace candor::testing
