// fixtures/keras/layers: the layers in front of a network, built from Keras's own configuration: what adapt() learns, texts, recorded draws applied
// again, values and gradients.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers/preprocessing.h"
#include "tests/nn/keras_cases.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

Texts texts_of(const nlohmann::json& j) { return {j.at("strings").get<std::vector<std::string>>(), Shape(j.at("shape").get<std::vector<std::int64_t>>())}; }

Column column_of(const nlohmann::json& j, const Safetensors& tensors) {
  return j.is_string() ? Column(tensors.get(j.get<std::string>())) : Column(texts_of(j));
}

NamedColumns table_of(const nlohmann::json& j) {
  NamedColumns table;
  for (const auto& [name, values] : j.items()) {
    if (values.at(0).is_string()) table.emplace_back(name, Texts(values.get<std::vector<std::string>>()));
    else if (values.at(0).is_number_integer()) table.emplace_back(name, Tensor::from(values.get<std::vector<std::int64_t>>()));
    else table.emplace_back(name, Tensor::from(values.get<std::vector<float>>()));
  }
  return table;
}

Transformation transformation_of(const KerasCase& c) {
  Transformation t;
  for (const auto& [name, value] : c.json.at("transformation").items()) {
    if (!value.is_string()) continue;
    const std::string key = value;
    if (key.starts_with(c.name + "/")) t.values.emplace_back(name, c.tensors->get(key));
    else t.words.emplace_back(name, key);
  }
  return t;
}

// What adapt() learned is what Keras learned.
void check_learned(const KerasCase& c, const Layer& layer) {
  const nlohmann::json& j = c.json;
  const std::string kind = layer.kind();
  if (kind == "StringLookup" || kind == "TextVectorization") {
    const auto words = j.at("vocabulary").get<std::vector<std::string>>();
    const Config learned = layer.body().options();
    ASSERT_TRUE(learned.at("vocabulary").is_list());
    const auto& tokens = learned.at("vocabulary").items();
    ASSERT_LE(tokens.size(), words.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(tokens[tokens.size() - 1 - i].text(), words[words.size() - 1 - i]);
  }
  if (j.contains("idf_weights") && !j.at("idf_weights").is_null()) {
    const auto want = j.at("idf_weights").get<std::vector<double>>();
    const Config learned = layer.body().options().at("idf_weights");
    for (std::size_t i = 0, n = learned.items().size(); i < n; ++i) EXPECT_NEAR(learned.items()[n - 1 - i].number(), want[want.size() - 1 - i], 1e-6);
  }
  if (kind == "Discretization") {
    const auto want = j.at("config").at("bin_boundaries").get<std::vector<double>>();
    const Config learned = layer.body().options().at("bin_boundaries");
    ASSERT_EQ(learned.items().size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(learned.items()[i].number(), want[i], 1e-6) << c.name;
  }
  if (kind != "Normalization") return;
  std::map<std::string, Variable> weights;
  for (const auto& [name, variable] : layer.named_variables()) weights[name] = variable;
  for (const auto& w : j.at("weights"))
    expect_close(weights.at(w.at("name").get<std::string>()).tensor(), c.tensors->get(w.at("key").get<std::string>()), c, w.at("name").get<std::string>());
}

class KerasPreprocessing : public ::testing::TestWithParam<KerasCase> {};

TEST_P(KerasPreprocessing, AgreesWithKeras) {
  const KerasCase& c = GetParam();
  const nlohmann::json& j = c.json;
  const Layer layer = keras_layer(c);
  const auto tensor = [&](const nlohmann::json& key) { return c.tensor(key); };
  const bool adapts = j.contains("adapt_data") && !j.at("adapt_data").is_null();
  if (layer.kind() == "FeatureSpace") {
    const FeatureSpace space = FeatureSpace::from(layer);
    space.adapt(table_of(j.at("adapt_data")));
    expect_close(space(table_of(j.at("inputs").at(0).at("dict"))), tensor(j.at("outputs").at(0)), c, "output");
    return;
  }
  if (adapts) {
    PreprocessingLayer::from(layer).adapt(column_of(j.at("adapt_data"), *c.tensors));
    check_learned(c, layer);
  }
  const auto holds_text = [](const nlohmann::json& list) { return std::any_of(list.begin(), list.end(), [](const auto& item) { return item.is_object(); }); };
  if (holds_text(j.at("inputs")) || holds_text(j.at("outputs")) || layer.kind() == "HashedCrossing") {
    std::vector<Column> inputs;
    for (const auto& item : j.at("inputs")) inputs.push_back(column_of(item, *c.tensors));
    const std::vector<Column> got = PreprocessingLayer::from(layer).apply(inputs);
    ASSERT_EQ(got.size(), j.at("outputs").size());
    const auto& want = j.at("outputs").at(0);
    if (want.is_object()) EXPECT_EQ(got[0].texts(), texts_of(want));
    else expect_close(got[0].numbers(), tensor(want), c, "output");
    return;
  }
  std::vector<Tensor> inputs;
  std::vector<TensorType> types;
  for (const auto& key : j.at("inputs")) inputs.push_back(tensor(key));
  for (const Tensor& x : inputs) types.push_back(x.type());
  const Mode mode = j.value("training", false) ? training : inference;
  const bool replay = j.contains("transformation") && !j.at("transformation").is_null();
  detail::infer_types([&](std::span<const Tensor> in) { return layer.call(in, inference); }, types);  // builds
  std::map<std::string, Variable> weights;
  for (const auto& [name, variable] : layer.named_variables()) weights[name] = variable;
  ASSERT_EQ(weights.size(), j.at("weights").size());
  for (const auto& w : j.at("weights")) {
    const Variable& v = weights.at(w.at("name").get<std::string>());
    EXPECT_EQ(v.trainable(), w.at("trainable").get<bool>());
    // What they start with, or learned, is not random: Keras's.
    expect_close(v.tensor(), tensor(w.at("key")), c, w.at("name").get<std::string>());
    v.tensor().copy_from(tensor(w.at("key")));
  }
  const nlohmann::json none = nlohmann::json::array();
  const auto& grads = j.contains("grads") && !j.at("grads").is_null() ? j.at("grads").at("inputs") : none;
  const auto body = [&](std::span<const Tensor> in) {
    std::vector<Tensor> results;
    if (replay) results.push_back(ImageLayer::from(layer).transform_images(in[0], transformation_of(c)));
    else results = layer.call(in, mode);
    if (grads.empty()) return results;
    const std::vector<Tensor> cotangents{tensor(j.at("cotangents").at(0))}, xs{in[0]};
    results.push_back(gradients(results, cotangents, xs)[0]);
    return results;
  };
  const std::vector<Tensor> got = Program(trace(body, types)).run(inputs);
  expect_close(got[0], tensor(j.at("outputs").at(0)), c, "output");
  if (!grads.empty() && !grads.at(0).is_null()) expect_close(got[1], tensor(grads.at(0)), c, "gradient to the input");
}

INSTANTIATE_TEST_SUITE_P(Fixtures, KerasPreprocessing, ::testing::ValuesIn(read_keras_cases(true)), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KerasPreprocessing);

}  // namespace
}  // namespace candor::testing
