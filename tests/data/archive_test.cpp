#include "candor/data/archive.h"

#include <gtest/gtest.h>

#include "candor/data/load.h"
#include "tests/support/environment.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/gzip.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

using testing::as_pnm;
using testing::as_zip;
using testing::pattern;
using testing::TemporaryFolder;
using Files = std::vector<std::pair<std::string, std::string>>;

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }
bool all(std::string_view) { return true; }

/// Two classes below one folder, as an archive of a folder has them, and what lies beside them.
Files classes(const std::string& below = "pets/", int each = 2) {
  Files files{{below + ".DS_Store", "x"}, {"__MACOSX/" + below + "cat/._1.ppm", "x"}, {below + "README.md", "words"}};
  for (int i = 0; i < each; ++i) {
    files.emplace_back(below + "dog/" + std::to_string(i) + ".ppm", as_pnm(pattern(4, 5, 3, 10 + i)));
    files.emplace_back(below + "cat/" + std::to_string(i) + ".ppm", as_pnm(pattern(4, 5, 3, i)));
  }
  return files;
}

bool has_archives() {
  const std::string zip = as_zip({{"a", "b"}});
  try {
    parse_archive(bytes(zip), "probe", all);
    return true;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unsupported) throw;
    return false;
  }
}
#define NEEDS_ARCHIVES \
  if (!has_archives()) GTEST_SKIP() << "needs libarchive"

TEST(Archive, ZipAndTarGiveTheSamePictures) {
  NEEDS_ARCHIVES;
  const TemporaryFolder folder;
  const std::string tar = testing::as_tar(classes());
  std::string digest;
  for (const auto& [name, contents] : Files{{"pets.zip", as_zip(classes())}, {"pets.tar", tar}, {"pets.tar.gz", testing::gzip(tar)}, {"pets.tgz", testing::gzip(tar)}}) {
    const Loaded loaded = load(folder.write(name, contents));
    EXPECT_EQ(loaded.kind, SourceKind::images) << name;
    const Dataset& d = loaded.train;
    EXPECT_EQ(d.class_names, (std::vector<std::string>{"cat", "dog"})) << name;
    EXPECT_EQ(d.targets.to_vector<int>(), (std::vector<int>{0, 0, 1, 1})) << name;
    EXPECT_EQ(d.slice(2, 3).features.to_vector<std::uint8_t>(), pattern(4, 5, 3, 10).pixels) << name;
    EXPECT_EQ(d.row_names[2], folder / (name + "/pets/dog/0.ppm"));
    if (digest.empty()) digest = d.digest();
    EXPECT_EQ(d.digest(), digest) << name;
  }
}

TEST(Archive, TrainAndTestParts) {
  NEEDS_ARCHIVES;
  const TemporaryFolder folder;
  Files files = classes("all/Train/", 3);
  for (const auto& file : classes("all/test/", 1)) files.push_back(file);
  const Loaded loaded = load(folder.write("p.zip", as_zip(files)));
  EXPECT_EQ(loaded.train.rows(), 6);
  EXPECT_EQ(loaded.test.rows(), 2);
  files.emplace_back("all/test/cow/1.ppm", as_pnm(pattern(4, 5, 3)));
  EXPECT_ERROR(invalid_argument, load(folder.write("q.zip", as_zip(files))), "all/test/cow/1.ppm", "class \"cow\" is unknown", "cat, dog");
}

TEST(Archive, EntriesThatPointOutsideAreRefusedOrLeftOut) {
  NEEDS_ARCHIVES;
  const TemporaryFolder folder;
  for (const char* name : {"../evil/1.ppm", "cat/../../evil.ppm", "/etc/evil/1.ppm", "C:\\evil\\1.ppm", "..\\evil\\1.ppm"}) {
    Files files = classes("");
    files.emplace_back(name, as_pnm(pattern(4, 5, 3)));
    const std::string path = folder.write("evil.zip", as_zip(files));
    EXPECT_ERROR(corrupt, load(path), "points outside of the archive", "--skip-bad");
    const Dataset d = load(path, {.images = {.skip_bad = true}}).train;
    EXPECT_EQ(d.rows(), 4) << name;
    EXPECT_EQ(d.skipped, 1) << name;
  }
}

TEST(Archive, ACorruptPictureAmongGoodOnes) {
  NEEDS_ARCHIVES;
  const TemporaryFolder folder;
  Files files = classes();
  files.back().second.resize(30);
  const std::string path = folder.write("p.zip", as_zip(files));
  EXPECT_ERROR(corrupt, load(path), "p.zip/pets/cat/1.ppm: truncated", "The other 3 files are fine", "--skip-bad");
  EXPECT_EQ(load(path, {.images = {.skip_bad = true}}).train.skipped, 1);
  std::string damaged = as_zip(classes());
  damaged[damaged.find("P6") + 40] ^= 1;  // its checksum no longer fits
  EXPECT_ERROR(corrupt, load(folder.write("q.zip", damaged)), "q.zip", "pets/dog/0.ppm");
  EXPECT_EQ(load(folder.write("q.zip", damaged), {.images = {.skip_bad = true}}).train.rows(), 3);
}

TEST(Archive, WhatUnpacksToMoreThanItMay) {
  NEEDS_ARCHIVES;
  const std::string tar = testing::gzip(testing::as_tar({{"a.ppm", std::string(5'000'000, 'x')}, {"b.ppm", std::string(5'000'000, 'x')}}));
  EXPECT_LT(tar.size(), 40'000u);
  EXPECT_ERROR(invalid_argument, parse_archive(bytes(tar), "bomb", all, false, nullptr, {.bytes = 6'000'000}), "bomb", "more than 6,000,000 bytes", "unpack it");
  EXPECT_ERROR(invalid_argument, parse_archive(bytes(tar), "bomb", all, false, nullptr, {.file_bytes = 1'000'000}), "a.ppm", "1,000,000");
  EXPECT_ERROR(invalid_argument, parse_archive(bytes(tar), "bomb", all, false, nullptr, {.entries = 1}), "more than 1 entries");
  EXPECT_EQ(parse_archive(bytes(tar), "bomb", all).size(), 2u);
}

TEST(Archive, WhatIsNone) {
  NEEDS_ARCHIVES;
  const TemporaryFolder folder;
  EXPECT_ERROR(corrupt, load(folder.write("a.zip", "not an archive at all")), "a.zip: damaged archive");
  EXPECT_ERROR(corrupt, load(folder.write("b.zip", as_zip(classes()).substr(0, 200))), "b.zip");
  EXPECT_ERROR(not_found, load(folder.write("c.zip", as_zip({{"a.csv", "1,2"}}))), "c.zip: holds no pictures");
  EXPECT_ERROR(not_found, load(folder.write("d.zip", as_zip({{"1.ppm", as_pnm(pattern(2, 2, 3))}}))), "1.ppm lies in no folder");
}

TEST(Archive, SpeedLimitSignsAreReadInPlace) {
  NEEDS_ARCHIVES;
  CANDOR_NEEDS("CANDOR_DATA");
  const Loaded loaded = load("speed-limit-signs/speed-limit-signs.zip", {.images = {.choose_size = true}});
  EXPECT_EQ(loaded.train.rows(), 379);
  EXPECT_EQ(class_counts(loaded.train), (std::vector<std::int64_t>{79, 81, 68, 53, 41, 57}));
  ASSERT_EQ(loaded.train.notes.size(), 1u);
  EXPECT_NE(loaded.train.notes[0].find("different sizes"), std::string::npos);
  EXPECT_ERROR(shape, load("speed-limit-signs/speed-limit-signs.zip"), "pictures differ", "--size");
}

TEST(Archive, CarsHaveTheirTestPart) {
  NEEDS_ARCHIVES;
  CANDOR_NEEDS("CANDOR_DATA");
  const Loaded loaded = load("cars/car-angles-8x200+40.zip", {.images = {.height = 16, .width = 16, .fit = Fit::pad}});
  EXPECT_EQ(loaded.train.rows(), 1600);
  EXPECT_EQ(loaded.test.rows(), 320);
  EXPECT_EQ(loaded.test.class_names, loaded.train.class_names);
}

}  // namespace
}  // namespace candor::data
