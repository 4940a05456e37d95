// candor explain and candor compare, run as a person would.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

class Explain : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    good = *folder / "good/model.candor";
    poor = *folder / "poor/model.candor";
    ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "1000", "--epochs", "40", "--out", *folder / "good", "--quiet"}).code, 0);
    ASSERT_EQ(run_candor({"train", "insurance_risk", "--rows", "1000", "--epochs", "1", "--out", *folder / "poor", "--quiet"}).code, 0);
  }
  static void TearDownTestSuite() { delete folder; }
  static TemporaryFolder* folder;
  static std::string good, poor;
};
TemporaryFolder* Explain::folder = nullptr;
std::string Explain::good, Explain::poor;

TEST_F(Explain, SaysWhereAnAnswerComesFromAndWhatWouldChangeIt) {
  const Finished got = run_candor({"explain", good, "12", "--data", "insurance_risk", "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const json out = json::parse(got.out);
  double sum = out["base"];
  for (const json& part : out["contributions"]) sum += part["amount"].get<double>();
  const std::vector<double> answer = out["answer"];
  EXPECT_NEAR(sum, *std::max_element(answer.begin(), answer.end()), 1e-5);  // the parts add up to the answer
  ASSERT_EQ(out["importances"].size(), 3u);
  EXPECT_GT(out["importances"][0]["value"].get<double>(), .1);
  ASSERT_GE(out["counterfactuals"].size(), 1u);
  for (const json& found : out["counterfactuals"]) {
    EXPECT_FALSE(found["changes"].empty());
    // The changed row gets the answer wanted.
    const std::vector<double> after = found["answer"];
    EXPECT_EQ(std::to_string(std::max_element(after.begin(), after.end()) - after.begin()), out["wanted"].get<std::string>());
  }
  EXPECT_LE(out["counterfactuals"][0]["distance"].get<double>(), out["counterfactuals"][1]["distance"].get<double>() + 1e-9);
}

TEST_F(Explain, TakesCellsAWishAndColumnsToKeep) {
  const Finished got = run_candor({"explain", good, "speed=140,age=22,miles=30", "--data", "insurance_risk", "--want", "1", "--keep", "age", "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const json out = json::parse(got.out);
  EXPECT_EQ(out["wanted"], "1");
  for (const json& found : out["counterfactuals"])
    for (const json& change : found["changes"]) EXPECT_NE(change["column"], "age");
  const Finished text = run_candor({"explain", good, "--data", "insurance_risk"});
  EXPECT_EQ(text.code, 0);
  EXPECT_EQ(text.out.find("answer:"), std::string::npos);
  EXPECT_NE(text.out.find("what matters over all"), std::string::npos);
}

TEST_F(Explain, SaysWhatIsWrongWithTheRow) {
  const auto refused = [&](const std::vector<std::string>& more, const std::string& part) {
    std::vector<std::string> all{"explain", good};
    all.insert(all.end(), more.begin(), more.end());
    const Finished got = run_candor(all);
    EXPECT_EQ(got.code, 2) << got.out;
    EXPECT_NE(got.err.find(part), std::string::npos) << got.err;
    EXPECT_EQ(got.out, "");
  };
  refused({"12"}, "--data");
  refused({"0", "--data", "insurance_risk"}, "rows 1 to 1,500");
  refused({"speed=140,agee=22,miles=30", "--data", "insurance_risk"}, "did you mean \"age\"");
  refused({"speed=140,age=22", "--data", "insurance_risk"}, "no cell for miles");
  refused({"speed=fast,age=22,miles=30", "--data", "insurance_risk"}, "holds numbers");
  refused({"12", "--data", "insurance_risk", "--want", "high"}, "there are 0, 1, 2");
  refused({"12", "--data", "insurance_risk", "--keep", "colour"}, "colour");
  refused({"what is this", "--data", "insurance_risk"}, "name=value");
}

TEST_F(Explain, SpeaksOfTheColumnsAsTheyCame) {
  const TemporaryFolder here;
  std::string csv = "id,colour,size,bought\n";
  for (int i = 0; i < 400; ++i) {
    const int size = i * 37 % 50;
    const std::string colour = i % 3 == 0 ? "red" : i % 3 == 1 ? "blue" : "green";
    csv += "c" + std::to_string(1000 + i) + "," + colour + "," + (i % 29 == 0 ? "" : std::to_string(size)) + "," + ((colour == "red") != (size > 30) ? "yes" : "no") + "\n";
  }
  const std::string data = here.write("sales.csv", csv);
  ASSERT_EQ(run_candor({"train", data, "--epochs", "40", "--out", here / "m", "--quiet"}).code, 0);
  const Finished got = run_candor({"explain", here / "m/model.candor", "colour=red,size=10", "--data", data, "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const json out = json::parse(got.out);
  ASSERT_EQ(out["importances"].size(), 2u) << got.out;  // colour and size; the id says nothing
  for (const json& one : out["contributions"]) EXPECT_TRUE(one["column"] == "colour" || one["column"] == "size") << one.dump();
  for (const json& found : out["counterfactuals"]) EXPECT_FALSE(found["changes"].empty());
  const Finished purple = run_candor({"explain", here / "m/model.candor", "colour=purple,size=10", "--data", data});
  EXPECT_EQ(purple.code, 0) << purple.err;
}

TEST_F(Explain, CompareNamesRowsThatAModelHasSeen) {
  const TemporaryFolder here;
  std::string csv = "a,b,kind\n";
  for (int i = 0; i < 200; ++i) csv += std::to_string(i * 7 % 31) + "," + std::to_string(i * 11 % 29) + "," + (i * 7 % 31 > i * 11 % 29 ? "up" : "down") + "\n";
  const std::string data = here.write("kinds.csv", csv);
  ASSERT_EQ(run_candor({"train", data, "--epochs", "3", "--out", here / "m", "--quiet"}).code, 0);
  const Finished got = run_candor({"compare", here / "m/model.candor", here / "m/model.candor", data});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.err.find("result.test-reused"), std::string::npos) << got.err;
}

TEST_F(Explain, DrawsMapsOverAPicture) {
  const TemporaryFolder here;
  ASSERT_EQ(run_candor({"train", "digits", "--rows", "300", "--epochs", "3", "--model", "cnn", "--out", here / "m", "--quiet"}).code, 0);
  std::string pgm = "P5 28 28 255\n";
  for (int i = 0; i < 28 * 28; ++i) pgm += static_cast<char>(i % 28 > 12 && i % 28 < 16 && i / 28 > 4 && i / 28 < 24 ? 255 : 0);
  const std::string picture = here.write("one.pgm", pgm);
  const Finished got = run_candor({"explain", here / "m/model.candor", picture, "--out", here / "why.png", "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const json out = json::parse(got.out);
  EXPECT_EQ(out["maps"].size(), 3u);  // gradient, occlusion, Grad-CAM
  for (const json& map : out["maps"]) EXPECT_EQ(map["values"].size(), map["rows"].get<std::size_t>() * map["columns"].get<std::size_t>());
  std::ifstream file(here / "why.png", std::ios::binary);
  std::string magic(4, ' ');
  file.read(magic.data(), 4);
  EXPECT_EQ(magic, "\x89PNG");
  EXPECT_EQ(run_candor({"explain", here / "m/model.candor", here / "none.png"}).code, 2);
}

TEST_F(Explain, CompareRanksOnlyWhatDiffers) {
  const Finished got = run_candor({"compare", good, poor, "insurance_risk", "--json"});
  ASSERT_EQ(got.code, 0) << got.err;
  const json out = json::parse(got.out);
  EXPECT_EQ(out["verdict"], "a");
  EXPECT_GT(out["interval"][0].get<double>(), 0);
  EXPECT_LT(out["p"].get<double>(), .05);
  const Finished same = run_candor({"compare", good, good, "--data", "insurance_risk"});
  ASSERT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(same.out.rfind("no difference shown", 0), 0u) << same.out;
  const Finished back = run_candor({"compare", poor, good, "insurance_risk", "--json"});
  EXPECT_EQ(json::parse(back.out)["verdict"], "b");
}

TEST_F(Explain, CompareRefusesOtherQuestions) {
  const TemporaryFolder here;
  std::string csv = "a,b,price\n";
  for (int i = 0; i < 60; ++i) csv += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + std::to_string(1.5 * (i % 7) + i % 5) + "\n";
  const std::string data = here.write("prices.csv", csv);
  ASSERT_EQ(run_candor({"train", data, "--epochs", "2", "--task", "regression", "--out", here / "m", "--quiet"}).code, 0);
  const Finished got = run_candor({"compare", good, here / "m/model.candor", data});
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("different questions"), std::string::npos) << got.err;
  const Finished value = run_candor({"explain", here / "m/model.candor", "3", "--data", data, "--want", ">=9", "--json"});
  ASSERT_EQ(value.code, 0) << value.err;
  EXPECT_EQ(json::parse(value.out)["importances"].size(), 2u);
}

}  // namespace
}  // namespace candor
