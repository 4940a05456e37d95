// The public sets that lie below CANDOR_DATA.
#include <gtest/gtest.h>

#include <cstdlib>

#include "candor/data/idx.h"
#include "candor/data/load.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor::data {
namespace {

TEST(RealData, Mnist) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Split parts = mnist();
  EXPECT_EQ(parts.train.features.type(), (TensorType{{60000, 28, 28, 1}, DType::u8}));
  EXPECT_EQ(parts.test.features.type(), (TensorType{{10000, 28, 28, 1}, DType::u8}));
  EXPECT_EQ(parts.train.targets.type(), (TensorType{{60000}, DType::i32}));
  const std::vector<int> first = parts.train.slice(0, 5).targets.to_vector<int>();
  EXPECT_EQ(first, (std::vector<int>{5, 0, 4, 1, 9}));
  EXPECT_EQ(class_counts(parts.train)[0], 5923);
  double sum = 0;
  for (std::int64_t i = 0, n = parts.train.features.size(); i < n; ++i) sum += parts.train.features.data<std::uint8_t>()[i];
  EXPECT_NEAR(sum / 255 / static_cast<double>(parts.train.features.size()), 0.1307, 1e-4);
}

TEST(RealData, FashionMnistHasItsNames) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Loaded loaded = load("fashion-mnist");
  EXPECT_EQ(loaded.kind, SourceKind::idx);
  EXPECT_EQ(loaded.train.class_names[9], "ankle boot");
  EXPECT_EQ(loaded.test.rows(), 10000);
}

TEST(RealData, InsuranceCustomers) {
  CANDOR_NEEDS("CANDOR_DATA");
  const Loaded loaded = load("insurance-risk/insurance-customers-1500.csv");
  EXPECT_EQ(loaded.kind, SourceKind::csv);
  EXPECT_FALSE(loaded.has_test());
  EXPECT_EQ(loaded.train.rows(), 1500);
  EXPECT_EQ(loaded.train.feature_names, (std::vector<std::string>{"speed", "age", "miles"}));
  EXPECT_EQ(loaded.train.class_names, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(loaded.train.slice(0, 1).features.to_vector(), (std::vector<float>{98, 44, 25}));
}

TEST(RealData, TablesOfEveryKind) {
  CANDOR_NEEDS("CANDOR_DATA");
  EXPECT_EQ(load("tabular/iris.csv").train.class_names, (std::vector<std::string>{"Iris-setosa", "Iris-versicolor", "Iris-virginica"}));
  EXPECT_EQ(load("tabular/wine.csv").train.rows(), 178);
  const Dataset housing = load("tabular/housing.csv").train;
  EXPECT_FALSE(housing.is_classification());
  EXPECT_EQ(housing.features.shape(), (Shape{506, 13}));
  LoadOptions cancer;
  cancer.csv.targets = {"diagnosis"};
  cancer.csv.ignore = {"id"};
  EXPECT_EQ(load("tabular/wisc_bc_data.csv", cancer).train.features.shape(1), 30);
  LoadOptions risk;
  risk.csv.targets = {"risk"};
  EXPECT_FALSE(load("insurance-risk/insurance-customers-risk-1500.csv", risk).train.is_classification());
  EXPECT_ERROR(corrupt, load("tabular/iris_dirty.csv"), "row 1 (line 1)", "column_4", "\"2 mm\"");
  EXPECT_ERROR(corrupt, load("tabular/titanic.csv"), "row 1 (line 2), column \"sex\"", "\"male\"");
}

TEST(RealData, SpeedLimitSigns) {
  CANDOR_NEEDS("CANDOR_DATA");
  const testing::TemporaryFolder folder;
  const std::string zip = testing::environment("CANDOR_DATA") + "/speed-limit-signs/speed-limit-signs.zip";
  const std::string unpack = "(unzip -q '" + zip + "' -d '" + folder.path() + "' || python3 -m zipfile -e '" + zip + "' '" + folder.path() + "') >/dev/null 2>&1";
  if (std::system(unpack.c_str()) != 0) GTEST_SKIP() << "needs unzip or python3 to unpack the pictures";
  const std::string signs = folder / "speed-limit-signs";
  EXPECT_ERROR(shape, load(signs), "0/00001.ppm: 56 x 55 pixels, 3 channels", "378 of 379 pictures differ", "--size");
  const Dataset d = load(signs, {.images = {.height = 32}}).train;
  EXPECT_EQ(d.features.shape(), (Shape{379, 32, 32, 3}));
  EXPECT_EQ(class_counts(d), (std::vector<std::int64_t>{79, 81, 68, 53, 41, 57}));
}

}  // namespace
}  // namespace candor::data
