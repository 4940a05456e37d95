// fixtures/keras/defaults.json: the options that exist here have Keras's names and defaults.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "tests/support/config.h"
#include "tests/support/environment.h"
#include "tests/support/keras_default.h"

namespace candor::testing {
namespace {

/// Options that are ours alone, or where None stands for a value that is written out here.
bool ours(const std::string& kind, const std::string& option) {
  static const std::map<std::string, std::vector<std::string>> extra = {
      {"SparseCategoricalCrossentropy", {"label_smoothing"}}, {"Poisson", {"log_input"}}, {"LayerNormalization", {"rms_scaling"}}, {"ReversibleEmbedding", {"quantization_config"}}};
  const auto found = extra.find(kind);
  return found != extra.end() && std::find(found->second.begin(), found->second.end(), option) != found->second.end();
}

/// Arguments of Keras that its own configurations leave out too, unless they are given.
const std::set<std::string> unwritten = {"kwargs", "name", "dtype", "activity_regularizer", "lora_rank", "lora_alpha", "gptq_unpacked_column_size", "weights"};

void check(const nlohmann::json& group, const Config& described) {
  const std::string kind = described.at("class_name").text();
  std::map<std::string, nlohmann::json> arguments;
  for (const auto& entry : group) {
    if (entry.at("name") != kind) continue;
    for (const auto& argument : entry.at("args")) arguments[argument.at("name")] = argument.contains("default") ? argument.at("default") : nlohmann::json("required");
  }
  ASSERT_FALSE(arguments.empty()) << kind << " is no class of Keras";
  for (const auto& [option, value] : described.at("config").entries()) {
    if (option == "name" || option == "dtype" || option == "trainable" || option == "activity_regularizer" || ours(kind, option)) continue;
    ASSERT_TRUE(arguments.count(option)) << kind << " has no option " << option << " in Keras";
    const auto& keras = arguments[option];
    if (keras.is_string() && keras == "required") continue;
    EXPECT_TRUE(same_default(keras, value, option)) << kind << "." << option << ": Keras has " << keras << ", here it is " << to_string(value);
  }
}

TEST(KerasDefaults, LayersLossesMetricsAndOptimizers) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/defaults.json");
  if (!file) GTEST_SKIP() << "no keras/defaults.json";
  const auto classes = nlohmann::json::parse(file).at("classes");
  const std::vector<Layer> layers = {
      Activation{relu}, ActivityRegularization{}, AdaptiveAveragePooling1D{1}, AdaptiveAveragePooling2D{1}, AdaptiveAveragePooling3D{1}, AdaptiveMaxPooling1D{1}, AdaptiveMaxPooling2D{1},
      AdaptiveMaxPooling3D{1}, Add{}, AlphaDropout{0.5}, Average{}, AveragePooling1D{2}, AveragePooling2D{2}, AveragePooling3D{2}, BatchNormalization{}, Concatenate{}, Conv1D{1, 1},
      Conv1DTranspose{1, 1}, Conv2D{1, 1}, Conv2DTranspose{1, 1}, Conv3D{1, 1}, Conv3DTranspose{1, 1}, Cropping1D{}, Cropping2D{}, Cropping3D{}, Dense{1}, DepthwiseConv1D{1}, DepthwiseConv2D{1},
      Dot{1}, Dropout{0.5}, ELU{}, EinsumDense{"ab,bc->ac", {1}}, Embedding{1, 1}, Flatten{}, GaussianDropout{0.5}, GaussianNoise{1}, GlobalAveragePooling1D{}, GlobalAveragePooling2D{},
      GlobalAveragePooling3D{}, GlobalMaxPooling1D{}, GlobalMaxPooling2D{}, GlobalMaxPooling3D{}, GroupNormalization{}, IdentityLayer{}, LayerNormalization{}, LeakyReLU{}, Masking{},
      MaxPooling1D{}, MaxPooling2D{}, MaxPooling3D{}, Maximum{}, Minimum{}, Multiply{}, PReLU{}, Permute{{1}}, RMSNormalization{}, ReLU{}, RepeatVector{1}, Rescaling{1}, Reshape{{1}},
      ReversibleEmbedding{1, 1}, SeparableConv1D{1, 1}, SeparableConv2D{1, 1}, Softmax{}, SpatialDropout1D{0.5}, SpatialDropout2D{0.5}, SpatialDropout3D{0.5}, SpectralNormalization{Dense{1}},
      Subtract{}, UnitNormalization{}, UpSampling1D{}, UpSampling2D{}, UpSampling3D{}, ZeroPadding1D{}, ZeroPadding2D{}, ZeroPadding3D{}};
  for (const Layer& layer : layers) {
    check(classes.at("layers"), layer.config());
    const Config options = layer.config().at("config");
    for (const auto& entry : classes.at("layers")) {
      if (entry.at("name") != layer.kind()) continue;
      for (const auto& argument : entry.at("args")) {
        const std::string name = argument.at("name");
        EXPECT_TRUE(unwritten.count(name) != 0 || options.find(name)) << layer.kind() << " writes no " << name;
      }
    }
  }
  const std::vector<Loss> losses = {MeanSquaredError{}, MeanAbsoluteError{}, MeanAbsolutePercentageError{}, MeanSquaredLogarithmicError{}, Huber{}, LogCosh{}, Poisson{}, CosineSimilarity{},
                                    BinaryCrossentropy{}, CategoricalCrossentropy{}, SparseCategoricalCrossentropy{}, BinaryFocalCrossentropy{}, CategoricalFocalCrossentropy{}, KLDivergence{},
                                    Hinge{}, SquaredHinge{}, CategoricalHinge{}, Dice{}, Tversky{}, Circle{}, CTC{}, CategoricalGeneralizedCrossEntropy{}};
  for (const Loss& loss : losses) check(classes.at("losses"), loss.config());
  const std::vector<Metric> metrics = {AUC{}, BinaryAccuracy{}, BinaryIoU{}, CategoricalAccuracy{}, ConcordanceCorrelation{}, CosineSimilarityMetric{}, F1Score{}, FBetaScore{}, FalseNegatives{},
                                       FalsePositives{}, IoU{2, {0}}, LogCoshError{}, Mean{}, MeanIoU{2}, OneHotIoU{2, {0}}, OneHotMeanIoU{2}, PearsonCorrelation{}, Precision{}, PrecisionAtRecall{0.5},
                                       R2Score{}, Recall{}, RecallAtPrecision{0.5}, RootMeanSquaredError{}, SensitivityAtSpecificity{0.5}, SparseCategoricalAccuracy{},
                                       SparseTopKCategoricalAccuracy{}, SpecificityAtSensitivity{0.5}, Sum{}, TopKCategoricalAccuracy{}, TrueNegatives{}, TruePositives{}};
  for (const Metric& metric : metrics) check(classes.at("metrics"), metric.config());
  const std::vector<Optimizer> optimizers = {SGD{}, Adam{}, AdamW{}, RMSprop{}};
  for (const Optimizer& optimizer : optimizers) check(classes.at("optimizers"), optimizer.config());
}

/// Every class of the list is there by its name, and so is every function.
TEST(KerasDefaults, EveryLossAndMetricByName) {
  CANDOR_NEEDS("CANDOR_FIXTURES");
  std::ifstream file(environment("CANDOR_FIXTURES") + "/keras/defaults.json");
  if (!file) GTEST_SKIP() << "no keras/defaults.json";
  const auto all = nlohmann::json::parse(file);
  const std::set<std::string> abstract = {"Loss", "Metric"}, of_registries = {"deserialize", "get", "serialize"};
  const std::vector<std::string> losses = loss_names(), metrics = metric_names();
  for (const auto& entry : all.at("classes").at("losses")) {
    const std::string name = entry.at("name");
    if (!abstract.count(name)) {
      EXPECT_EQ(std::count(losses.begin(), losses.end(), name), 1) << name;
    }
  }
  for (const auto& entry : all.at("classes").at("metrics")) {
    const std::string name = entry.at("name");
    if (!abstract.count(name)) {
      EXPECT_EQ(std::count(metrics.begin(), metrics.end(), name), 1) << name;
    }
  }
  for (const auto& entry : all.at("functions").at("losses")) {
    const std::string name = entry.at("name");
    if (!of_registries.count(name)) {
      EXPECT_NO_THROW(Loss(name.c_str())) << name;
    }
  }
  for (const auto& entry : all.at("functions").at("metrics")) {
    const std::string name = entry.at("name");
    if (!of_registries.count(name)) {
      EXPECT_EQ(Metric(name.c_str()).name(), name);
    }
  }
}

}  // namespace
}  // namespace candor::testing
