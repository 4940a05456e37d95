// Every class of layer_names() from configurations that someone spoiled: each is built, or refused with an Error. Nothing crashes, hangs or takes memory
// that a wrong number asks for.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <set>

#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "tests/nn/layer_samples.h"
#include "tests/nn/spoiled_config.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

class HostileConfig : public ::testing::TestWithParam<LayerSample> {};

TEST_P(HostileConfig, IsBuiltOrRefused) {
  const LayerSample& sample = GetParam();
  const Config whole = layer_from_config({{"class_name", sample.kind}, {"config", sample.options}}).config();
  int ran = 0;
  const Spoiled seen = try_spoiled(whole, [&](const Config& spoiled) {
    const Layer layer = layer_from_config(spoiled);
    // What was understood can be written, and is understood again.
    const Config config = layer_from_config(layer.config()).config();
    EXPECT_EQ(to_string(layer_from_config(config).config()), to_string(config));
    const std::vector<Tensor> inputs = sample.inputs();
    if (inputs.empty()) return;
    for (const Mode mode : {inference, training}) layer.call(inputs, mode);
    ++ran;
  });
  EXPECT_GT(seen.built, 0);
  EXPECT_GT(seen.refused, 50);
  EXPECT_EQ(ran > 0, !sample.shapes.empty());
}

INSTANTIATE_TEST_SUITE_P(Registry, HostileConfig, ::testing::ValuesIn(layer_samples()), [](const auto& one) { return one.param.kind; });

TEST(LayerSamples, EveryArgumentOfKerasIsAnOption) {
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/defaults.json");
  if (!file) GTEST_SKIP() << "CANDOR_FIXTURES is not set";
  const auto classes = nlohmann::json::parse(file).at("classes").at("layers");
  int tried = 0;
  for (const LayerSample& sample : layer_samples()) {
    for (const auto& one : classes) {
      if (one.at("name") != sample.kind || sample.kind == "Functional" || sample.kind == "Sequential") continue;
      for (const auto& argument : one.at("args")) {
        if (!argument.contains("default") || argument.at("default").is_null() || sample.options.find(argument.at("name").get<std::string>())) continue;
        Config options = sample.options;
        options.set(argument.at("name").get<std::string>(), to_config(argument.at("default")));
        ++tried;
        EXPECT_NO_THROW(layer_from_config({{"class_name", sample.kind}, {"config", options}})) << sample.kind << ": " << argument.at("name");
      }
    }
  }
  EXPECT_GT(tried, 300);
}

TEST(LayerConfigErrors, SayClassOptionAndValue) {
  const auto read = [](const char* kind, Config options) { return layer_from_config({{"class_name", kind}, {"config", std::move(options)}}); };
  EXPECT_ERROR(corrupt, read("Dense", {{"units", 3}, {"activaton", "relu"}}), "Dense has no option \"activaton\"; did you mean \"activation\"?", "kernel_initializer");
  EXPECT_ERROR(corrupt, read("Dense", {{"units", "three"}, {"name", "last"}}), "'units': expected a whole number, found a text, \"three\"", "at the configuration of Dense \"last\"");
  EXPECT_ERROR(corrupt, read("Dropout", {{"rate", true}}), "'rate': expected a number, found a truth value, true");
  EXPECT_ERROR(corrupt, read("Dens", {{"units", 3}}), "'Dens' is not known; did you mean \"Dense\"?");
  EXPECT_ERROR(corrupt, read("TimeDistributed", {{"layer", {{"class_name", "Conv1D"}, {"config", {{"filters", 2}, {"kernel_size", "big"}}}}}}), "'kernel_size'", "Conv1D", "TimeDistributed");
  EXPECT_ERROR(invalid_argument, read("Conv2D", {{"filters", 2}, {"kernel_size", std::int64_t{1} << 40}}), "kernel_size must be at most 2147483647");
  // What an earlier Keras wrote and what changes nothing is no reason to refuse a file.
  EXPECT_NO_THROW(read("LSTM", {{"units", 3}, {"implementation", 2}, {"time_major", false}}));
  EXPECT_NO_THROW(read("Dense", {{"units", 3}, {"batch_input_shape", Config::List{Config(), 4}}, {"build_config", {{"input_shape", Config::List{Config(), 4}}}}}));
}

TEST(LayerSamples, HaveEveryClass) {
  std::set<std::string> missing;
  for (const std::string& name : layer_names()) missing.insert(name);
  for (const LayerSample& sample : layer_samples()) missing.erase(sample.kind);
  EXPECT_TRUE(missing.empty()) << "add a row to tests/nn/layer_samples.cpp for " << ::testing::PrintToString(missing);
}

}  // namespace
}  // namespace candor::testing
