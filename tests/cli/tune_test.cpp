// candor tune: what it prints and keeps, and that it goes on where it was stopped.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

std::size_t lines_in(const std::string& path) {
  std::ifstream in(path);
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
}

std::vector<std::string> command(const std::string& out, const std::string& trials, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"tune", "insurance_risk", "--rows", "300", "--epochs", "3", "--trials", trials, "--json", "--quiet", "--out", out};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Tune, FindsKeepsAndGoesOn) {
  const TemporaryFolder folder;
  const auto got = run_candor(command(folder / "m", "4"));
  ASSERT_EQ(got.code, 0) << got.err;
  const json o = json::parse(got.out);
  EXPECT_EQ(o["trials"].size(), 4u);
  EXPECT_LE(o["best_loss"], o["default_loss"]);
  EXPECT_TRUE(o["best"].contains("learning_rate"));
  EXPECT_GT(o["test"]["value"], .4);
  EXPECT_TRUE(std::filesystem::exists(folder / "m/model.candor"));
  EXPECT_EQ(lines_in(folder / "m/tune.jsonl"), 5u);

  const auto more = run_candor(command(folder / "m", "6"));
  ASSERT_EQ(more.code, 0) << more.err;
  const json further = json::parse(more.out);
  EXPECT_EQ(further["trials"].size(), 6u);
  EXPECT_EQ(further["trials"][3], o["trials"][3]);  // the very trial, its seconds too
}

TEST(Tune, AnotherSearchIsNotMixedIn) {
  const TemporaryFolder folder;
  ASSERT_EQ(run_candor(command(folder / "m", "2")).code, 0);
  const auto got = run_candor(command(folder / "m", "2", {"--seed", "9"}));
  EXPECT_EQ(got.code, 2);
  EXPECT_NE(got.err.find("another search"), std::string::npos) << got.err;
}

TEST(Tune, OptionsThatMakeNoSense) {
  const TemporaryFolder folder;
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--method", "genetic"}, {"--trials", "0"}, {"--search", "-1"}, {"--test", "2"}})
    EXPECT_EQ(run_candor(command(folder / "m", "2", more)).code, 2);
}

}  // namespace
}  // namespace candor
