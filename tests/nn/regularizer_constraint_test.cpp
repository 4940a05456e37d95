// Penalties and projections of weights: fixtures/keras/optimizers/regularizers_constraints.json, configuration, errors, use by optimizers.
#include <gtest/gtest.h>

#include <fstream>

#include "candor/graph/autodiff.h"
#include "candor/nn/constraints.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/nn/regularizers.h"
#include "candor/ops/elementwise.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

struct WeightRuleCase {
  std::string name;
  nlohmann::json json;
  std::shared_ptr<const Safetensors> tensors;
};
std::ostream& operator<<(std::ostream& out, const WeightRuleCase& c) { return out << c.name; }

std::vector<WeightRuleCase> read_cases() {
  const std::string root = environment("CANDOR_FIXTURES") + "/keras/optimizers/";
  std::ifstream file(root + "regularizers_constraints.json");
  if (!file) return {};
  const auto all = nlohmann::json::parse(file);
  const auto tensors = std::make_shared<const Safetensors>(root + all.at("tensors").get<std::string>());
  std::vector<WeightRuleCase> cases;
  for (const auto& entry : all.at("cases")) cases.push_back({entry.at("name"), entry, tensors});
  return cases;
}

void expect_near(const Tensor& got, const Tensor& want, const std::string& what) {
  EXPECT_EQ(difference(got, want, 1e-4, 1e-5 * std::max(1.0, largest_entry(want))), "") << what;
}

class WeightRule : public ::testing::TestWithParam<WeightRuleCase> {};

TEST_P(WeightRule, AgreesWithKeras) {
  const WeightRuleCase& c = GetParam();
  const Config config{{"class_name", c.json.at("class").get<std::string>()}, {"config", to_config(c.json.at("config"))}};
  const Tensor x = c.tensors->get(c.json.at("input"));
  if (c.json.at("kind") == "constraint") {
    const Constraint constraint = Constraint::from_config(&config);
    expect_near(constraint(x), c.tensors->get(c.json.at("output")), c.name);
    const Config written = constraint.config();
    EXPECT_EQ(written.at("class_name"), config.at("class_name"));
    for (const auto& [key, value] : config.at("config").entries()) EXPECT_EQ(to_string(written.at("config").at(key)), to_string(value)) << key;
    EXPECT_EQ(Constraint::from_config(&written).config(), written);
    return;
  }
  ASSERT_EQ(c.json.at("kind"), "regularizer");
  const Regularizer regularizer = Regularizer::from_config(&config);
  const Variable w(x, "w");
  const auto [penalty, gradients] = value_and_grad([&] { return regularizer(w.value()); }, std::vector<Variable>{w});
  expect_near(penalty, Tensor::full({}, c.json.at("value").get<double>()), c.name);
  expect_near(gradients.at(0), c.tensors->get(c.json.at("grad")), c.name + " gradient");
  const Config written = regularizer.config();
  EXPECT_EQ(written, config);
  EXPECT_EQ(Regularizer::from_config(&written).config(), written);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, WeightRule, ::testing::ValuesIn(read_cases()), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(WeightRule);

TEST(Constraints, AreAppliedAfterEachUpdate) {
  const Variable w(Tensor::from(std::vector<float>{1, 2, 3, 4}, {2, 2}), "w"), free(Tensor::from(std::vector<float>{1, -1}, {2}), "free");
  w.set_constraint(Constraint(NonNeg{}));
  const SGD sgd(1.0);
  sgd.apply(std::vector<Tensor>{Tensor::from(std::vector<float>{3, 1, 2, 9}, {2, 2}), Tensor::full({2}, 1)}, std::vector<Variable>{w, free});
  EXPECT_EQ(w.tensor().to_vector<float>(), (std::vector<float>{0, 1, 1, 0}));
  EXPECT_EQ(free.tensor().to_vector<float>(), (std::vector<float>{0, -2}));
}

TEST(Constraints, AFunctionOfOnesOwn) {
  const Constraint halved([](const Tensor& w) { return w * Tensor(0.5); }, "halved");
  EXPECT_EQ(halved(Tensor::full({2}, 4)).to_vector<float>(), (std::vector<float>{2, 2}));
  const Config written = halved.config();
  EXPECT_ERROR(corrupt, Constraint::from_config(&written), "halved", "MaxNorm");
  const Constraint wrong([](const Tensor& w) { return sum(w); }, "wrong");
  EXPECT_ERROR(shape, wrong(Tensor::full({2}, 1)), "wrong", "f32[2]");
  EXPECT_FALSE(Constraint().defined());
  EXPECT_FALSE(static_cast<bool>(Variable(Tensor::full({2}, 1)).constraint()));
}

TEST(Constraints, ByNameAndKeepNotANumberInSight) {
  EXPECT_EQ(Constraint("max_norm").config(), Constraint(MaxNorm{}).config());
  EXPECT_EQ(Constraint("UnitNorm").config(), Constraint(UnitNorm{}).config());
  const Tensor projected = Constraint("non_neg")(Tensor::from(std::vector<float>{std::nanf(""), -1}, {2}));
  EXPECT_TRUE(std::isnan(projected.to_vector<float>()[0]));
  EXPECT_EQ(projected.to_vector<float>()[1], 0);
}

TEST(Constraints, CheckTheirArguments) {
  EXPECT_ERROR(invalid_argument, Constraint("max"), "'max'", "NonNeg");
  EXPECT_ERROR(invalid_argument, Constraint(MaxNorm{-1}), "MaxNorm: max_value must not be negative, not -1");
  EXPECT_ERROR(invalid_argument, Constraint(MaxNorm{1, {}}), "axis is empty");
  EXPECT_ERROR(invalid_argument, Constraint(MinMaxNorm{2, 1}), "max_value must be at least min_value");
  EXPECT_ERROR(invalid_argument, Constraint(MinMaxNorm{0, 1, 1.5}), "rate must lie in [0, 1]");
  const Config lambda{{"class_name", "Lambda"}};
  EXPECT_ERROR(corrupt, Constraint::from_config(&lambda), "'Lambda' is not known");
  const Config far{{"class_name", "UnitNorm"}, {"config", {{"axis", 5}}}};
  EXPECT_ERROR(shape, Constraint::from_config(&far)(Tensor::full({2, 2}, 1)), "axis");
}

TEST(Regularizers, ByNameByFunctionAndTheirErrors) {
  EXPECT_EQ(Regularizer("l2").config(), Regularizer(L2{0.01}).config());
  EXPECT_EQ(Regularizer("l1_l2").config(), Regularizer(L1L2{}).config());
  const Regularizer own([](const Tensor& w) { return sum(w) * Tensor(2); }, "own");
  EXPECT_EQ(own(Tensor::full({3}, 1)).item<float>(), 6);
  EXPECT_ERROR(shape, Regularizer([](const Tensor& w) { return w; }, "own")(Tensor::full({3}, 1)), "own", "scalar");
  const Config written = own.config();
  EXPECT_ERROR(corrupt, Regularizer::from_config(&written), "'own' is not known");
  EXPECT_ERROR(invalid_argument, Regularizer("l3"), "'l3'", "OrthogonalRegularizer");
  EXPECT_ERROR(invalid_argument, Regularizer(L1{-1}), "L1: l1", "-1");
  EXPECT_ERROR(invalid_argument, Regularizer(L1L2{0, std::nan("")}), "L1L2: l2");
  EXPECT_ERROR(invalid_argument, Regularizer(OrthogonalRegularizer{.mode = "both"}), "rows or columns, not 'both'");
  EXPECT_ERROR(shape, Regularizer(OrthogonalRegularizer{})(Tensor::full({3}, 1)), "two axes");
  EXPECT_EQ(Regularizer(OrthogonalRegularizer{})(Tensor::full({1, 3}, 1)).item<float>(), 0);
  EXPECT_FALSE(Regularizer().defined());
  EXPECT_FALSE(Regularizer()(Tensor::full({3}, 1)).defined());
}

}  // namespace
}  // namespace candor::testing
