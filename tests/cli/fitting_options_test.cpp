// Options that say nothing of the data at hand are refused by name, and what was chosen in their place is said.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/pictures.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

class Fitting : public ::testing::Test {
 protected:
  Finished train(std::vector<std::string> words) const {
    words.insert(words.begin(), "train");
    for (const char* more : {"--epochs", "1", "--no-report", "--out", "m"}) words.emplace_back(more);
    return run_candor(words, folder.path());
  }
  void expect_refused(const std::vector<std::string>& words, const std::vector<std::string>& parts) const {
    const Finished got = train(words);
    EXPECT_EQ(got.code, 2) << words[0] << " " << words[1];
    for (const std::string& part : parts) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  }
  // Pictures of two kinds taken on so many days; the table names their paths, kinds and days.
  void write_pictures(int days) const {
    std::string table = "file,kind,day\n";
    for (int i = 0; i < 48; ++i) {
      const std::string path = std::string(i % 2 ? "pets/cat/" : "pets/dog/") + std::to_string(i) + ".ppm";
      folder.write(path, testing::as_pnm(testing::pattern(8, 8, 3, i)));
      table += path + (i % 2 ? ",cat," : ",dog,") + (days > 0 ? "d" + std::to_string(i % days) : "") + "\n";
    }
    folder.write("paths.csv", table);
  }
  TemporaryFolder folder;
};

TEST_F(Fitting, WhatIsAboutTablesIsRefusedForPictures) {
  write_pictures(6);
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{{"--target", "kind"}, {"--separator", ";"}, {"--missing", "none"}, {"--query", "x"}, {"--ignore", "x"}, {"--task", "regression"}})
    expect_refused({"pets", option, value}, {"pets: " + option, "tables"});
  expect_refused({"pets", "--order", "day"}, {"--order", "tables"});
  expect_refused({"pets", "--split", "ordered"}, {"--split ordered is for tables"});
  expect_refused({"pets", "--group", "day"}, {"--group names a column", "table of paths, labels and groups"});
  expect_refused({"paths.csv", "--split", "grouped"}, {"--split grouped", "with --group"});
  expect_refused({"paths.csv", "--group", "dya"}, {"no column \"dya\"", "day"});
  expect_refused({"digits", "--size", "8x8"}, {"--size is for files of pictures"});
  expect_refused({"pets", "--rows", "3"}, {"--rows is for generators"});
}

TEST_F(Fitting, WhatIsAboutPicturesIsRefusedForTables) {
  std::string text = "a,b\n";
  for (int i = 0; i < 40; ++i) text += std::to_string(i % 7) + (i % 2 ? ",x\n" : ",y\n");
  folder.write("t.csv", text);
  expect_refused({"t.csv", "--size", "8x8"}, {"--size is for pictures"});
  expect_refused({"t.csv", "--skip-bad"}, {"--skip-bad is for pictures"});
  expect_refused({"t.csv", "--rows", "3"}, {"--rows is for generators"});
}

TEST_F(Fitting, PicturesOfOneGroupStayOnOneSide) {
  write_pictures(6);
  const Finished got = train({"paths.csv", "--target", "kind", "--group", "day"});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.err.find("rows with the same \"day\" stay together"), std::string::npos) << got.err;
  // The groups are six of eight pictures each: the test part holds whole ones.
  const Finished rows = run_candor({"evaluate", "m/model.candor", "paths.csv", "--json"}, folder.path());
  ASSERT_EQ(rows.code, 0) << rows.err;
  std::string seen;
  const json object = json::parse(rows.out);
  for (const json& finding : object["findings"])
    if (finding["id"] == "result.test-reused") seen = finding["message"];
  EXPECT_TRUE(seen.find("40 of these 48") != std::string::npos || seen.find("32 of these 48") != std::string::npos) << seen;
  write_pictures(0);
  expect_refused({"paths.csv", "--target", "kind", "--group", "day"}, {"\"day\" is empty for"});
}

TEST_F(Fitting, WhoAnswersIsSaidAndTreesAloneHaveNoDistance) {
  std::string text = "a,b,side\n";
  for (int i = 0; i < 400; ++i) {
    const int a = i * 37 % 101, b = i * 53 % 97;
    text += std::to_string(a) + "," + std::to_string(b) + "," + ((a / 9 + b / 9) % 2 ? "left" : "right") + "\n";
  }
  folder.write("steps.csv", text);
  const auto fit = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"train", "steps.csv", "--no-report", "--out", "m", "--members", "2", "--model", "mixed", "--epochs", "2"});
    return run_candor(more, folder.path());
  };
  const Finished object = fit({"--json"}), said = fit({});
  ASSERT_EQ(object.code, 0) << object.err;
  ASSERT_EQ(json::parse(object.out)["tree_share"], 1);
  for (const json& finding : json::parse(object.out)["findings"]) {
    if (finding["id"].get<std::string>().starts_with("train.")) {
      EXPECT_EQ(finding["severity"], "note") << finding;
    }
  }
  EXPECT_NE(said.out.find("boosted trees alone answer"), std::string::npos) << said.out;
  EXPECT_NE(said.err.find("at most 2 epochs (as asked)"), std::string::npos) << said.err;
  ASSERT_EQ(run_candor({"train", "steps.csv", "--out", "r", "--members", "2", "--model", "mixed", "--epochs", "2"}, folder.path()).code, 0);
  EXPECT_EQ(json::parse(std::ifstream(folder / "r/report.json"))["losses"].size(), 0u) << "curves of networks that are not in the model";
  const Finished far = run_candor({"predict", "m/model.candor", "steps.csv", "--distance"}, folder.path());
  EXPECT_EQ(far.code, 2);
  EXPECT_NE(far.err.find("boosted trees answer alone"), std::string::npos) << far.err;
}

TEST_F(Fitting, StandardInputIsNoPicture) {
  write_pictures(6);
  ASSERT_EQ(train({"pets"}).code, 0);
  const Finished got = run_candor({"predict", "m/model.candor", "-"}, folder.path());
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("- is a table from standard input"), std::string::npos) << got.err;
}

// Networks of a forecast learn what a linear part leaves over, which may be nothing: no reason for an alarm.
TEST_F(Fitting, NothingLeftOverOfASeriesIsNoFault) {
  std::string text = "day,sold\n";
  std::uint32_t state = 3;
  for (int i = 0; i < 330; ++i) {
    state = state * 1664525u + 1013904223u;
    text += std::to_string(2021) + "-" + std::to_string(1 + i / 28 % 12) + "-" + std::to_string(1 + i % 28) + "," + std::to_string(i % 7 + static_cast<double>(state >> 16) / 65536) + "\n";
  }
  folder.write("sold.csv", text);
  const Finished got = run_candor({"train", "sold.csv", "--target", "sold", "--horizon", "3", "--epochs", "10", "--no-record", "--out", "s", "--snap"}, folder.path());
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.err.find("epoch 1/10"), std::string::npos) << got.err;
  EXPECT_EQ(got.err.find("train.plateau"), std::string::npos) << got.err;
}

}  // namespace
}  // namespace candor
