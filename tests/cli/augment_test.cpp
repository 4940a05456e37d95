// candor augment, and what candor train does with pictures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "candor/base/file.h"
#include "candor/data/image.h"
#include "tests/support/files.h"
#include "tests/support/pictures.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using nlohmann::json;
using testing::run_candor;
using testing::TemporaryFolder;

/// A bright half on the left or on the right.
data::Image half(bool left, int seed) {
  data::Image image = testing::pattern(16, 16, 3, seed);
  for (std::int64_t y = 0; y < 16; ++y)
    for (std::int64_t x = 0; x < 16; ++x)
      for (int c = 0; c < 3; ++c) {
        auto& p = image.pixels[static_cast<std::size_t>((y * 16 + x) * 3 + c)];
        p = static_cast<std::uint8_t>((x < 8) == left ? 180 + p / 8 : p / 8);
      }
  return image;
}

void fill(const TemporaryFolder& folder, int each = 20) {
  for (int i = 0; i < each; ++i) {
    folder.write("sides/left/" + std::to_string(i) + ".ppm", testing::as_pnm(half(true, i)));
    folder.write("sides/right/" + std::to_string(i) + ".ppm", testing::as_pnm(half(false, i)));
  }
}

TEST(Augment, DrawsASheetAndTellsWhatLabelsBecome) {
  const TemporaryFolder folder;
  fill(folder, 3);
  const auto done = run_candor({"augment", "sides", "--augment", "flip:1,colour", "--swap-labels", "left:right", "--show", "sheet.png", "--pictures", "4", "--views", "2", "--json"}, folder.path());
  ASSERT_EQ(done.code, 0) << done.err;
  const json said = json::parse(done.out);
  ASSERT_EQ(said["pictures"].size(), 4u);
  for (const json& picture : said["pictures"]) EXPECT_EQ(picture["classes"][1], picture["classes"][0] == "left" ? "right" : "left");
  const std::string png = read_file(folder / "sheet.png");
  const data::ImageSize size = data::read_image_header(std::as_bytes(std::span(png.data(), png.size())), "sheet.png");
  EXPECT_EQ(size.channels, 3);
  EXPECT_GT(size.height, 4 * 96);
  EXPECT_GT(size.width, 3 * 96);
  EXPECT_EQ(run_candor({"augment", "sides"}, folder.path()).code, 0);
  EXPECT_NO_THROW(read_file(folder / "augmented.png"));
}

TEST(Augment, OptionsThatMakeNoSense) {
  const TemporaryFolder folder;
  fill(folder, 3);
  const auto said = [&](const std::vector<std::string>& words) {
    const auto done = run_candor(words, folder.path());
    EXPECT_EQ(done.code, 2);
    return done.err;
  };
  EXPECT_NE(said({"augment", "sides", "--augment", "spin"}).find("no step \"spin\""), std::string::npos);
  EXPECT_NE(said({"augment", "sides", "--augment", "flip", "--swap-labels", "left"}).find("as left:right"), std::string::npos);
  EXPECT_NE(said({"augment", "sides", "--augment", "flip", "--swap-labels", "left:rihgt"}).find("did you mean"), std::string::npos);
  EXPECT_NE(said({"augment", "sides", "--augment", "rotate", "--swap-labels", "left:right"}).find("add flip"), std::string::npos);
  EXPECT_NE(said({"augment", "moons"}).find("no pictures"), std::string::npos);
  EXPECT_NE(run_candor({"augment", "sides", "--augment", "flip"}, folder.path()).out.find("says which side"), std::string::npos);
}

// Mirrored with labels that follow, the sides are learned; with labels that stay they cannot be.
TEST(Augment, LabelsFollowInTraining) {
  const TemporaryFolder folder;
  fill(folder);
  const auto score = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words{"train", "sides", "--epochs", "8", "--no-report", "--json", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const auto done = run_candor(words, folder.path());
    EXPECT_EQ(done.code, 0) << done.err;
    return json::parse(done.out)["test"]["value"].get<double>();
  };
  EXPECT_EQ(score({"--augment", "flip", "--swap-labels", "left:right"}), 1);
  EXPECT_EQ(score({"--augment", "mixup,cutmix"}), 1);
}

TEST(Augment, PicturesFromATableAndAnArchive) {
  const TemporaryFolder folder;
  fill(folder);
  std::string rows = "picture,side\n";
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 20; ++i)
    for (const char* side : {"left", "right"}) {
      const std::string path = std::string("sides/") + side + "/" + std::to_string(i) + ".ppm";
      rows += path + "," + side + "\n";
      files.emplace_back(path, read_file(folder / path));
    }
  folder.write("sides.csv", rows);
  folder.write("sides.zip", testing::as_zip(files));
  std::string first;
  for (const char* name : {"sides", "sides.csv", "sides.zip"}) {
    const auto done = run_candor({"train", name, "--epochs", "2", "--no-report", "--json", "--quiet", "--augment", "none"}, folder.path());
    if (done.err.find("libarchive") != std::string::npos) continue;
    ASSERT_EQ(done.code, 0) << done.err;
    const std::string score = json::parse(done.out)["test"].dump();
    if (first.empty()) first = score;
    EXPECT_EQ(score, first) << name;
  }
  const auto one = run_candor({"predict", "model.candor", "sides/left/3.ppm"}, folder.path());
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(std::count(one.out.begin(), one.out.end(), '\n'), 2);
  EXPECT_TRUE(one.out.ends_with(",sides/left/3.ppm\n")) << one.out;
}

}  // namespace
}  // namespace candor
