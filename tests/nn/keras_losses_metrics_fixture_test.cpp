// fixtures/keras/losses_metrics: every loss (value and gradient) and every metric (the result after each batch, its state, after a reset),
// built from Keras's own configuration, whose round trip is checked too.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/graph/program.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/ops/reduce.h"
#include "tests/support/config.h"
#include "tests/support/fixture_file.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

struct Case {
  std::string name;
  const nlohmann::json& json;
  std::shared_ptr<const Safetensors> tensors;

  Tensor tensor(const nlohmann::json& key) const { return key.is_null() ? Tensor() : tensors->get(key.get<std::string>()); }
  Config config() const {
    Config options = to_config(json.at("config"));
    // Keras leaves these out of its configuration; the case's name tells them.
    const auto from_name = [&](const char* kind, const std::string& mark, const char* option, auto number) {
      const std::size_t at = name.find(mark);
      if (json.at("class") == kind && json.at("kind") == "loss" && at != std::string::npos) options.set(option, number(name.substr(at + mark.size())));
    };
    from_name("Huber", "delta_", "delta", [](const std::string& text) { return std::stod(text); });
    from_name("CosineSimilarity", "axis", "axis", [](const std::string& text) { return std::stoi(text); });
    return {{"class_name", json.at("class").get<std::string>()}, {"config", options}};
  }
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

std::vector<Case> read_cases(const std::string& kind) {
  std::vector<Case> cases;
  const FixtureFile* file = fixture_file("keras/losses_metrics/losses_metrics.json");
  if (!file) return cases;
  for (const auto& entry : file->json.at("cases")) {
    if (entry.at("kind") == kind) cases.push_back({entry.at("name"), entry, file->tensors});
  }
  return cases;
}

void expect_close(const Tensor& got, const Tensor& want, const Case& c, const std::string& what) {
  EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), c.json.value("rtol", 1e-4), 1e-5 * std::max(1.0, largest_entry(want))), "") << what;
}

/// A number or a list of numbers; non-finite ones are text.
Tensor numbers(const nlohmann::json& j) {
  const auto one = [](const nlohmann::json& x) {
    if (!x.is_string()) return x.get<double>();
    return x == "NaN" ? std::numeric_limits<double>::quiet_NaN() : x == "Infinity" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  };
  std::vector<double> values;
  if (j.is_array()) {
    for (const auto& x : j) values.push_back(one(x));
  } else {
    values.push_back(one(j));
  }
  return Tensor::from(values);
}

/// What Keras wrote is in the description, and the description describes itself.
template <class F>
void expect_round_trip(const Case& c, const Config& described, F again) {
  EXPECT_EQ(described.at("class_name").text(), c.json.at("class").get<std::string>());
  EXPECT_EQ(again(described), described);
  const Config keras = to_config(c.json.at("config"));
  for (const auto& [key, value] : keras.entries()) {
    if (key == "dtype") continue;  // of the counters: here f64
    const Config* own = described.at("config").find(key);
    if (value.is_null()) {
      EXPECT_TRUE(!own || own->is_null()) << key << ": " << to_string(*own);
    } else if (key == "reduction" && value.text() == "mean") {
      EXPECT_EQ(own->text(), "sum_over_batch_size");
    } else {
      ASSERT_TRUE(own) << key;
      if (value.is_number() && own->is_number()) EXPECT_EQ(own->number(), value.number()) << key;
      else EXPECT_EQ(*own, value) << key << ": " << to_string(*own);
    }
  }
}

class KerasLoss : public ::testing::TestWithParam<Case> {};

TEST_P(KerasLoss, ValueGradientAndConfig) {
  const Case& c = GetParam();
  const Loss loss = loss_from_config(c.config());
  const Tensor y_true = c.tensor(c.json.at("y_true")), y_pred = c.tensor(c.json.at("y_pred")), weight = c.tensor(c.json.at("sample_weight"));
  std::vector<Tensor> in{y_true, y_pred};
  if (weight.defined()) in.push_back(weight);
  std::vector<TensorType> types;
  for (const Tensor& t : in) types.push_back(t.type());
  const auto body = [&](std::span<const Tensor> args) {
    const Tensor value = loss(args[0], args[1], args.size() > 2 ? args[2] : Tensor());
    const Tensor total = value.rank() == 0 ? value : sum(value);
    return std::vector<Tensor>{value, gradients(total, args.subspan(1, 1))[0]};
  };
  const std::vector<Tensor> got = Program(trace(body, types)).run(in);
  expect_close(got[0], c.tensor(c.json.at("value")), c, "value");
  if (!c.json.at("grad_y_pred").is_null()) expect_close(got[1], c.tensor(c.json.at("grad_y_pred")), c, "gradient");
  expect_round_trip(c, loss.config(), [](const Config& config) { return loss_from_config(config).config(); });
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasLoss, ::testing::ValuesIn(read_cases("loss")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasLoss);

class KerasMetric : public ::testing::TestWithParam<Case> {};

/// All batches; `compiled`: as part of a traced step, as fit counts them.
void check_metric(const Case& c, bool compiled) {
  SCOPED_TRACE(compiled ? "in a compiled step" : "at once");
  const Metric metric = metric_from_config(c.config());
  for (const auto& batch : c.json.at("updates")) {
    const auto part = [&](const char* key) { return batch.contains(key) ? c.tensor(batch.at(key)) : Tensor(); };
    const Tensor y_true = part("y_true"), y_pred = batch.contains("values") ? part("values") : part("y_pred"), weight = part("sample_weight");
    if (!compiled) {
      metric.update(y_true, y_pred, weight);
    } else {
      const CompiledFunction step([&](std::span<const Tensor> in) {
        std::size_t at = 0;
        const Tensor t = y_true.defined() ? in[at++] : Tensor(), p = in[at++], w = weight.defined() ? in[at++] : Tensor();
        metric.update(t, p, w);
        return std::vector<Tensor>{Tensor(0)};
      });
      std::vector<Tensor> in;
      for (const Tensor& t : {y_true, y_pred, weight}) {
        if (t.defined()) in.push_back(t);
      }
      step(in);
    }
    expect_close(Tensor::from(metric.results()), numbers(batch.at("result")), c, "result");
  }
  expect_close(Tensor::from(metric.results()), numbers(c.json.at("result")), c, "last result");
  if (c.json.at("class") != "R2Score") {  // whose sums are about the first target here: a large offset costs no digits
    const auto state = metric.named_variables();
    ASSERT_EQ(state.size(), c.json.at("state").size());
    for (std::size_t i = 0; i < state.size(); ++i) {
      EXPECT_EQ(state[i].first, c.json.at("state")[i].at("name").get<std::string>());
      expect_close(state[i].second.tensor(), c.tensor(c.json.at("state")[i].at("key")), c, "state " + state[i].first);
    }
  }
  metric.reset();
  expect_close(Tensor::from(metric.results()), numbers(c.json.at("result_after_reset")), c, "after reset");
  expect_round_trip(c, metric.config(), [](const Config& config) { return metric_from_config(config).config(); });
}

TEST_P(KerasMetric, ResultStateAndConfig) {
  check_metric(GetParam(), false);
  check_metric(GetParam(), true);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasMetric, ::testing::ValuesIn(read_cases("metric")), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasMetric);

}  // namespace
}  // namespace candor::testing
