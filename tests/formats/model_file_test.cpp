#include <gtest/gtest.h>

#include "candor/formats/model_file.h"

#include <cstring>
#include <filesystem>

#include "candor/base/file.h"
#include "candor/formats/config_json.h"
#include "candor/formats/safetensors.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/tensor/random.h"
#include "candor/train/evaluate.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor::formats {
namespace {

ModelFile small() {
  set_random_seed(3);
  const Tensor rows = random_normal({50, 3}, 5, 2, {1, 1});
  const Sequential model{Standardize::fitted(rows), Dense{4, {.activation = relu}}, BatchNormalization{}, Dropout{0.5}, Dense{2}};
  model.build({3});
  model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{0.003}, .metrics = {Accuracy{}}});
  ModelFile file;
  file.model = model;
  file.task = "classification";
  file.class_names = {"no", "yes \"quoted\""};
  file.feature_names = {"speed", "age", "miles"};
  file.target_names = {"group"};
  file.preprocessing = Config{{"kind", "csv"}};
  file.record = Config{{"seed", 7}, {"value", 0.1}, {"list", Config(Config::List{1, "two", true, Config()})}};
  return file;
}

std::string bytes_of(const ModelFile& file) {
  const testing::TemporaryFolder folder;
  write_model_file(folder / "m.candor", file);
  return read_file(folder / "m.candor");
}
ModelFile parse(const std::string& bytes) { return parse_model_file(std::as_bytes(std::span(bytes)), nullptr, "m.candor"); }

// The file with one part of its metadata replaced.
std::string with_metadata(const std::string& bytes, const std::string& key, const std::string& value) {
  const Safetensors file = Safetensors::parse(std::as_bytes(std::span(bytes)), nullptr, "m.candor");
  auto metadata = file.metadata();
  metadata[key] = value;
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& [name, entry] : file.entries()) tensors.emplace_back(name, file.tensor(name));
  return safetensors_bytes(tensors, metadata);
}

TEST(ModelFile, ComesBackExactly) {
  const ModelFile file = small(), again = parse(bytes_of(file));
  EXPECT_EQ(again.task, file.task);
  EXPECT_EQ(again.class_names, file.class_names);
  EXPECT_EQ(again.feature_names, file.feature_names);
  EXPECT_EQ(again.target_names, file.target_names);
  EXPECT_EQ(again.preprocessing, file.preprocessing);
  EXPECT_EQ(again.record, file.record);
  EXPECT_TRUE(again.gives_logits());
  EXPECT_EQ(to_string(again.model.config()), to_string(file.model.config()));
  const auto want = file.model.named_variables(), got = again.model.named_variables();
  ASSERT_EQ(want.size(), got.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(want[i].first, got[i].first);
    ASSERT_EQ(want[i].second.type(), got[i].second.type());
    EXPECT_EQ(std::memcmp(want[i].second.tensor().raw(), got[i].second.tensor().raw(), want[i].second.type().bytes()), 0) << want[i].first;
  }
  const Tensor x = random_normal({9, 3}, 5, 2, {1, 2});
  EXPECT_EQ(file.model.predict(x).to_vector(), again.model.predict(x).to_vector());
  EXPECT_EQ(bytes_of(again), bytes_of(file));
}

TEST(ModelFile, FunctionalModelsAndSharedLayers) {
  set_random_seed(4);
  const Symbol a = Input({6, 6, 1}), b = Input({6, 6, 1});
  const Conv2D conv{2, {3, 3}, {.padding = "same", .activation = relu}};
  const Symbol joined = Concatenate{}({Flatten{}(conv(a)), Flatten{}(conv(b))});
  const Model model{{a, b}, {Dense{3}(joined)}};
  const testing::TemporaryFolder folder;
  model.save(folder / "m.candor");
  const Model again = load_model(folder / "m.candor");
  const std::vector<Tensor> x{random_normal({2, 6, 6, 1}, 0, 1, {1, 1}), random_normal({2, 6, 6, 1}, 0, 1, {1, 2})};
  EXPECT_EQ(model(x).to_vector(), again(x).to_vector());
  EXPECT_FALSE(again.compiled());
}

TEST(ModelFile, AnySafetensorsReaderOpensTheWeights) {
  const std::string bytes = bytes_of(small());
  const Safetensors file = Safetensors::parse(std::as_bytes(std::span(bytes)), nullptr, "m.candor");
  EXPECT_EQ(file.tensor("dense/kernel").shape(), (Shape{3, 4}));
  EXPECT_EQ(file.tensor("standardize/mean").shape(), (Shape{3}));
}

TEST(ModelFile, CutAtAnyByte) {
  const std::string bytes = bytes_of(small());
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_ERROR(corrupt, parse(bytes.substr(0, n)), "m.candor");
}

TEST(ModelFile, AnyByteChangedNeverCrashes) {
  const std::string bytes = bytes_of(small());
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::string bad = bytes;
    bad[i] = static_cast<char>(bad[i] ^ (1 << (i % 7)));
    try {
      (void)parse(bad);
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("m.candor"), std::string::npos) << e.what();
    }
  }
}

TEST(ModelFile, PartsThatDoNotFit) {
  const std::string bytes = bytes_of(small());
  EXPECT_ERROR(corrupt, parse(safetensors_bytes({})), "not a model file");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "candor", "{}")), "version");
  EXPECT_ERROR(unsupported, parse(with_metadata(bytes, "candor", R"({"version":99})")), "99", "newer");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "inputs", R"([{"shape":[4],"dtype":"f32"}])")), "m.candor");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "inputs", R"([{"shape":[-1],"dtype":"f32"}])")), "m.candor");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "inputs", "[]")), "inputs");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "model", R"({"class_name":"Teapot","config":{}})")), "Teapot");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "model", R"({"class_name":"Dense","config":{"units":2}})")), "m.candor");
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "model", std::string(10'000, '[') + std::string(10'000, ']'))), "nested deeper");
}

TEST(ModelFile, ANetworkLargerThanItsFileIsRefusedBeforeMemoryIsTaken) {
  const std::string bytes = bytes_of(small());
  EXPECT_ERROR(corrupt, parse(with_metadata(bytes, "model", R"({"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"Dense","config":{"name":"dense","units":1000000000}}]}})")),
               "only", "bytes of weights are left");
}

TEST(ModelFile, AnOldFileSurvivesAFailedSave) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.write("m.candor", "the old one");
  const Sequential unbuilt{Dense{2}};
  EXPECT_ERROR(invalid_argument, unbuilt.save(path), "");
  EXPECT_EQ(read_file(path), "the old one");
  EXPECT_ERROR(io, small().model.save(folder / "no/such/folder/m.candor"), "no/such/folder");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ConfigJson, RoundTrip) {
  const Config c{{"a", 1}, {"b", 0.1}, {"c", 1e300}, {"d", "\xc3\xa9\n"}, {"e", Config()}, {"f", false}, {"g", Config::map()}, {"h", Config::list()}, {"i", std::int64_t{-9007199254740993}}};
  EXPECT_EQ(config_from_json(to_json(c), "x"), c);
  EXPECT_ERROR(corrupt, config_from_json("{\"a\":1e999999}", "here"), "here");
  EXPECT_ERROR(corrupt, config_from_json("{\"a\":18446744073709551615}", "here"), "too large");
}

}  // namespace
}  // namespace candor::formats
