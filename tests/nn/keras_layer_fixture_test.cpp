// fixtures/keras/layers: every layer built from Keras's own configuration: outputs, masks, penalties, weights after the call, gradients.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/nn/layer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "tests/nn/keras_cases.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

/// Keras on TensorFlow takes the bias of a channels_first convolution for one along the last axis where that is as long as the bias (its add() looks
/// at extents alone); on JAX and PyTorch it does not, and neither does Candor. `y` with the bias moved to where those cases have it.
Tensor as_tensorflow_adds(const KerasCase& c, const Tensor& y, const std::map<std::string, Variable>& weights) {
  const auto& config = c.json.at("config");
  const auto bias = weights.find("bias");
  if (config.value("data_format", "channels_last") != "channels_first" || bias == weights.end() || config.value("activation", "linear") != "linear") return y;
  const std::int64_t n = bias->second.shape().size();
  if (n < 2 || y.rank() < 3 || y.shape(1) != n || y.shape(-1) != n) return y;
  std::vector<std::int64_t> channels(static_cast<std::size_t>(y.rank()), 1);
  channels[1] = n;
  return y - reshape(bias->second.value(), channels) + bias->second.value();
}

/// The tensors and the other arguments of a case's call.
struct Call {
  explicit Call(const KerasCase& c) : inputs(c.json.at("inputs").size()), mode(c.json.value("training", false) ? training : inference) {
    for (const auto& key : c.json.at("inputs")) tensors.push_back(c.tensor(key)), roles.emplace_back();
    options = Config::map();
    if (c.json.contains("call_kwargs")) {
      for (const auto& [name, value] : c.json.at("call_kwargs").items()) {
        const auto list = value.is_array() ? value : nlohmann::json::array({value});
        for (const auto& one : list) {
          if (one.is_string()) tensors.push_back(c.tensor(one)), roles.push_back(name);
          else options.set(name, to_config(one));
        }
      }
    }
    const auto& mask = c.json.at("mask");
    if (mask.is_null()) return;
    for (const auto& key : mask.is_array() ? mask : nlohmann::json::array({mask})) masks.push_back(key.is_null() ? Tensor() : c.tensor(key));
  }
  std::vector<Tensor> operator()(const Layer& layer, std::span<const Tensor> values, Mode in_mode) const {
    std::vector<Tensor> masked(values.begin(), values.end());
    for (std::size_t i = 0; i < masks.size(); ++i) {
      if (masks[i].defined()) masked[i] = masked[i].with_mask(masks[i]);
    }
    return detail::call_with_roles(layer, masked, roles, options, in_mode);
  }
  std::vector<TensorType> types() const {
    std::vector<TensorType> all;
    for (const Tensor& t : tensors) all.push_back(t.type());
    return all;
  }

  std::size_t inputs;
  Mode mode;
  std::vector<Tensor> tensors, masks;
  std::vector<std::string> roles;
  Config options;
};

class KerasLayer : public ::testing::TestWithParam<KerasCase> {};

TEST_P(KerasLayer, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const nlohmann::json& j = c.json;
  const Layer layer = keras_layer(c);
  const Call call(c);
  detail::infer_types([&](std::span<const Tensor> in) { return call(layer, in, inference); }, call.types());  // builds
  std::vector<Variable> weights;
  std::map<std::string, Variable> by_name;
  for (const auto& [name, variable] : layer.named_variables()) by_name[name] = variable;
  ASSERT_EQ(by_name.size(), j.at("weights").size());
  for (const auto& w : j.at("weights")) {
    const std::string name = w.at("name");
    ASSERT_TRUE(by_name.count(name)) << name;
    EXPECT_EQ(by_name[name].trainable(), w.at("trainable").get<bool>()) << name;
    by_name[name].tensor().copy_from(c.tensor(w.at("key")));
    weights.push_back(by_name[name]);
  }
  const nlohmann::json none = nlohmann::json::array();
  const auto& grads = j.contains("grads") ? j.at("grads") : none;
  const auto& output_masks = j.contains("output_masks") && !j.at("output_masks").is_null() ? j.at("output_masks") : none;
  std::size_t outputs = 0, penalties = 0;
  const auto body = [&](std::span<const Tensor> in) {
    const detail::LossCollector inside;
    std::vector<Tensor> results = call(layer, in, call.mode);
    outputs = results.size();
    results[0] = as_tensorflow_adds(c, results[0], by_name).with_mask(results[0].mask());
    std::vector<Tensor> out(results);
    for (std::size_t i = 0; i < output_masks.size(); ++i) {
      const Tensor mask = results.at(i).mask();
      EXPECT_EQ(mask.defined(), !output_masks[i].is_null()) << c.name << ": mask of output " << i;
      if (mask.defined()) out.push_back(mask);
    }
    Tensor penalty = layer.regularization_loss();
    if (inside.total().defined()) penalty = penalty.defined() ? penalty + inside.total() : inside.total();
    penalties = penalty.defined() ? 1 : 0;
    if (penalty.defined()) out.push_back(penalty);
    if (grads.empty()) return out;
    std::vector<Tensor> cotangents, floating;
    for (const auto& key : j.at("cotangents")) cotangents.push_back(key.is_null() ? Tensor() : c.tensor(key));
    for (std::size_t i = cotangents.size(); i-- > 0;) {
      if (!cotangents[i].defined()) cotangents.erase(cotangents.begin() + static_cast<std::ptrdiff_t>(i)), results.erase(results.begin() + static_cast<std::ptrdiff_t>(i));
    }
    std::vector<Tensor> xs(in.begin(), in.end());
    for (const Variable& w : weights) xs.push_back(w.value());
    std::copy_if(xs.begin(), xs.end(), std::back_inserter(floating), [](const Tensor& x) { return is_floating(x.dtype()); });
    const std::vector<Tensor> first = gradients(results, cotangents, floating);
    std::size_t at = 0;
    for (const Tensor& x : xs) out.push_back(is_floating(x.dtype()) ? first[at++] : Tensor(0));
    return out;
  };
  Program program(trace(body, call.types()));
  const std::vector<Tensor> got = program.run(call.tensors);
  ASSERT_EQ(outputs, j.at("outputs").size());
  std::size_t at = 0;
  for (const auto& key : j.at("outputs")) expect_close(got[at++], c.tensor(key), c, "output");
  for (const auto& key : output_masks) {
    if (!key.is_null()) expect_close(got.at(at++), c.tensor(key), c, "mask of an output");
  }
  double expected = 0;
  const auto& losses = j.contains("losses") && !j.at("losses").is_null() ? j.at("losses") : none;
  for (const auto& loss : losses) expected += loss.get<double>();
  EXPECT_EQ(penalties, losses.empty() ? 0u : 1u) << c.name << ": penalties";
  if (penalties != 0) {
    EXPECT_NEAR(got.at(at++).item<double>(), expected, 1e-5 * std::max(1.0, expected)) << c.name << ": penalties";
  }
  if (j.contains("weights_after") && !j.at("weights_after").is_null()) {
    for (const auto& after : j.at("weights_after")) {
      const std::string name = after.at("name");
      expect_close(by_name.at(name).tensor(), c.tensor(after.at("key")), c, "weight after: " + name);
    }
  }
  if (!grads.empty()) {
    // In the order of the arguments: inputs, further arguments, weights.
    nlohmann::json keys = grads.at("inputs");
    for (std::size_t i = call.inputs; i < call.roles.size(); ++i) {
      const std::string& role = call.roles[i];
      const auto first = static_cast<std::size_t>(std::find(call.roles.begin(), call.roles.end(), role) - call.roles.begin());
      const nlohmann::json found = grads.contains(role) ? grads.at(role) : nlohmann::json();
      keys.push_back(found.is_array() ? found.at(i - first) : found);
    }
    for (const auto& key : grads.at("weights")) keys.push_back(key);
    for (const auto& key : keys) {
      if (!key.is_null()) expect_close(got.at(at), c.tensor(key), c, "gradient " + key.get<std::string>());
      ++at;
    }
  }
  if (!j.contains("calls") || j.at("calls").is_null()) return;
  for (const auto& next : j.at("calls")) {
    std::vector<Tensor> values = call.tensors;
    for (std::size_t i = 0; i < next.at("inputs").size(); ++i) values[i] = c.tensor(next.at("inputs")[i]);
    const std::vector<Tensor> again = program.run(values);
    for (std::size_t i = 0; i < next.at("outputs").size(); ++i) expect_close(again[i], c.tensor(next.at("outputs")[i]), c, "output of a later call");
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasLayer, ::testing::ValuesIn(read_keras_cases(false)), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasLayer);

/// What is random has no numbers to compare; its configuration has to come back all the same.
TEST(KerasLayers, ThoseWithoutNumbersAreBuiltFromTheirConfigurations) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/layers/cases.json");
  if (!file) GTEST_SKIP() << "no keras/layers/cases.json";
  const std::vector<std::string> known = layer_names();
  int built = 0;
  const auto all = nlohmann::json::parse(file);
  for (const auto& entry : all.at("not_value_tested")) {
    const std::string kind = entry.at("class");
    if (!entry.at("config").is_object() || std::find(known.begin(), known.end(), kind) == known.end()) continue;
    const Config config{{"class_name", kind}, {"config", to_config(entry.at("config"))}};
    try {
      EXPECT_EQ(layer_from_config(config).kind(), kind);
      ++built;
    } catch (const Error& error) {
      ADD_FAILURE() << kind << ": " << error.what();
    }
  }
  EXPECT_GE(built, 10);
}

}  // namespace
}  // namespace candor::testing
