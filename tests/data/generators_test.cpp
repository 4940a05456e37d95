#include "candor/data/generators.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "candor/base/threads.h"
#include "candor/data/load.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor::data {
namespace {

TEST(InsuranceRisk, IsMadeAsDescribed) {
  const Dataset d = insurance_risk(9000, 1);
  EXPECT_EQ(d.feature_names, (std::vector<std::string>{"speed", "age", "miles"}));
  EXPECT_EQ(class_counts(d), (std::vector<std::int64_t>{3000, 3000, 3000}));
  const std::vector<float> x = d.features.to_vector();
  const std::vector<int> y = d.targets.to_vector<int>();
  std::array<std::array<double, 3>, 3> mean{};
  for (std::size_t i = 0; i < y.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_EQ(x[3 * i + c], std::round(x[3 * i + c]));
      mean[static_cast<std::size_t>(y[i])][c] += x[3 * i + c] / 3000;
    }
  EXPECT_NEAR(mean[0][0], 130, 1);  // the mean of the three Gaussians of a class
  EXPECT_NEAR(mean[0][1], 46.7, 1);
  EXPECT_NEAR(mean[1][0], 120, 1);
  EXPECT_NEAR(mean[1][2], 26.7, 1);
  EXPECT_NEAR(mean[2][1], 43.4, 1);
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_TRUE(x[3 * i] >= 60 && x[3 * i] <= 200);
    EXPECT_TRUE(x[3 * i + 1] >= 16 && x[3 * i + 1] <= 100);
    EXPECT_TRUE(x[3 * i + 2] >= 1 && x[3 * i + 2] <= 500);
  }
}

/// The accuracy of knowing the nine Gaussians: no classifier does better in the long run.
TEST(InsuranceRisk, TheBestPossibleAccuracyIsTheDocumentedOne) {
  constexpr float groups[9][5] = {{0, 150, 35, 50, 4}, {0, 120, 75, 20, 8},  {0, 120, 30, 30, 9},   {1, 110, 50, 25, 9}, {1, 140, 45, 40, 5},
                                  {1, 110, 40, 15, 8}, {2, 120, 55, 30, 18}, {2, 130, 50, 45, 12}, {2, 100, 25, 15, 5}};
  const Dataset d = insurance_risk(90000, 5);
  const std::vector<float> x = d.features.to_vector();
  const std::vector<int> y = d.targets.to_vector<int>();
  int right = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    std::array<double, 3> density{};
    for (const auto& g : groups) {
      double square = 0;
      for (std::size_t c = 0; c < 3; ++c) square += (x[3 * i + c] - g[c + 1]) * (x[3 * i + c] - g[c + 1]);
      density[static_cast<std::size_t>(g[0])] += std::exp(-square / (2 * g[4] * g[4])) / (g[4] * g[4] * g[4]);
    }
    right += std::max_element(density.begin(), density.end()) - density.begin() == y[i];
  }
  EXPECT_NEAR(right / 90000., .811, .005);
}

TEST(Digits, HaveEveryClassInEqualShares) {
  const Dataset d = digits(1000, 3);
  EXPECT_EQ(d.features.type(), (TensorType{{1000, 28, 28, 1}, DType::u8}));
  EXPECT_EQ(class_counts(d), std::vector<std::int64_t>(10, 100));
  double ink = 0;
  for (float v : d.features.to_vector()) ink += v / 255;
  EXPECT_NEAR(ink / (1000 * 784), 0.10, 0.03);
  // Ink stays inside the picture: its border is nearly empty.
  double border = 0;
  const auto* pixels = d.features.data<std::uint8_t>();
  for (int i = 0; i < 1000; ++i)
    for (int k = 0; k < 28; ++k) border += pixels[i * 784 + k] + pixels[i * 784 + 27 * 28 + k] + pixels[i * 784 + k * 28] + pixels[i * 784 + k * 28 + 27];
  EXPECT_LT(border / 255 / 1000, 0.5);
}

TEST(Digits, DependOnTheSeedOnly) {
  const int before = threads();
  const std::string first = digits(300, 7).digest();
  set_threads(5);
  EXPECT_EQ(first, digits(300, 7).digest());
  set_threads(before);
  EXPECT_NE(first, digits(300, 8).digest());
  // Image i depends on (seed, i) alone, so a longer set begins with the shorter one.
  EXPECT_EQ(digits(100, 7).features.to_vector(), digits(300, 7).slice(0, 100).features.to_vector());
}

TEST(Generators, ByName) {
  EXPECT_EQ(generate("digits", 20).rows(), 20);
  EXPECT_EQ(generate("insurance-risk").rows(), 1500);
  EXPECT_ERROR(not_found, generate("digit"), "\"digit\"", "digits, edges", "did you mean \"digits\"?");
  EXPECT_ERROR(invalid_argument, digits(0), "got 0");
  EXPECT_ERROR(invalid_argument, insurance_risk(-5), "got -5");
}

TEST(Load, ByNameOrPath) {
  EXPECT_EQ(load("digits", {.rows = 30}).kind, SourceKind::generator);
  EXPECT_ERROR(not_found, load("digtis"), "no data named \"digtis\"", "generator (checkerboard, circles", "did you mean \"digits\"?");
  EXPECT_ERROR(not_found, load(""), "no data named \"\"");
}

TEST(Load, AFolderWithoutDataDoesNotHideAGenerator) {
  const testing::TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  folder.write("digits/model.candor", "a model");
  EXPECT_EQ(load("digits", {.rows = 20}).kind, SourceKind::generator);
  folder.write("digits/a/1.ppm", "P6 1 1 255\nabc");
  folder.write("digits/b/1.ppm", "P6 1 1 255\nabc");
  EXPECT_EQ(load("digits").kind, SourceKind::images);
  std::filesystem::current_path(before);
}

TEST(Load, SuggestsNeighboursAndExplainsFolders) {
  const testing::TemporaryFolder folder;
  folder.write("customers.csv", "a,y\n1,0\n2,1\n3,0\n4,1\n");
  EXPECT_EQ(load(folder / "customers.csv").train.rows(), 4);
  EXPECT_ERROR(not_found, load(folder / "custmers.csv"), "did you mean", "customers.csv");
  EXPECT_ERROR(not_found, load(folder.path()), folder.path(), "pictures per class", "customers.csv");
  EXPECT_ERROR(invalid_argument, load(folder.write("x-idx3-ubyte", "")), "one IDX file alone");
  EXPECT_ERROR(invalid_argument, load(folder.write("cat.png", "")), "one picture alone");
  EXPECT_ERROR(corrupt, load(folder.write("signs.zip", "")), "signs.zip: the file is empty", "archive");
  EXPECT_ERROR(not_found, load(folder.path()), "archives, name one of them: signs.zip");
}

TEST(Load, LooksBelowCandorData) {
  const testing::TemporaryFolder folder;
  folder.write("risk/customers.csv", "a,y\n1,0\n2,1\n3,0\n4,1\n");
  const char* before = std::getenv("CANDOR_DATA");
  const std::string kept = before ? before : "";
  ::setenv("CANDOR_DATA", folder.path().c_str(), 1);
  EXPECT_EQ(load("risk/customers.csv").path, folder / "risk/customers.csv");
  EXPECT_ERROR(not_found, load("risk/customer.csv"), folder / "risk/customer.csv", "did you mean \"risk/customers.csv\"?");
  EXPECT_ERROR(not_found, load("mnist"), folder.path() + "/mnist", "train-images-idx3-ubyte.gz", "Fetch them from");
  if (before) ::setenv("CANDOR_DATA", kept.c_str(), 1);
  else ::unsetenv("CANDOR_DATA");
}

}  // namespace
}  // namespace candor::data
