// fixtures/keras/defaults.json: the options that exist here have Keras's names and defaults.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"

namespace candor::testing {
namespace {

/// Options that are ours alone, or where None stands for a value that is written out here.
bool ours(const std::string& kind, const std::string& option) {
  static const std::map<std::string, std::vector<std::string>> extra = {
      {"SparseCategoricalCrossentropy", {"label_smoothing"}}, {"Poisson", {"log_input"}}, {"Rescaling", {"dtype"}}, {"Embedding", {"dtype"}}};
  const auto found = extra.find(kind);
  return found != extra.end() && std::find(found->second.begin(), found->second.end(), option) != found->second.end();
}

/// "glorot_uniform" and {"class_name": "GlorotUniform", ...} are the same, so are 3 and [3, 3], None and "linear", None and no decay.
bool same(const nlohmann::json& keras, const Config& own, const std::string& option) {
  if (option.ends_with("initializer")) return Initializer(to_config(keras)).config() == own;
  if (keras.is_null()) {
    return own.is_null() || (own.is_text() && (own.text() == "linear" || own.text() == "channels_last")) || (own.is_number() && own.number() == 0) || option == "strides";
  }
  if (own.is_list() && keras.is_number()) {
    for (const Config& item : own.items()) {
      if (item.number() != keras.get<double>()) return false;
    }
    return true;
  }
  if (own.is_number() && keras.is_number()) return own.number() == keras.get<double>();
  return own == to_config(keras);
}

void check(const nlohmann::json& group, const Config& described) {
  const std::string kind = described.at("class_name").text();
  std::map<std::string, nlohmann::json> arguments;
  for (const auto& entry : group) {
    if (entry.at("name") != kind) continue;
    for (const auto& argument : entry.at("args")) arguments[argument.at("name")] = argument.contains("default") ? argument.at("default") : nlohmann::json("required");
  }
  ASSERT_FALSE(arguments.empty()) << kind << " is no class of Keras";
  for (const auto& [option, value] : described.at("config").entries()) {
    if (option == "name" || ours(kind, option)) continue;
    ASSERT_TRUE(arguments.count(option)) << kind << " has no option " << option << " in Keras";
    const auto& keras = arguments[option];
    if (keras.is_string() && keras == "required") continue;
    EXPECT_TRUE(same(keras, value, option)) << kind << "." << option << ": Keras has " << keras << ", here it is " << to_string(value);
  }
}

TEST(KerasDefaults, LayersLossesAndOptimizers) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/defaults.json");
  if (!file) GTEST_SKIP() << "no keras/defaults.json";
  const auto classes = nlohmann::json::parse(file).at("classes");
  const std::vector<Layer> layers = {Dense{1}, Conv1D{1, 1}, Conv2D{1, 1}, Conv3D{1, 1}, MaxPooling1D{}, MaxPooling2D{}, MaxPooling3D{}, AveragePooling1D{2}, AveragePooling2D{2},
                                     GlobalAveragePooling2D{}, GlobalMaxPooling1D{}, Flatten{}, Reshape{{1}}, Dropout{0.5}, BatchNormalization{}, LayerNormalization{}, Embedding{1, 1},
                                     Activation{relu}, ReLU{}, LeakyReLU{}, Softmax{}, Rescaling{1}, Add{}, Concatenate{}};
  for (const Layer& layer : layers) check(classes.at("layers"), layer.config());
  const std::vector<Loss> losses = {MeanSquaredError{}, MeanAbsoluteError{}, MeanAbsolutePercentageError{}, MeanSquaredLogarithmicError{}, Huber{}, LogCosh{}, Poisson{}, CosineSimilarity{},
                                    BinaryCrossentropy{}, CategoricalCrossentropy{}, SparseCategoricalCrossentropy{}, BinaryFocalCrossentropy{}, CategoricalFocalCrossentropy{}, KLDivergence{},
                                    Hinge{}, SquaredHinge{}, CategoricalHinge{}, Dice{}, Tversky{}};
  for (const Loss& loss : losses) check(classes.at("losses"), loss.config());
  const std::vector<Optimizer> optimizers = {SGD{}, Adam{}, AdamW{}, RMSprop{}};
  for (const Optimizer& optimizer : optimizers) check(classes.at("optimizers"), optimizer.config());
}

}  // namespace
}  // namespace candor::testing
