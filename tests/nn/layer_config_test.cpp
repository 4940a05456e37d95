// From layer to configuration and back, over every case of fixtures/keras/layers: Keras's keys and values, and the same numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "candor/graph/program.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "tests/nn/keras_cases.h"
#include "tests/support/config.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

/// Without what only Python's import needs, axes that an initializer was not given, and numbers as numbers: 1 is 1.0.
nlohmann::json plain(const nlohmann::json& j) {
  if (j.is_number()) return j.get<double>();
  if (j.is_array()) {
    nlohmann::json out = nlohmann::json::array();
    for (const auto& item : j) out.push_back(plain(item));
    return out;
  }
  if (!j.is_object()) return j;
  if (j.value("class_name", "") == "DTypePolicy") return j.at("config").at("name");
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [key, value] : j.items()) {
    if ((key == "input_axes" || key == "output_axes") && value.is_null()) continue;
    if (key != "module" && key != "registered_name" && key != "build_config" && key != "shared_object_id") out[key] = plain(value);
  }
  return out;
}

nlohmann::json to_json(const Config& c) {
  if (c.is_null()) return nullptr;
  if (c.is_bool()) return c.boolean();
  if (c.is_number()) return c.number();
  if (c.is_text()) return c.text();
  if (c.is_list()) {
    nlohmann::json out = nlohmann::json::array();
    for (const Config& item : c.items()) out.push_back(to_json(item));
    return out;
  }
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [key, value] : c.entries()) out[key] = to_json(value);
  return out;
}

/// Where `got` lacks something of `want`, or has it otherwise; empty when it holds all. Keys beyond are no matter.
std::string missing(const nlohmann::json& got, const nlohmann::json& want, const std::string& where) {
  if (want.is_array() && got.is_array() && want.size() == got.size()) {
    for (std::size_t i = 0; i < want.size(); ++i) {
      const std::string found = missing(got[i], want[i], where + "[" + std::to_string(i) + "]");
      if (!found.empty()) return found;
    }
    return "";
  }
  if (!want.is_object()) return got == want ? "" : where + " is " + got.dump() + ", Keras writes " + want.dump();
  for (const auto& [key, value] : want.items()) {
    if (!got.is_object() || !got.contains(key)) return where + " has no " + key;
    const std::string found = missing(got.at(key), value, where + "." + key);
    if (!found.empty()) return found;
  }
  return "";
}

class LayerConfig : public ::testing::TestWithParam<KerasCase> {};

TEST_P(LayerConfig, HoldsWhatKerasWrites) {
  const KerasCase& c = GetParam();
  const std::string kind = c.json.at("class");
  nlohmann::json want = plain(c.json.at("config")), got = plain(to_json(keras_layer(c).config().at("config")));
  if (kind == "Functional") {
    // The layers of a graph are listed in any order that a walk through it gives. Calls are compared by their numbers, below: Keras writes
    // arguments that say nothing ("training": null) into them.
    for (nlohmann::json* model : {&want, &got}) {
      nlohmann::json& layers = model->at("layers");
      std::sort(layers.begin(), layers.end(), [](const nlohmann::json& a, const nlohmann::json& b) { return a.at("name") < b.at("name"); });
      for (nlohmann::json& layer : layers) layer.erase("inbound_nodes");
    }
  }
  EXPECT_EQ(missing(got, want, kind), "");
}

TEST_P(LayerConfig, ComesBackWithTheSameNumbers) {
  const KerasCase& c = GetParam();
  const std::string kind = c.json.at("class");
  const Layer layer = keras_layer(c);
  const Config config = layer.config();
  const Layer again = layer_from_config(config);
  EXPECT_EQ(again.config(), config);
  if (c.json.contains("call_kwargs") && !c.json.at("call_kwargs").empty()) return;
  std::vector<Tensor> inputs;
  std::vector<TensorType> types;
  for (const auto& key : c.json.at("inputs")) inputs.push_back(c.tensor(key)), types.push_back(inputs.back().type());
  const auto run = [&](const Layer& one) { return Program(trace([&](std::span<const Tensor> in) { return one.call(in, inference); }, types)).run(inputs); };
  const std::vector<Tensor> first = run(layer);
  detail::infer_types([&](std::span<const Tensor> in) { return again.call(in, inference); }, types);  // builds
  const std::vector<NamedVariable> from = layer.named_variables(), to = again.named_variables();
  ASSERT_EQ(from.size(), to.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    EXPECT_EQ(from[i].first, to[i].first);
    EXPECT_EQ(from[i].second.trainable(), to[i].second.trainable()) << from[i].first;
    to[i].second.tensor().copy_from(from[i].second.tensor());
  }
  EXPECT_EQ(again.config(), layer.config()) << "once built";
  const std::vector<Tensor> second = run(again);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_EQ(difference(second[i].to(DType::f64), first[i].to(DType::f64), 0, 0), "") << "output " << i;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, LayerConfig, ::testing::ValuesIn(read_keras_cases(false)), [](const auto& one) { return gtest_name(one.param.name); });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LayerConfig);

TEST(LayerConfigs, BeyondKerasComeBackToo) {
  const std::vector<Layer> layers = {Bilinear{3},
                                     ChannelShuffle{2},
                                     PixelShuffle{2, {.order = "tensorflow"}},
                                     PixelUnshuffle{3, {.data_format = "channels_first"}},
                                     SqueezeExcitation{{.ratio = 4, .gate_activation = "hard_sigmoid"}},
                                     StochasticDepth{0.2, {.mode = "batch", .seed = 7}},
                                     WeightStandardization{Conv2D{4, 3, {.padding = {{1, 0}, {2, 1}}}}, {.epsilon = 1e-3}},
                                     MaxPooling2D{3, {.padding = {{1, 1}, {0, 1}}}},
                                     AveragePooling2D{3, {.padding = Margins{1}, .count_include_pad = true}},
                                     Conv2DTranspose{2, 3, {.strides = 2, .padding = {{1, 1}, {1, 0}}, .output_padding = 1}},
                                     BatchNormalization{{.unbiased_moving_variance = true}},
                                     LayerNormalization{{.rms_scaling = true}},
                                     InputLayer{{-1, 3}, {.batch_size = 2, .dtype = DType::i32}},
                                     AlphaDropout{0.1, {.noise_shape = {-1, 1}, .seed = 3}},
                                     Dense{4, {.activity_regularizer = L1{0.1}, .lora_rank = 2, .lora_alpha = 4}},
                                     Conv1D{4, 2, {.kernel_constraint = MaxNorm{3}}},
                                     SpectralNormalization{Embedding{5, 3, {.mask_zero = true}}, {.power_iterations = 3}}};
  for (const Layer& layer : layers) {
    const Config config = layer.config();
    EXPECT_EQ(layer_from_config(config).config(), config) << to_string(config);
  }
}

TEST(LayerConfigs, WhatCannotComeBackSaysWhy) {
  for (const char* kind : {"Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "Layer", "Wrapper"}) {
    EXPECT_ERROR(unsupported, layer_from_config({{"class_name", kind}, {"config", {{"name", "mine"}}}}), kind, "'mine'");
  }
  EXPECT_ERROR(unsupported, layer_from_config({{"class_name", "Dense"}, {"config", {{"units", 3}, {"quantization_config", {{"class_name", "Int8QuantizationConfig"}}}}}}), "Dense", "quantised");
  EXPECT_ERROR(unsupported,
               layer_from_config({{"class_name", "Embedding"}, {"config", {{"input_dim", 3}, {"output_dim", 2}, {"dtype", {{"class_name", "QuantizedDTypePolicy"}, {"config", {{"mode", "int8"}}}}}}}}),
               "Embedding", "quantised");
  EXPECT_ERROR(unsupported, layer_from_config({{"class_name", "Dense"}, {"config", {{"units", 3}, {"activation", {{"class_name", "__lambda__"}, {"config", {{"value", "4wAA"}}}}}}}}), "activation", "code");
  EXPECT_ERROR(unsupported, layer_from_config({{"class_name", "InputLayer"}, {"config", {{"batch_shape", Config::List{{}, 3}}, {"sparse", true}}}}), "sparse");
  EXPECT_ERROR(unsupported, layer_from_config({{"class_name", "BatchNormalization"}, {"config", {{"axis", Config::integers({1, 2})}}}}), "one axis");
  EXPECT_ERROR(unsupported, Lambda{[](const Tensor& x) { return x; }}.config(), "code");
}

TEST(LayerConfigs, EmptyAndNullOptionsAreTheDefaults) {
  const Config given = {{"class_name", "Conv2D"}, {"config", {{"filters", 2}, {"kernel_size", 3}, {"strides", {}}, {"padding", "SAME"}, {"data_format", {}}, {"activation", {}}}}};
  const Config config = layer_from_config(given).config().at("config");
  EXPECT_EQ(config.at("strides"), Config::integers({1, 1}));
  EXPECT_EQ(config.at("padding").text(), "same");
  EXPECT_EQ(config.at("data_format").text(), "channels_last");
  EXPECT_EQ(config.at("activation").text(), "linear");
}

}  // namespace
}  // namespace candor::testing
