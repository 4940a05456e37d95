#include "candor/data/images.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "candor/data/load.h"
#include "candor/data/prefetch.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using testing::as_pnm;
using testing::pattern;
using testing::TemporaryFolder;

/// Two classes of `each` pictures, 4 x 5 in colour.
void fill(const TemporaryFolder& folder, const std::string& below = "", int each = 3) {
  for (int i = 0; i < each; ++i) {
    folder.write(below + "cat/" + std::to_string(i) + ".ppm", as_pnm(pattern(4, 5, 3, i)));
    folder.write(below + "ant/" + std::to_string(i) + ".PPM", as_pnm(pattern(4, 5, 3, 100 + i)));
  }
}

TEST(ImageFolder, ClassesAreTheSortedFolderNames) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("README.md", "not a class");
  folder.write("cat/notes.txt", "not a picture");
  folder.write("cat/.DS_Store", "not a picture");
  folder.write(".git/x/y.png", "not a class");
  folder.write("empty/readme.txt", "not a class either");
  const Loaded loaded = load(folder.path());
  EXPECT_EQ(loaded.kind, SourceKind::images);
  const Dataset& d = loaded.train;
  EXPECT_EQ(d.class_names, (std::vector<std::string>{"ant", "cat"}));
  EXPECT_EQ(d.features.type(), (TensorType{{6, 4, 5, 3}, DType::u8}));
  EXPECT_EQ(d.targets.to_vector<int>(), (std::vector<int>{0, 0, 0, 1, 1, 1}));
  const std::vector<std::uint8_t> last = d.slice(5, 6).features.to_vector<std::uint8_t>();
  EXPECT_EQ(last, pattern(4, 5, 3, 2).pixels);
}

TEST(ImageFolder, LinksThatGoRoundAndFoldersWithinClasses) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("cat/more/deeper.ppm", as_pnm(pattern(4, 5, 3)));           // a class is one folder deep
  std::filesystem::create_directory_symlink(folder.path(), folder / "cat/loop");
  std::filesystem::create_directory_symlink("self", folder / "self");      // leads nowhere
  std::filesystem::create_symlink("/no/such/picture.png", folder / "cat/gone.ppm");
  EXPECT_ERROR(not_found, load(folder.path()), "cat/gone.ppm");
  EXPECT_EQ(load(folder.path(), {.images = {.skip_bad = true}}).train.rows(), 6);
}

// Pixels beyond the limit lie in a file without a name; nothing else changes, and nothing is left behind.
TEST(ImageFolder, PicturesThatDoNotFitIntoMemory) {
  const TemporaryFolder folder, scratch;
  fill(folder, "", 40);
  const char* set = std::getenv("TMPDIR");
  const std::string before = set ? set : "";
  ::setenv("TMPDIR", scratch.path().c_str(), 1);
  const Dataset held = read_image_folder(folder.path()).train, mapped = read_image_folder(folder.path(), {.memory = 100}).train;
  EXPECT_EQ(held.digest(), mapped.digest());
  EXPECT_EQ(mapped.features.to_vector<std::uint8_t>(), held.features.to_vector<std::uint8_t>());
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  ::setenv("TMPDIR", "/no/such/folder", 1);
  EXPECT_ERROR(io, read_image_folder(folder.path(), {.memory = 100}), "temporary file of 4,800 bytes", "/no/such/folder", "TMPDIR");
  if (set) ::setenv("TMPDIR", before.c_str(), 1);
  else ::unsetenv("TMPDIR");
}

TEST(ImageFolder, TrainAndTestParts) {
  const TemporaryFolder folder;
  fill(folder, "train/");
  fill(folder, "test/", 1);
  const Loaded loaded = load(folder.path());
  EXPECT_EQ(loaded.train.rows(), 6);
  EXPECT_EQ(loaded.test.rows(), 2);
  folder.write("test/dog/1.ppm", as_pnm(pattern(4, 5, 3)));
  EXPECT_ERROR(invalid_argument, load(folder.path()), "class \"dog\" is unknown", "ant, cat");
}

TEST(ImageFolder, MixedSizesNameTheFirstOddPicture) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("cat/1.ppm", as_pnm(pattern(6, 5, 3)));
  EXPECT_ERROR(shape, read_image_folder(folder.path()), "cat/1.ppm: 5 x 6 pixels, 3 channels", "ant/0.PPM has 5 x 4 pixels", "1 of 6 pictures", "--size");
  EXPECT_EQ(read_image_folder(folder.path(), {.height = 8, .width = 9}).train.features.shape(), (Shape{6, 8, 9, 3}));
  EXPECT_EQ(read_image_folder(folder.path(), {.height = 8}).train.features.shape(), (Shape{6, 8, 8, 3}));
}

TEST(ImageFolder, MixedDepthsNameTheFirstOddPicture) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("cat/2.ppm", as_pnm(pattern(4, 5, 1)));
  EXPECT_ERROR(shape, read_image_folder(folder.path()), "cat/2.ppm: 5 x 4 pixels, 1 channel,", "3 channels", "--channels");
  EXPECT_EQ(read_image_folder(folder.path(), {.channels = 1}).train.features.shape(), (Shape{6, 4, 5, 1}));
}

TEST(ImageFolder, ACorruptPictureAmongGoodOnesIsNamedOrSkipped) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("cat/1.ppm", as_pnm(pattern(4, 5, 3)).substr(0, 40));
  EXPECT_ERROR(corrupt, read_image_folder(folder.path()), "cat/1.ppm: truncated image", "The other 5 files are fine", "--skip-bad");
  const Dataset d = read_image_folder(folder.path(), {.skip_bad = true}).train;
  EXPECT_EQ(d.rows(), 5);
  EXPECT_EQ(d.skipped, 1);
  EXPECT_EQ(d.targets.to_vector<int>(), (std::vector<int>{0, 0, 0, 1, 1}));
  EXPECT_EQ(d.slice(4, 5).features.to_vector<std::uint8_t>(), pattern(4, 5, 3, 2).pixels);
  folder.write("cat/0.ppm", "");
  EXPECT_ERROR(corrupt, read_image_folder(folder.path()), "cat/0.ppm: the file is empty", "2 of 6 files cannot be read");
}

TEST(ImageFolder, ACorruptJpegAmongGoodOnesIsNamedOrSkipped) {
  const TemporaryFolder folder;
  const std::string good = testing::as_jpeg(pattern(32, 32, 3));
  if (good.empty()) GTEST_SKIP() << "built without libjpeg";
  for (const char* name : {"a/1.jpg", "a/2.jpeg", "b/1.jpg", "b/2.jpg"}) folder.write(name, good);
  folder.write("a/2.jpeg", good.substr(0, good.size() * 2 / 3));
  EXPECT_ERROR(corrupt, load(folder.path()), "a/2.jpeg: damaged JPEG image", "The other 3 files are fine; skip it with --skip-bad");
  EXPECT_EQ(load(folder.path(), {.images = {.skip_bad = true}}).train.skipped, 1);
}

TEST(ImageFolder, WhatIsPassedOverIsSaid) {
  const TemporaryFolder folder;
  for (const char* name : {"cat/1.png", "cat/2.jfif", "dog/1.png"}) folder.write(name, testing::as_png(testing::pattern(4, 4, 1)));
  folder.write("dog/2.gif", "GIF89a");
  folder.write("dog/notes.txt", "two dogs");
  folder.write("horse/.keep", "");
  folder.write(".git/HEAD", "");
  const Loaded loaded = load(folder.path());
  EXPECT_EQ(loaded.train.rows(), 3);
  ASSERT_EQ(loaded.train.notes.size(), 2u);
  EXPECT_EQ(loaded.train.notes[0], "folders without a picture are no classes: horse");
  EXPECT_EQ(loaded.train.notes[1], "pictures of kinds that are not read were passed over: dog/2.gif; save them as PNG or JPEG");
}

TEST(ImageArchive, OfTwoEntriesOfOneNameTheLaterCounts) {
  const TemporaryFolder folder;
  const std::string old = testing::as_png(testing::pattern(4, 4, 1, 1)), latest = testing::as_png(testing::pattern(4, 4, 1, 2));
  const std::string path = folder.write("t.zip", testing::as_zip({{"cat/1.png", old}, {"dog/1.png", old}, {"cat/1.png", latest}}));
  const Dataset both = read_image_archive(path).train;
  ASSERT_EQ(both.rows(), 2);
  EXPECT_EQ(both.features.view_slice(0, 0, 1).contiguous().to_vector<int>(), [&] {
    const Image want = testing::pattern(4, 4, 1, 2);
    return std::vector<int>(want.pixels.begin(), want.pixels.end());
  }());
}

TEST(ImageFolder, NothingUsable) {
  const TemporaryFolder folder;
  EXPECT_ERROR(not_found, list_images(folder.path()), "no pictures found", "a folder per class");
  folder.write("1.png", "x");
  EXPECT_ERROR(not_found, list_images(folder.path()), "1 directly in it", "a folder per class");
  EXPECT_ERROR(not_found, load(folder.path()), "1 picture lies directly in it", "a folder of its own");
  EXPECT_ERROR(not_found, list_images("/no/such/folder"), "/no/such/folder");
  folder.write("a/1.ppm", "bad");
  folder.write("b/1.ppm", "bad");
  EXPECT_ERROR(corrupt, read_image_folder(folder.path()), "a/1.ppm", "none of the 2 pictures");
  EXPECT_ERROR(corrupt, read_image_folder(folder.path(), {.skip_bad = true}), "none of the 2 pictures");
  EXPECT_ERROR(invalid_argument, read_images({.folder = "f"}, {.height = -1}), "sizes are positive");
}

TEST(ImageBatches, GiveThePicturesOfTheFolderInOrderAheadOfTheConsumer) {
  const TemporaryFolder folder;
  fill(folder, "", 5);
  const ImageList list = list_images(folder.path());
  const Dataset all = read_images(list);
  ImageBatches epoch(list, 4, {.ahead = 1});
  std::int64_t row = 0;
  while (auto batch = epoch.next()) {
    const std::int64_t count = batch->first.shape(0);
    EXPECT_EQ(batch->first.to_vector(), all.slice(row, row + count).features.to_vector());
    EXPECT_EQ(batch->second.to_vector(), all.slice(row, row + count).targets.to_vector());
    row += count;
  }
  EXPECT_EQ(row, 10);
  EXPECT_FALSE(epoch.next());
}

TEST(ImageBatches, ShuffleBySeedAndSkipBad) {
  const TemporaryFolder folder;
  fill(folder, "", 5);
  folder.write("cat/3.ppm", "broken");
  const ImageList list = list_images(folder.path());
  const auto labels = [&](std::uint64_t seed) {
    ImageBatches epoch(list, 3, {.images = {.skip_bad = true}, .shuffle = true, .seed = seed});
    std::vector<int> all;
    while (auto batch = epoch.next())
      for (int label : batch->second.to_vector<int>()) all.push_back(label);
    EXPECT_EQ(epoch.skipped(), 1);
    return all;
  };
  EXPECT_EQ(labels(1).size(), 9u);
  EXPECT_EQ(labels(1), labels(1));
  ImageBatches strict(list, 32);
  EXPECT_ERROR(corrupt, strict.next(), "cat/3.ppm");
  EXPECT_ERROR(invalid_argument, ImageBatches(list, 0), "at least 1");
}

TEST(ImageBatches, CanBeLeftInTheMiddle) {
  const TemporaryFolder folder;
  fill(folder, "", 5);
  ImageBatches epoch(list_images(folder.path()), 1, {.ahead = 2});
  EXPECT_TRUE(epoch.next());
}

TEST(ImageBatches, MixedSizesAreAnError) {
  const TemporaryFolder folder;
  fill(folder);
  folder.write("cat/1.ppm", as_pnm(pattern(6, 5, 3)));
  ImageBatches epoch(list_images(folder.path()), 8);
  EXPECT_ERROR(shape, epoch.next(), "cat/1.ppm: 5 x 6", "ant/0.PPM has 5 x 4");
}

}  // namespace
}  // namespace candor::data
