// `candor report`: both files again from what a model file keeps, and what it says when there is nothing to write from.
#include <gtest/gtest.h>

#include <filesystem>

#include <nlohmann/json.hpp>

#include "candor/candor.h"
#include "tests/support/files.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Report, WritesTheSameFilesAgain) {
  const TemporaryFolder folder;
  const auto trained = run_candor({"train", "insurance_risk", "--rows", "400", "--budget", "3s", "--quiet", "--seed", "4", "--out", folder / "m"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto again = run_candor({"report", folder / "m/model.candor", "--out", folder / "again", "--json"});
  ASSERT_EQ(again.code, 0) << again.err;
  const json said = json::parse(again.out);
  EXPECT_EQ(said, (json{{"model", folder / "m/model.candor"}, {"html", folder / "again/report.html"}, {"json", folder / "again/report.json"}}));
  EXPECT_EQ(contents(folder / "again/report.html"), contents(folder / "m/report.html"));
  EXPECT_EQ(contents(folder / "again/report.json"), contents(folder / "m/report.json"));

  const json report = json::parse(contents(folder / "again/report.json"));
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["seed"], "4");
  EXPECT_EQ(report["score"]["metric"], "accuracy");
  EXPECT_TRUE(report["baselines"].is_array());
  const std::string page = contents(folder / "again/report.html");
  EXPECT_LT(page.size(), 1'000'000u);
  for (const char* part : {"<h2 id=\"quality-title\">", "<h2 id=\"baselines-title\">", "<h2 id=\"reasons-title\">", "<h2 id=\"training-title\">", "<h2 id=\"data-title\">", "<h2 id=\"network-title\">", "<h2 id=\"again-title\">"})
    EXPECT_NE(page.find(part), std::string::npos) << part;
}

// Who looks for a wrong label wants the picture's name; a row number is none.
TEST(Report, PicturesAreNamedByTheirFiles) {
  const TemporaryFolder folder;
  for (const char* pet : {"cat", "dog"}) {
    std::filesystem::create_directories(folder / "pets/" + pet);
    for (int i = 0; i < 30; ++i) folder.write(std::string("pets/") + pet + "/" + std::to_string(i) + ".ppm", "P6 2 2 255\n" + std::string(12, static_cast<char>(i * 41 % 251)));
  }
  const auto trained = run_candor({"train", folder / "pets", "--epochs", "1", "--quiet", "--out", folder / "m"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const json report = json::parse(contents(folder / "m/report.json"));
  ASSERT_FALSE(report["least_certain"].empty());
  const std::string file = report["least_certain"][0]["file"];
  EXPECT_TRUE(file.starts_with("cat/") || file.starts_with("dog/")) << file;
  EXPECT_TRUE(file.ends_with(".ppm")) << file;
  EXPECT_NE(contents(folder / "m/report.html").find(file), std::string::npos);
}

// With many pictures the rows left out tell how sure a network may be, and choose no epoch: the last one's weights answer, whatever their loss was.
TEST(Report, WeightsOfTheLastEpochAreNotCalledTheBest) {
  const TemporaryFolder folder;
  constexpr std::uint32_t count = 5600, side = 8;
  const auto head = [](std::initializer_list<std::uint32_t> words) {
    std::string bytes;
    for (const std::uint32_t w : words)
      for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(w >> shift & 255);
    return bytes;
  };
  std::string pixels, labels;
  std::uint32_t state = 5;
  for (std::uint32_t i = 0; i < count; ++i) {
    labels += static_cast<char>(i % 2);
    for (std::uint32_t p = 0; p < side * side; ++p) state = state * 1664525u + 1013904223u, pixels += static_cast<char>((state >> 24) / 2 + (i % 2 ? 0 : p));
  }
  for (const char* part : {"train", "t10k"}) {
    folder.write(std::string("d/") + part + "-images-idx3-ubyte", head({0x803, count, side, side}) + pixels);
    folder.write(std::string("d/") + part + "-labels-idx1-ubyte", head({0x801, count}) + labels);
  }
  const auto made = run_candor({"train", "d", "--model", "cnn", "--layers", "8", "--epochs", "2", "--budget", "2s", "--out", "m", "--no-record"}, folder.path());
  ASSERT_EQ(made.code, 0) << made.err;
  ASSERT_NE(made.err.find("tells how sure it may be"), std::string::npos) << made.err;
  const std::string page = contents(folder / "m/report.html");
  EXPECT_NE(page.find("Validation rows are not learned from"), std::string::npos);
  EXPECT_EQ(page.find("were kept."), std::string::npos);
}

TEST(Report, ThatCannotBeWrittenLeavesTheModelAndSaysSo) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "m/report.html/taken");  // no file can take its place
  const auto made = run_candor({"train", "insurance_risk", "--rows", "60", "--epochs", "1", "--out", "m", "--no-record"}, folder.path());
  EXPECT_EQ(made.code, 1);
  EXPECT_NE(made.err.find("m/report.html"), std::string::npos) << made.err;
  EXPECT_NE(made.err.find("the model is saved in m/model.candor"), std::string::npos) << made.err;
  EXPECT_EQ(run_candor({"report", "m/model.candor", "--out", "r"}, folder.path()).code, 0);
}

TEST(Report, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  Sequential model{Dense{2}};
  model.build({3});
  model.save(folder / "own.candor");
  const auto own = run_candor({"report", folder / "own.candor", "--out", folder.path()});
  EXPECT_EQ(own.code, 2);
  EXPECT_NE(own.err.find("holds no report"), std::string::npos) << own.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "report.html"));

  const auto none = run_candor({"report", folder / "none.candor"});
  EXPECT_EQ(none.code, 2);
  EXPECT_NE(none.err.find("none.candor"), std::string::npos) << none.err;
  EXPECT_EQ(run_candor({"report"}).code, 2);
  EXPECT_EQ(run_candor({"report", folder / "own.candor", "--out", ""}).code, 2);

  const auto file = run_candor({"report", folder / "own.candor", "--out", folder / "page.html"});
  EXPECT_EQ(file.code, 2);
  EXPECT_NE(file.err.find("give the folder"), std::string::npos) << file.err;
}

}  // namespace
}  // namespace candor
