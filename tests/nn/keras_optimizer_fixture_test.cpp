// fixtures/keras/optimizers and schedules: trajectories of the optimizers that optimizer_from_config knows, in f32.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "candor/nn/optimizers/optimizers.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

struct KerasCase {
  std::string name;
  nlohmann::json json;
  std::shared_ptr<const Safetensors> tensors;
};
std::ostream& operator<<(std::ostream& out, const KerasCase& c) { return out << c.name; }

std::vector<KerasCase> read_cases(const std::string& path, const std::set<std::string>& classes) {
  const std::string root = environment("CANDOR_FIXTURES");
  std::ifstream file(root + "/keras/" + path);
  if (root.empty() || !file) return {};
  const auto all = nlohmann::json::parse(file);
  std::shared_ptr<const Safetensors> tensors;
  if (all.contains("tensors")) tensors = std::make_shared<const Safetensors>(std::filesystem::path(root + "/keras/" + path).parent_path() / all.at("tensors").get<std::string>());
  std::vector<KerasCase> cases;
  for (const auto& entry : all.at("cases")) {
    if (classes.count(entry.at("class"))) cases.push_back({entry.at("name"), entry, tensors});
  }
  return cases;
}

class KerasOptimizer : public ::testing::TestWithParam<KerasCase> {};

bool set(const nlohmann::json& config, const char* key) { return config.contains(key) && !config.at(key).is_null() && config.at(key) != false; }

TEST_P(KerasOptimizer, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const auto& config = c.json.at("config");
  for (const char* later : {"amsgrad", "use_ema", "loss_scale_factor", "gradient_accumulation_steps"}) {
    if (set(config, later)) GTEST_SKIP() << later << " is for later";
  }
  if (c.json.contains("constraints") || c.name.find("constraint") != std::string::npos || c.name.find("loss_scale") != std::string::npos) GTEST_SKIP() << "constraints and loss scaling are for later";
  if (c.json.contains("exclude_from_weight_decay") || c.name.find("exclude") != std::string::npos) GTEST_SKIP() << "excluding weights from decay is for later";
  const Optimizer optimizer = optimizer_from_config({{"class_name", c.json.at("class").get<std::string>()}, {"config", to_config(config)}});
  std::vector<Variable> variables;
  std::vector<Tensor> gradients, wanted;
  for (const auto& v : c.json.at("variables")) {
    variables.emplace_back(c.tensors->get(v.at("initial")), v.at("name"));
    gradients.push_back(c.tensors->get(v.at("gradients")));
    wanted.push_back(c.tensors->get(v.at("after_each_step")));
  }
  for (std::int64_t s = 0; s < c.json.at("steps").get<std::int64_t>(); ++s) {
    const auto at = [&](const Tensor& all) { return all.view_slice(0, s, s + 1).contiguous().view_reshape(all.shape().without(0)); };
    std::vector<Tensor> g;
    for (const Tensor& all : gradients) g.push_back(at(all));
    optimizer.apply(g, variables);
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const Tensor want = at(wanted[i]);
      EXPECT_EQ(difference(variables[i].tensor(), want, 1e-4, 1e-5 * std::max(1.0, largest_entry(want))), "") << c.name << " " << variables[i].name() << " after step " << s;
    }
    const double rate = c.json.at("learning_rate_after_each_step").at(static_cast<std::size_t>(s));
    EXPECT_NEAR(optimizer.learning_rate(), rate, 1e-5 * rate) << c.name << " step " << s;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasOptimizer, ::testing::ValuesIn(read_cases("optimizers/optimizers.json", {"SGD", "Adam", "AdamW", "RMSprop"})),
                         [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasOptimizer);

class KerasSchedule : public ::testing::TestWithParam<KerasCase> {};

TEST_P(KerasSchedule, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const Schedule schedule = schedule_from_config({{"class_name", c.json.at("class").get<std::string>()}, {"config", to_config(c.json.at("config"))}});
  const auto values = c.json.at("values").get<std::vector<double>>();
  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(schedule.at(static_cast<std::int64_t>(i)), values[i], 1e-5 * std::abs(values[i]) + 1e-9) << c.name << " step " << i;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasSchedule,
                         ::testing::ValuesIn(read_cases("schedules/schedules.json", {"ExponentialDecay", "InverseTimeDecay", "PolynomialDecay", "PiecewiseConstantDecay", "CosineDecay", "CosineDecayRestarts"})),
                         [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasSchedule);

}  // namespace
}  // namespace candor::testing
