// Options that say nothing of the data at hand are refused by name, and what was chosen in their place is said.
#include <gtest/gtest.h>

#include <cmath>
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
  expect_refused({"t.csv", "--size", "8x8"}, {"--size is for files of pictures"});
  expect_refused({"t.csv", "--skip-bad"}, {"--skip-bad is for files of pictures"});
  expect_refused({"t.csv", "--rows", "3"}, {"--rows is for generators"});
}

TEST_F(Fitting, WhatIsAboutTextFilesIsRefusedForOtherTables) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "{\"a\": " + std::to_string(i % 7) + ", \"b\": \"" + (i % 2 ? "x" : "y") + "\"}\n";
  folder.write("t.jsonl", text);
  expect_refused({"t.jsonl", "--separator", ";"}, {"--separator is about the cells of tables in text files"});
  expect_refused({"t.jsonl", "--no-header"}, {"--no-header is about the cells of tables in text files"});
  expect_refused({"t.jsonl", "--query", "select 1"}, {"--query asks a database"});
  EXPECT_EQ(train({"t.jsonl", "--encoding", "utf-8"}).code, 0);
}

// A report is handed on; whoever reads it must not learn the password of the database.
TEST_F(Fitting, PasswordsAreNotShownOrStored) {
  const Finished got = run_candor({"train", "postgresql://anna:geheim@localhost/shop", "--query", "orders", "--size", "8x8", "--out", "m"}, folder.path());
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("postgresql://anna@localhost/shop: --size"), std::string::npos) << got.err;
  std::string text = "a,b\n";
  for (int i = 0; i < 60; ++i) text += std::to_string(i % 7) + (i % 2 ? ",x\n" : ",y\n");
  folder.write("t.csv", text);
  ASSERT_EQ(run_candor({"train", "t.csv", "--epochs", "1", "--out", "m", "--silence", "data.flip-label=postgresql://anna:geheim@localhost/shop"}, folder.path()).code, 0);
  const json report = json::parse(std::ifstream(folder / "m/report.json"));
  EXPECT_NE(report["command"].get<std::string>().find("postgresql://anna@localhost/shop"), std::string::npos) << report["command"];
  EXPECT_EQ(report["command"].get<std::string>().find("geheim"), std::string::npos) << report["command"];
}

// What decides nothing for the network that is trained, or for rows that come parted, is not taken in silence.
TEST_F(Fitting, WhatDecidesNothingIsRefused) {
  write_pictures(6);
  std::string text = "a,b\n";
  for (int i = 0; i < 60; ++i) text += std::to_string(i % 7) + (i % 2 ? ",x\n" : ",y\n");
  folder.write("t.csv", text);
  expect_refused({"pets", "--bins", "8"}, {"--bins: quantiles are of the columns of a table"});
  expect_refused({"t.csv", "--swap-labels", "x:y"}, {"--swap-labels says what a mirrored picture's class is"});
  expect_refused({"pets", "--test-data", "pets", "--test", ".3"}, {"--test: the test part is what --test-data names"});
  expect_refused({"t.csv", "--test-data", "t.csv", "--split", "random"}, {"--split: the test part is what --test-data names"});
  expect_refused({"pets", "--horizon", "3"}, {"pets: --horizon is for series"});
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{{"--layers", "8"}, {"--lr", ".1"}, {"--batch-size", "8"}, {"--members", "2"}, {"--dropout", ".1"}, {"--resume", "r"}}) {
    const Finished got = run_candor({"train", "t.csv", "--model", "trees", option, value, "--no-report", "--out", "m"}, folder.path());
    EXPECT_EQ(got.code, 2) << option;
    EXPECT_NE(got.err.find(option + ": it is about networks, and --model trees trains none"), std::string::npos) << got.err;
  }
  // Drawn without regard to classes, as asked.
  const Finished random = train({"pets", "--split", "random"}), usual = train({"pets"});
  EXPECT_NE(usual.err.find("within each class"), std::string::npos) << usual.err;
  EXPECT_EQ(random.err.find("within each class"), std::string::npos) << random.err;
}

TEST_F(Fitting, TestPartsThatCameAreNotDrawn) {
  folder.write("parts/train/a/1.ppm", testing::as_pnm(testing::pattern(8, 8, 3, 1)));
  for (int i = 0; i < 24; ++i)
    for (const char* part : {"train", "test"}) folder.write(std::string("parts/") + part + (i % 2 ? "/a/" : "/b/") + std::to_string(i) + ".ppm", testing::as_pnm(testing::pattern(8, 8, 3, i)));
  const Finished got = train({"parts"});
  ASSERT_EQ(got.code, 0) << got.err;
  ASSERT_NE(got.err.find("the source's own test part"), std::string::npos) << got.err;
  expect_refused({"parts", "--test", ".3"}, {"--test says how a test part is drawn, and these data come with one of their own"});
  expect_refused({"parts", "--split", "random"}, {"--split says how a test part is drawn"});
}

TEST_F(Fitting, ModelsThatExistRefuseWhatSaysNothing) {
  write_pictures(6);
  std::string text = "a,c,b\n";
  for (int i = 0; i < 80; ++i) text += std::to_string(i % 7) + "," + std::to_string(i % 5) + "," + std::to_string(i % 7 * 2 + i % 3 + .01 * i) + "\n";
  folder.write("t.csv", text);
  ASSERT_EQ(run_candor({"train", "t.csv", "--epochs", "1", "--no-report", "--out", "t"}, folder.path()).code, 0);
  ASSERT_EQ(run_candor({"train", "pets", "--epochs", "1", "--no-report", "--out", "p"}, folder.path()).code, 0);
  const auto refused = [&](const std::vector<std::string>& words, const std::string& part) {
    const Finished got = run_candor(words, folder.path());
    EXPECT_EQ(got.code, 2) << words[0] << " " << words.back() << ": " << got.out;
    EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  };
  const std::string t = "t/model.candor", p = "p/model.candor";
  refused({"evaluate", t, "t.csv", "--query", "select 1"}, "t.csv: --query asks a database");
  refused({"evaluate", t, "t.csv", "--size", "8x8"}, "t.csv: --size is for files of pictures");
  refused({"evaluate", t, "t.csv", "--ignore", "c"}, "--ignore: t/model.candor takes the columns it was trained on");
  refused({"evaluate", p, "pets", "--separator", ";"}, "pets: --separator is about the cells of tables");
  refused({"predict", p, "pets", "--missing", "x"}, "pets: --missing is about the cells of tables");
  refused({"predict", t, "t.csv", "--skip-bad"}, "t.csv: --skip-bad is for files of pictures");
  refused({"predict", t, "t.csv", "--coverage", ".5", "--sets", "aps"}, "--sets: sets are of classes");
  refused({"predict", t, "t.csv", "--sets", "aps"}, "--sets requires --coverage");
  refused({"predict", t, "--row", "a=1,c=2", "--separator", ";"}, "--separator: it says how DATA is read, and --row is the row itself");
  refused({"compare", t, t, "t.csv", "--rows", "5"}, "t.csv: --rows is for generators");
  refused({"explain", t, "3", "--data", "t.csv", "--patch", "2"}, "--patch: it is about pictures");
  refused({"explain", t, "3", "--data", "t.csv", "--keep", "a"}, "--keep: it is about what would change the answer");
  refused({"explain", t, "--data", "t.csv", "--want", ">=3"}, "--want: it is about one row");
  refused({"explain", p, "pets/cat/1.ppm", "--data", "pets"}, "--data: it is about rows of tables");
  refused({"augment", "t.csv"}, "t.csv: a table, and pictures are augmented");
  refused({"augment", "pets", "--separator", ";"}, "--separator");
  refused({"check", "pets", "--group", "day"}, "--group names a column");
  refused({"check", "t.csv", "--split", "random"}, "--split");
  refused({"tune", "pets", "--missing", "x"}, "pets: --missing is about the cells of tables");
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
  const json answered = json::parse(object.out);
  EXPECT_EQ(answered["epochs"].size(), 0u) << "epochs of networks that are not in the model";
  EXPECT_EQ(answered["members"], 0);
  for (const json& finding : answered["findings"]) {
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
  // Networks that are not in the model have no place in its report.
  ASSERT_NE(got.out.find("the linear part alone"), std::string::npos) << got.out;
  const json report = json::parse(std::ifstream(folder / "s/report.json"));
  EXPECT_EQ(report["losses"].size(), 0u);
  EXPECT_EQ(report["layer_records"].size(), 0u) << report["layer_records"];
  for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{{"--size", "8x8"}, {"--rows", "5"}, {"--fit", "crop"}, {"--channels", "3"}}) {
    const Finished no = run_candor({"train", "sold.csv", "--target", "sold", "--horizon", "3", option, value, "--out", "s"}, folder.path());
    EXPECT_EQ(no.code, 2) << option;
    EXPECT_NE(no.err.find("sold.csv: " + option), std::string::npos) << no.err;
  }
  const auto refused = [&](const std::vector<std::string>& words, const std::string& part) {
    const Finished no = run_candor(words, folder.path());
    EXPECT_EQ(no.code, 2) << words[0] << ": " << no.out;
    EXPECT_NE(no.err.find(part), std::string::npos) << part << " is missing in: " << no.err;
  };
  refused({"predict", "s/model.candor", "sold.csv", "--coverage", ".8"}, "--coverage: it says nothing of a series");
  refused({"predict", "s/model.candor", "--row", "sold=3"}, "--row: the model continues a series");
  refused({"explain", "s/model.candor", "3", "--data", "sold.csv"}, "continues a series");
}

// candor evaluate: what it takes for tables holds for series, too.
TEST_F(Fitting, EvaluatedSeriesAreRecordedAndSilenced) {
  std::string text = "day,sold\n";
  for (int i = 0; i < 140; ++i) text += std::to_string(i) + "," + std::to_string(std::sin(i * .7) * 10 + i % 7) + "\n";
  folder.write("sold.csv", text);
  ASSERT_EQ(run_candor({"train", "sold.csv", "--target", "sold", "--horizon", "2", "--epochs", "1", "--no-record", "--out", "s"}, folder.path()).code, 0);
  std::uint32_t state = 9;
  std::string other = "day,sold\n";
  for (int i = 0; i < 140; ++i) state = state * 1664525u + 1013904223u, other += std::to_string(200 + i) + "," + std::to_string(static_cast<double>(state >> 16) / 655) + "\n";
  folder.write("other.csv", other);
  const auto ids = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"evaluate", "s/model.candor", "other.csv", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished got = run_candor(words, folder.path(), {"CANDOR_RUNS=" + (folder / "runs.sqlite")});
    EXPECT_EQ(got.code, 0) << got.err;
    std::string all;
    const json said = json::parse(got.out);
    for (const json& finding : said["findings"]) all += finding["id"].get<std::string>() + " ";
    return all;
  };
  const std::string found = ids({"--no-record"});
  EXPECT_NE(found.find("result.coverage"), std::string::npos) << found;
  EXPECT_EQ(ids({"--silence", "result.coverage=the shop moved"}).find("result.coverage"), std::string::npos);
  const Finished runs = run_candor({"runs", "list", "--json"}, folder.path(), {"CANDOR_RUNS=" + (folder / "runs.sqlite")});
  const json list = json::parse(runs.out)["runs"];
  ASSERT_EQ(list.size(), 1u) << runs.out << runs.err;
  EXPECT_EQ(list[0]["kind"], "evaluate");
}

}  // namespace
}  // namespace candor
