// How sure answers are, as a user meets it: scaled probabilities, sets that cover, rows handed over.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Three noisy classes with the rule known, as a table.
std::string table(int rows, std::uint32_t state) {
  std::string out = "a,b,group\n";
  const auto next = [&] { return static_cast<double>((state = state * 1664525u + 1013904223u) >> 8) / (1 << 24); };
  for (int i = 0; i < rows; ++i) {
    const double a = 4 * next(), b = 4 * next(), noise = (next() + next() + next() - 1.5) * 1.2;
    const double s = a + b / 2 + noise;
    out += std::to_string(a) + "," + std::to_string(b) + "," + (s < 2.3 ? "low" : s < 3.7 ? "middle" : "high") + "\n";
  }
  return out;
}

TEST(Certainty, SetsCoverRowsAreHandedOverAndTheFormOfAnswersIsOnlyAddedTo) {
  const TemporaryFolder folder;
  const std::string train = folder.write("train.csv", table(900, 5)), serve = folder.write("new.csv", table(2000, 99));
  ASSERT_EQ(run_candor({"train", train, "--target", "group", "--budget", "5s", "--quiet", "--out", folder / "m"}).code, 0);
  const std::string model = folder / "m/model.candor";

  const auto plain = lines(run_candor({"predict", model, serve, "--quiet"}).out);
  const auto more = run_candor({"predict", model, serve, "--coverage", ".9", "--reject-below", ".7"});
  ASSERT_EQ(more.code, 0) << more.err;
  EXPECT_NE(more.err.find("for a person to look at"), std::string::npos) << more.err;
  const auto rows = lines(more.out), truth = lines(table(2000, 99));
  ASSERT_EQ(rows.size(), 2001u);
  EXPECT_EQ(plain[0], "prediction,probability_high,probability_low,probability_middle");
  EXPECT_EQ(rows[0], plain[0] + ",set,rejected");
  int held = 0, rejected = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i].rfind(plain[i] + ",", 0), 0u);
    const std::string added = rows[i].substr(plain[i].size() + 1), set = "|" + added.substr(0, added.find(',')) + "|";
    held += set.find("|" + truth[i].substr(truth[i].rfind(',') + 1) + "|") != std::string::npos;
    rejected += added.ends_with(",true");
    EXPECT_EQ(set.rfind("|" + rows[i].substr(0, rows[i].find(',')), 0), 0u) << "a set begins with the answer";
  }
  EXPECT_GT(held, .87 * 2000);
  EXPECT_LT(held, .96 * 2000);
  EXPECT_GT(rejected, 100);
  EXPECT_LT(rejected, 1500);

  const auto objects = lines(run_candor({"predict", model, serve, "--coverage", ".9", "--sets", "aps", "--reject-below", ".7", "--json", "--quiet"}).out);
  const json row = json::parse(objects[0]);
  EXPECT_TRUE(row["set"].is_array());
  EXPECT_TRUE(row["rejected"].is_boolean());
  EXPECT_EQ(row["set"][0], row["prediction"]);
  EXPECT_EQ(row.size(), 5u);

  const json report = json::parse(contents(folder / "m/report.json"));
  ASSERT_EQ(report["rejection"].size(), 2u);
  EXPECT_GT(report["temperature"], 0);
  const auto tells = [&](const json& choice) { return choice.get<std::string>().find("rows that were not learned from") != std::string::npos; };
  EXPECT_TRUE(std::any_of(report["choices"].begin(), report["choices"].end(), tells)) << report["choices"].dump(1);
  EXPECT_NE(run_candor({"card", model}).out.find("certainty: "), std::string::npos);
  EXPECT_NE(std::find(report["checked"].begin(), report["checked"].end(), "result.calibration"), report["checked"].end());
  EXPECT_NE(contents(folder / "m/report.html").find("When it may say nothing"), std::string::npos);
}

TEST(Certainty, IntervalsOfValuesAtAnyCoverage) {
  const TemporaryFolder folder;
  std::string csv = "x,y\n";
  for (int i = 0; i < 400; ++i) csv += std::to_string(i % 97) + "," + std::to_string(3 * (i % 97) + 10 * std::sin(i * 1.7)) + "\n";
  const std::string data = folder.write("a.csv", csv);
  ASSERT_EQ(run_candor({"train", data, "--epochs", "20", "--quiet", "--no-report", "--out", folder / "m"}).code, 0);
  const auto width = [&](const std::string& coverage) {
    const json row = json::parse(run_candor({"predict", folder / "m/model.candor", "--row", "x=50", "--json", "--coverage", coverage}).out);
    return row["interval"][1].get<double>() - row["interval"][0].get<double>();
  };
  EXPECT_LT(width(".5"), width(".9"));
  const json usual = json::parse(run_candor({"predict", folder / "m/model.candor", "--row", "x=50", "--json"}).out);
  EXPECT_NEAR(width(".95"), usual["interval"][1].get<double>() - usual["interval"][0].get<double>(), 1e-6 * width(".95"));

  const auto far = run_candor({"predict", folder / "m/model.candor", "--row", "x=50", "--coverage", ".9999"});
  EXPECT_EQ(far.code, 2);
  EXPECT_NE(far.err.find("can promise at most"), std::string::npos) << far.err;
  EXPECT_EQ(run_candor({"predict", folder / "m/model.candor", "--row", "x=50", "--reject-below", ".5"}).code, 2);
  for (const char* wrong : {"0", "1", "95", "nan", "much", ""}) EXPECT_EQ(run_candor({"predict", folder / "m/model.candor", "--row", "x=50", "--coverage", wrong}).code, 2) << wrong;
}

}  // namespace
}  // namespace candor
