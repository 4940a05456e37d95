// fixtures/keras/layers: every layer that layer_from_config knows, built from Keras's own configuration: outputs, weights after, gradients.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/nn/layer_body.h"
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

const std::set<std::string> later_activations = {"sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus"};

/// Cases that ask for what no layer here offers yet.
bool for_later(const nlohmann::json& c) {
  const auto& config = c.at("config");
  const std::string name = c.at("name");
  if (name == "embedding_float_ids") return true;  // an error here: fractions are no row numbers
  const auto lists = [&](const char* option) { return config.contains(option) && config.at(option).is_array(); };
  if ((c.at("class") == "Softmax" && lists("axis")) || lists("scale") || config.dump().find("lora_rank") != std::string::npos ||
      config.dump().find("OrthogonalRegularizer") != std::string::npos) {
    return true;
  }
  return c.at("class") == "Sequential" || c.at("class") == "Functional" || config.value("data_format", "channels_last") == "channels_first" ||
         config.value("mask_zero", false) || !c.at("mask").is_null() || config.value("renorm", false) || c.contains("calls") ||
         (config.contains("activation") && config.at("activation").is_string() && later_activations.count(config.at("activation")) != 0);
}

std::vector<KerasCase> read_cases() {
  const std::string root = environment("CANDOR_FIXTURES");
  std::ifstream file(root + "/keras/layers/cases.json");
  if (root.empty() || !file) return {};
  const auto all = nlohmann::json::parse(file);
  const auto tensors = std::make_shared<const Safetensors>(root + "/keras/layers/" + all.at("tensors").get<std::string>());
  const std::vector<std::string> known = layer_names();
  std::vector<KerasCase> cases;
  for (const auto& entry : all.at("cases")) {
    if (std::find(known.begin(), known.end(), entry.at("class").get<std::string>()) != known.end()) cases.push_back({entry.at("name"), entry, tensors});
  }
  return cases;
}

void expect_close(const Tensor& got, const Tensor& want, const KerasCase& c, const std::string& what) {
  EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), c.json.value("rtol", 1e-4), 1e-5 * std::max(1.0, largest_entry(want))), "") << c.name << ": " << what;
}

class KerasLayer : public ::testing::TestWithParam<KerasCase> {};

TEST_P(KerasLayer, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const nlohmann::json& j = c.json;
  if (for_later(j)) GTEST_SKIP() << "masks, channels_first, renorm, LoRA, several axes and chains of Keras files are for later";
  const auto tensor = [&](const nlohmann::json& key) { return c.tensors->get(key.get<std::string>()); };
  const Layer layer = layer_from_config({{"class_name", j.at("class").get<std::string>()}, {"config", to_config(j.at("config"))}});
  std::vector<Tensor> inputs;
  std::vector<TensorType> types;
  for (const auto& key : j.at("inputs")) inputs.push_back(tensor(key)), types.push_back(inputs.back().type());
  const Mode mode = j.value("training", false) ? training : inference;
  detail::infer_types([&](std::span<const Tensor> in) { return layer.call(in, inference); }, types);  // builds
  std::vector<Variable> weights;
  std::map<std::string, Variable> by_name;
  for (const auto& [name, variable] : layer.named_variables()) by_name[name] = variable;
  ASSERT_EQ(by_name.size(), j.at("weights").size());
  for (const auto& w : j.at("weights")) {
    const std::string name = w.at("name");
    ASSERT_TRUE(by_name.count(name)) << name;
    EXPECT_EQ(by_name[name].trainable(), w.at("trainable").get<bool>()) << name;
    by_name[name].tensor().copy_from(tensor(w.at("key")));
    weights.push_back(by_name[name]);
  }
  const nlohmann::json none = nlohmann::json::array();
  const auto& grads = j.contains("grads") ? j.at("grads") : none;
  const auto body = [&](std::span<const Tensor> in) {
    std::vector<Tensor> results = layer.call(in, mode);
    if (grads.empty()) return results;
    std::vector<Tensor> cotangents, xs(in.begin(), in.end());
    for (const auto& key : j.at("cotangents")) cotangents.push_back(tensor(key));
    for (const Variable& w : weights) xs.push_back(w.value());
    std::vector<Tensor> wanted;
    for (const Tensor& x : xs) wanted.push_back(is_floating(x.dtype()) ? x : Tensor());
    std::vector<Tensor> floating;
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(floating), [](const Tensor& x) { return x.defined(); });
    const std::vector<Tensor> first = gradients(results, cotangents, floating);
    std::size_t at = 0;
    for (const Tensor& x : wanted) results.push_back(x.defined() ? first[at++] : Tensor(0));
    return results;
  };
  const std::vector<Tensor> got = Program(trace(body, types)).run(inputs);
  std::size_t at = 0;
  for (const auto& key : j.at("outputs")) expect_close(got[at++], tensor(key), c, "output");
  if (j.contains("weights_after")) {
    for (const auto& after : j.at("weights_after")) {
      const std::string name = after.at("name");
      expect_close(by_name.at(name).tensor(), tensor(after.at("key")), c, "weight after: " + name);
    }
  }
  if (grads.empty()) return;
  const auto compare = [&](const nlohmann::json& keys, const std::string& what) {
    for (const auto& key : keys) {
      if (!key.is_null()) expect_close(got.at(at), tensor(key), c, "gradient to " + what);
      ++at;
    }
  };
  compare(grads.at("inputs"), "an input");
  compare(grads.at("weights"), "a weight");
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasLayer, ::testing::ValuesIn(read_cases()), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasLayer);

}  // namespace
}  // namespace candor::testing
