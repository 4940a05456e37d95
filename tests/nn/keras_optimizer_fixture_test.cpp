// fixtures/keras/optimizers and schedules: trajectories, states and configurations of Keras's optimizers, in f32.
#include <gtest/gtest.h>


#include "candor/graph/compile.h"
#include "candor/nn/constraints.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "tests/support/config.h"
#include "tests/support/fixture_file.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

struct KerasCase {
  std::string name;
  const nlohmann::json& json;
  std::shared_ptr<const Safetensors> tensors;
};
std::ostream& operator<<(std::ostream& out, const KerasCase& c) { return out << c.name; }

std::vector<KerasCase> read_cases(const std::string& path) {
  std::vector<KerasCase> cases;
  const FixtureFile* file = fixture_file("keras/" + path);
  if (!file) return cases;
  for (const auto& entry : file->json.at("cases")) cases.push_back({entry.at("name"), entry, file->tensors});
  return cases;
}

Config config_of(const KerasCase& c) { return {{"class_name", c.json.at("class").get<std::string>()}, {"config", to_config(c.json.at("config"))}}; }

Tensor step_of(const Tensor& all, std::int64_t s) { return all.view_slice(0, s, s + 1).contiguous().view_reshape(all.shape().without(0)); }

void expect_near(const KerasCase& c, const Tensor& got, const Tensor& want, const std::string& what) {
  const double rtol = c.json.value("rtol", 1e-4);
  EXPECT_EQ(difference(got, want, rtol, 1e-5 * std::max(1.0, largest_entry(want))), "") << c.name << ": " << what;
}

/// Every key that Keras wrote is written again with the same value.
void expect_same_config(const Config& got, const Config& want, const std::string& path) {
  if (!want.is_map()) {
    EXPECT_EQ(to_string(got), to_string(want)) << path;
    return;
  }
  ASSERT_TRUE(got.is_map()) << path << ": " << to_string(got);
  for (const auto& [key, value] : want.entries()) {
    if (key == "module" || key == "registered_name") continue;
    const bool name_of_schedule = key == "name" && path.find("learning_rate") != std::string::npos;
    if (name_of_schedule) continue;
    ASSERT_NE(got.find(key), nullptr) << path << "/" << key << " is missing in " << to_string(got);
    expect_same_config(*got.find(key), value, path + "/" + key);
  }
}

class KerasOptimizer : public ::testing::TestWithParam<KerasCase> {};

struct Trial {
  Optimizer optimizer;
  std::vector<Variable> variables;
  std::vector<Tensor> gradients, wanted;

  explicit Trial(const KerasCase& c) : optimizer(optimizer_from_config(config_of(c))) {
    std::size_t i = 0;
    for (const auto& v : c.json.at("variables")) {
      variables.emplace_back(c.tensors->get(v.at("initial")), v.at("name"));
      gradients.push_back(c.tensors->get(v.at("gradients")));
      wanted.push_back(c.tensors->get(v.at("after_each_step")));
      if (c.json.contains("constraints")) {
        const Config constraint = to_config(c.json.at("constraints").at(i));
        if (!constraint.is_null()) variables.back().set_constraint(Constraint::from_config(&constraint));
      }
      ++i;
    }
    if (c.json.contains("exclude_from_weight_decay")) optimizer.exclude_from_weight_decay(c.json.at("exclude_from_weight_decay").get<std::vector<std::string>>());
  }
  std::vector<Tensor> gradients_of(std::int64_t s) const {
    std::vector<Tensor> g;
    for (const Tensor& all : gradients) g.push_back(step_of(all, s));
    return g;
  }
};

void check_run(const KerasCase& c, Trial& run, const std::function<void(const std::vector<Tensor>&)>& apply) {
  const auto& rates = c.json.at("learning_rate_after_each_step");
  for (std::int64_t s = 0; s < c.json.at("steps").get<std::int64_t>(); ++s) {
    const auto at = static_cast<std::size_t>(s);
    apply(run.gradients_of(s));
    for (std::size_t i = 0; i < run.variables.size(); ++i) {
      expect_near(c, run.variables[i].tensor(), step_of(run.wanted[i], s), run.variables[i].name() + " after step " + std::to_string(s));
    }
    EXPECT_EQ(run.optimizer.iterations(), c.json.at("iterations_after_each_step").at(at).get<std::int64_t>()) << c.name << " step " << s;
    if (rates.at(at).is_number()) {
      const double rate = rates.at(at);
      EXPECT_NEAR(run.optimizer.learning_rate(), rate, 1e-5 * rate) << c.name << " step " << s;
    }
  }
  // States: Keras's order, and its names behind the optimizer's own.
  const auto states = run.optimizer.named_variables();
  const auto& final_state = c.json.at("final_state");
  ASSERT_EQ(states.size(), final_state.size()) << c.name;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::string keras = final_state.at(i).at("name"), own = keras.substr(keras.rfind('/') + 1);
    // Keras gives Adafactor's factors the weight's name and Nadam's product a running number.
    const bool named_alike = own.starts_with("variable") || states[i].first.ends_with("_r") || states[i].first.ends_with("_c");
    if (!named_alike) {
      EXPECT_TRUE(states[i].first == own || states[i].first.ends_with("/" + own)) << c.name << ": state " << i << " is " << states[i].first << ", Keras's " << keras;
    }
    const Tensor want = c.tensors->get(final_state.at(i).at("key"));
    expect_near(c, states[i].second.tensor().to(DType::f64), want.to(DType::f64), "state " + states[i].first);
  }
}

TEST_P(KerasOptimizer, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  Trial run(c);
  check_run(c, run, [&](const std::vector<Tensor>& g) { run.optimizer.apply(g, run.variables); });
  if (c.json.contains("after_finalize")) {
    run.optimizer.finalize();
    for (std::size_t i = 0; i < run.variables.size(); ++i) expect_near(c, run.variables[i].tensor(), c.tensors->get(c.json.at("after_finalize").at(i).at("key")), "after finalize");
  }
}

TEST_P(KerasOptimizer, AgreesWithKerasCompiled) {
  const KerasCase& c = GetParam();
  Trial run(c);
  const CompiledFunction update([&](std::span<const Tensor> g) {
    run.optimizer.apply(g, run.variables);
    return std::vector<Tensor>{};
  });
  check_run(c, run, [&](const std::vector<Tensor>& g) { update(g); });
}

TEST_P(KerasOptimizer, WritesTheConfigurationItRead) {
  const KerasCase& c = GetParam();
  const Optimizer optimizer = optimizer_from_config(config_of(c));
  expect_same_config(optimizer.config(), config_of(c), c.name);
  EXPECT_EQ(optimizer_from_config(optimizer.config()).config(), optimizer.config());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasOptimizer, ::testing::ValuesIn(read_cases("optimizers/optimizers.json")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasOptimizer);

class KerasSchedule : public ::testing::TestWithParam<KerasCase> {};

TEST_P(KerasSchedule, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const Schedule schedule = schedule_from_config(config_of(c));
  const auto values = c.json.at("values").get<std::vector<double>>();
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(schedule.at(static_cast<std::int64_t>(i)), values[i], 1e-5 * std::abs(values[i]) + 1e-9) << c.name << " step " << i;
  const Config options = to_config(c.json.at("config"));
  for (const auto& [key, value] : options.entries()) {
    const Config* written = schedule.config().at("config").find(key);
    ASSERT_NE(written, nullptr) << c.name << ": " << key;
    EXPECT_EQ(to_string(*written), to_string(value)) << c.name << ": " << key;
  }
  EXPECT_EQ(schedule_from_config(schedule.config()).config(), schedule.config());
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasSchedule, ::testing::ValuesIn(read_cases("schedules/schedules.json")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasSchedule);

}  // namespace
}  // namespace candor::testing
