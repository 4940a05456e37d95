// A table with everything tables have, from `candor train` to answers: missing cells, words, dates, ids, other orders, other files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

int draw(std::uint32_t& state, std::uint32_t below) { return static_cast<int>(((state = state * 1664525u + 1013904223u) >> 16) % below); }

// bought follows from age and plan; number is an id, joined a date, note mostly empty.
std::string customers(int rows, std::uint32_t seed = 1) {
  std::string out = "number,age,plan,joined,note,bought\n";
  const char* plans[] = {"basic", "gold", "silver"};
  std::uint32_t state = seed;
  for (int i = 0; i < rows; ++i) {
    const int age = draw(state, 60) + 18, plan = draw(state, 3), day = draw(state, 28) + 1;
    const bool bought = (age > 45) != (plan == 2);
    out += std::to_string(1000 + i) + "," + (i % 11 ? std::to_string(age) : std::string()) + "," + (i % 13 ? plans[plan] : "NA") + ",2024-0" +
           std::to_string(1 + i % 9) + "-" + (day < 10 ? "0" : "") + std::to_string(day) + "," + (i % 5 ? "" : "called back") + "," + (bought ? "yes" : "no") + "\n";
  }
  return out;
}

class Table : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    const std::string csv = folder->write("customers.csv", customers(600));
    trained = run_candor({"train", csv, "--target", "bought", "--epochs", "25", "--json", "--out", *folder / "m"});
  }
  static void TearDownTestSuite() { delete folder; }
  static std::string model() { return *folder / "m/model.candor"; }
  static TemporaryFolder* folder;
  static Finished trained;
};
TemporaryFolder* Table::folder = nullptr;
Finished Table::trained;

TEST_F(Table, IsLearnedFromAsItIs) {
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json o = json::parse(trained.out);
  EXPECT_GT(o["test"]["value"], .8);
  EXPECT_EQ(o["members"], 5);
  EXPECT_GE(o["baselines"].size(), 5u);
  for (const json& b : o["baselines"]) EXPECT_EQ(b["difference"].size(), 2u) << b;
  EXPECT_NE(trained.err.find("joined  date"), std::string::npos) << trained.err;  // the roles are printed
  EXPECT_TRUE(std::filesystem::exists(*folder / "m/report.html"));
  std::ifstream file(*folder / "m/report.json");
  const json report = json::parse(file);
  EXPECT_EQ(report["data"]["columns"].size(), 6u);
  EXPECT_FALSE(report["importances"].empty());
}

TEST_F(Table, OneRowAndStandardInput) {
  const Finished one = run_candor({"predict", model(), "--row", "age=30,plan=gold,joined=2024-05-05,note=,number=1", "--json"});
  ASSERT_EQ(one.code, 0) << one.err;
  const json answer = json::parse(one.out);
  EXPECT_NEAR(answer["probabilities"]["yes"].get<double>() + answer["probabilities"]["no"].get<double>(), 1, 1e-5);
  for (const char* bad : {"age", "=3", "age=30,plan=gold,joined=2024-05-05,note=,number=1,age"}) EXPECT_EQ(run_candor({"predict", model(), "--row", bad}).code, 2) << bad;
  EXPECT_EQ(run_candor({"predict", model()}).code, 2);  // neither rows nor a row
}

TEST_F(Table, ColumnsAreMatchedByNameAndDifferencesSaid) {
  const std::string other = folder->write("other.csv", "plan,note,joined,age,extra,number\ngold,,2024-02-02,50,1,5\nplatin,,2024-02-03,500,1,6\n");
  const Finished got = run_candor({"predict", model(), other});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_EQ(std::count(got.out.begin(), got.out.end(), '\n'), 3);
  for (const char* said : {"extra", "platin", "another order", "age"}) EXPECT_NE(got.err.find(said), std::string::npos) << said << " is not in: " << got.err;
  const Finished missing = run_candor({"predict", model(), folder->write("less.csv", "plan,Age\ngold,3\n")});
  EXPECT_EQ(missing.code, 2);
  for (const char* said : {"age", "Age", "joined"}) EXPECT_NE(missing.err.find(said), std::string::npos) << missing.err;
}

TEST_F(Table, RowsThatItHasSeenAreKnownWhereverTheyStand) {
  std::istringstream all(customers(600));
  std::string line, reversed, head;
  std::getline(all, head);
  while (std::getline(all, line)) reversed = line + "\n" + reversed;
  const Finished seen = run_candor({"evaluate", model(), folder->write("reversed.csv", head + "\n" + reversed), "--json"});
  ASSERT_EQ(seen.code, 0) << seen.err;
  bool said = false;
  const json o = json::parse(seen.out);
  for (const json& f : o["findings"]) said = said || f["id"] == "result.test-reused";
  EXPECT_TRUE(said) << seen.out;
  const Finished fresh = run_candor({"evaluate", model(), folder->write("fresh.csv", customers(200, 77)), "--json"});
  ASSERT_EQ(fresh.code, 0) << fresh.err;
  EXPECT_EQ(fresh.out.find("result.test-reused"), std::string::npos) << fresh.out;
}

bool says_seen(const Finished& run) {
  EXPECT_EQ(run.code, 0) << run.err;
  return run.out.find("result.test-reused") != std::string::npos;
}

TEST(Evaluate, TrainingRowsAreKnownWithATestFileOfTheirOwn) {
  const TemporaryFolder folder;
  folder.write("train.csv", customers(300)), folder.write("test.csv", customers(100, 5)), folder.write("new.csv", customers(100, 6));
  ASSERT_EQ(run_candor({"train", "train.csv", "--test-data", "test.csv", "--model", "mlp", "--epochs", "1", "--members", "1", "--no-report", "--no-record", "--quiet"}, folder.path()).code, 0);
  const auto judged = [&](const std::string& file) { return run_candor({"evaluate", "model.candor", file, "--no-record", "--json"}, folder.path()); };
  EXPECT_TRUE(says_seen(judged("train.csv")));
  EXPECT_TRUE(says_seen(judged("test.csv"))) << "they were held back, and that is said";
  EXPECT_FALSE(says_seen(judged("new.csv")));
}

TEST(Evaluate, TrainingRowsOfGeneratorsAndPicturesAreKnown) {
  const TemporaryFolder folder;
  for (const std::string name : {"insurance_risk", "digits"}) {
    ASSERT_EQ(run_candor({"train", name, "--rows", "300", "--epochs", "1", "--members", "1", "--no-report", "--no-record", "--quiet"}, folder.path()).code, 0);
    EXPECT_TRUE(says_seen(run_candor({"evaluate", "model.candor", name, "--rows", "300", "--no-record", "--json"}, folder.path()))) << name;
    EXPECT_FALSE(says_seen(run_candor({"evaluate", "model.candor", name, "--rows", "300", "--seed", "7", "--no-record", "--json"}, folder.path()))) << name;
  }
}

TEST(Evaluate, RowsOfFewDifferentKindsAreNotTakenForOldOnes) {
  const TemporaryFolder folder;
  const auto rows = [](int n, int seed) {
    std::string csv = "colour,size,bought\n";
    for (int i = 0; i < n; ++i) {
      const int k = (i * 7919 + seed * 104729) % 997;
      csv += std::string(k % 3 == 0 ? "red" : k % 3 == 1 ? "green" : "blue") + "," + (k % 2 ? "S" : "L") + "," + ((k * 31 % 10) < (k % 2 ? 7 : 3) ? "yes\n" : "no\n");
    }
    return csv;
  };
  folder.write("train.csv", rows(300, 1)), folder.write("new.csv", rows(120, 2));
  ASSERT_EQ(run_candor({"train", "train.csv", "--model", "mlp", "--epochs", "1", "--members", "1", "--no-report", "--no-record", "--quiet"}, folder.path()).code, 0);
  EXPECT_FALSE(says_seen(run_candor({"evaluate", "model.candor", "new.csv", "--no-record", "--json"}, folder.path()))) << "all rows look alike, whoever drew them";
}

TEST_F(Table, MistakesAreNamed) {
  std::string csv = customers(300);
  csv.replace(csv.find("\n1037,"), 6, "\n1037,4o");
  const std::size_t at = csv.find("\n1037,4o");
  csv.erase(at + 8, csv.find(',', at + 8) - at - 8);
  const Finished stray = run_candor({"train", folder->write("stray.csv", csv), "--target", "bought", "--out", *folder / "x"});
  EXPECT_EQ(stray.code, 2);
  for (const char* said : {"row 38", "age", "4o", "--missing", "--role"}) EXPECT_NE(stray.err.find(said), std::string::npos) << said << " is not in: " << stray.err;
  EXPECT_FALSE(std::filesystem::exists(*folder / "x/model.candor"));
  EXPECT_EQ(run_candor({"train", *folder / "stray.csv", "--target", "bought", "--missing", "4o", "--epochs", "2", "--quiet", "--no-report", "--out", *folder / "x"}).code, 0);
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--role", "age"}, {"--role", "age=colour"}, {"--role", "ag=number"}, {"--order", "when"}, {"--split", "fair"}, {"--budget", "0"},
                                               {"--members", "0"}, {"--schema", "nowhere.yaml"}, {"--test-data", "nowhere.csv"}, {"--bins", "-1"}}) {
    std::vector<std::string> words{"train", *folder / "customers.csv", "--target", "bought", "--epochs", "1", "--quiet", "--out", *folder / "y"};
    words.insert(words.end(), more.begin(), more.end());
    EXPECT_EQ(run_candor(words).code, 2) << more[0] << " " << more[1];
  }
}

TEST_F(Table, GroupsAndTimesArePartedWhole) {
  const std::string csv = *folder / "customers.csv";
  const Finished timed = run_candor({"train", csv, "--target", "bought", "--order", "joined", "--epochs", "1", "--no-report", "--out", *folder / "t"});
  ASSERT_EQ(timed.code, 0) << timed.err;
  EXPECT_NE(timed.err.find("joined"), std::string::npos);
  const Finished grouped = run_candor({"train", csv, "--target", "bought", "--group", "plan", "--epochs", "1", "--no-report", "--out", *folder / "t"});
  EXPECT_EQ(grouped.code, 0) << grouped.err;
}

// "12 kg" is a number of kilograms: said, kept in the model, and other units are refused.
TEST(TableUnits, AreReadKeptAndChecked) {
  const TemporaryFolder folder;
  std::string csv = "weight,size,heavy\n", grams = "weight,size,heavy\n", plain = grams;
  std::uint32_t state = 3;
  for (int i = 0; i < 80; ++i) {
    const int kilos = draw(state, 40) + 1, size = draw(state, 9);
    const std::string rest = "," + std::to_string(size) + "," + (kilos > 20 ? "yes" : "no") + "\n";
    csv += std::to_string(kilos) + " kg" + rest, grams += std::to_string(1000 * kilos) + " g" + rest, plain += std::to_string(kilos) + rest;
  }
  const auto got = run_candor({"train", folder.write("kg.csv", csv), "--target", "heavy", "--epochs", "5", "--no-report", "--out", folder / "m"});
  ASSERT_EQ(got.code, 0) << got.err;
  EXPECT_NE(got.err.find("80 cells are numbers with the unit \"kg\""), std::string::npos) << got.err;
  EXPECT_NE(got.err.find(", in kg"), std::string::npos) << got.err;
  const auto same = run_candor({"predict", folder / "m/model.candor", folder / "kg.csv"}), bare = run_candor({"predict", folder / "m/model.candor", folder.write("plain.csv", plain)});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_EQ(same.out, bare.out);
  const auto other = run_candor({"predict", folder / "m/model.candor", folder.write("g.csv", grams)});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("has the unit \"g\", and the model learned from \"kg\""), std::string::npos) << other.err;
  const auto words = run_candor({"train", folder / "kg.csv", "--target", "heavy", "--keep-units", "--epochs", "2", "--no-report", "--out", folder / "w"});
  EXPECT_EQ(words.err.find(", in kg"), std::string::npos) << words.err;
}

}  // namespace
}  // namespace candor
