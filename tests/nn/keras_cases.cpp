#include "tests/nn/keras_cases.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/config.h"
#include "tests/support/fixture_file.h"
#include "tests/support/fixtures.h"

namespace candor::testing {

std::ostream& operator<<(std::ostream& out, const KerasCase& c) { return out << c.name; }

bool is_preprocessing(const nlohmann::json& c) {
  const auto texts = [&](const char* key) { return std::any_of(c.at(key).begin(), c.at(key).end(), [](const auto& one) { return one.is_object(); }); };
  for (const char* key : {"adapt_data", "transformation", "vocabulary", "preprocessors", "encoded_order"}) {
    if (c.contains(key) && !c.at(key).is_null()) return true;
  }
  return texts("inputs") || texts("outputs");
}

std::vector<KerasCase> read_keras_cases(bool preprocessing) {
  std::vector<KerasCase> cases;
  const FixtureFile* file = fixture_file("keras/layers/cases.json");
  if (!file) return cases;
  for (const auto& entry : file->json.at("cases")) {
    if (is_preprocessing(entry) == preprocessing) cases.push_back({entry.at("name"), entry, file->tensors});
  }
  return cases;
}

Layer keras_layer(const KerasCase& c) {
  return layer_from_config({{"class_name", c.json.at("class").get<std::string>()}, {"config", to_config(c.json.at("config"))}});
}

void expect_close(const Tensor& got, const Tensor& want, const KerasCase& c, const std::string& what) {
  if (!is_floating(want.dtype())) {
    EXPECT_FALSE(is_floating(got.dtype())) << c.name << ": " << what;
    EXPECT_EQ(got.shape(), want.shape()) << c.name << ": " << what;
    EXPECT_EQ(got.to_vector<double>(), want.to_vector<double>()) << c.name << ": " << what;
    return;
  }
  EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), c.json.value("rtol", 1e-4), 1e-5 * std::max(1.0, largest_entry(want))), "") << c.name << ": " << what;
}

}  // namespace candor::testing
