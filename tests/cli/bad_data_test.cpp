// Every kind of bad data gives exit code 2, one message that names what is wrong, nothing on standard output and no file.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/files.h"
#include "tests/support/gzip.h"
#include "tests/support/program.h"

namespace candor {
namespace {

using testing::Finished;
using testing::run_candor;
using testing::TemporaryFolder;

// Trains on `data` in the folder and expects a refusal that says all parts.
void expect_refused(const TemporaryFolder& folder, const std::string& data, std::initializer_list<std::string_view> parts,
                    std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"train", data, "--json", "--epochs", "1", "--out", folder / "model"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Finished got = run_candor(arguments, folder.path());
  EXPECT_EQ(got.code, 2) << got.err;
  EXPECT_EQ(got.out, "");
  EXPECT_EQ(got.err.rfind("candor train: ", 0), 0u) << got.err;
  for (const std::string_view part : parts) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  EXPECT_FALSE(std::filesystem::exists(folder / "model/model.candor"));
}

std::string idx(std::uint32_t magic, std::vector<std::uint32_t> extents, std::size_t bytes) {
  std::string out;
  const auto put = [&](std::uint32_t v) { for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift); };
  put(magic);
  for (const std::uint32_t extent : extents) put(extent);
  return out + std::string(bytes, '\1');
}

TEST(BadData, Missing) {
  const TemporaryFolder folder;
  expect_refused(folder, "nowhere.csv", {"nowhere.csv"});
  expect_refused(folder, "digts", {"digits"});
}

TEST(BadData, EmptyFile) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", ""), {"a.csv", "empty"});
}

TEST(BadData, HeaderOnly) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", "x,y,group\n"), {"a.csv"});
}

TEST(BadData, BinaryAsCsv) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", std::string("\x7f" "ELF\0\0\1\2\xff", 9) + std::string(500, '\0')), {"a.csv"});
}

TEST(BadData, RaggedRow) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", "x,y,group\n1,2,0\n1,2\n3,4,1\n"), {"a.csv", "row 2", "3"});
}

TEST(BadData, TextInANumericColumn) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", "speed,age,group\n1,2,0\n3,old,1\n5,6,0\n"), {"row 2", "age", "old"});
}

TEST(BadData, NanAndInfinity) {
  for (const char* cell : {"nan", "inf", "-inf", "NaN"}) {
    const TemporaryFolder folder;
    expect_refused(folder, folder.write("a.csv", std::string("speed,age,group\n1,2,0\n3,4,1\n5,") + cell + ",0\n"), {"row 3", "age"});
  }
}

TEST(BadData, APictureThatClaimsToBeHuge) {
  const TemporaryFolder folder;
  folder.write("d/a/1.ppm", "P6 999999 999999 255\n");
  folder.write("d/b/1.ppm", "P6 1 1 255\n123");
  expect_refused(folder, folder / "d", {"a/1.ppm", "999,999 x 999,999"});
}

TEST(BadData, OneClassOnly) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", "x,group\n1,a\n2,a\n3,a\n4,a\n"), {"class"});
}

TEST(BadData, TargetThatIsNotThere) {
  const TemporaryFolder folder;
  expect_refused(folder, folder.write("a.csv", "x,group\n1,a\n2,b\n"), {"grop", "group"}, {"--target", "grop"});
}

TEST(BadData, IdxWithAWrongMagic) {
  const TemporaryFolder folder;
  folder.write("d/train-images-idx3-ubyte", idx(0x12345678, {2, 4, 4}, 32));
  folder.write("d/train-labels-idx1-ubyte", idx(0x801, {2}, 2));
  expect_refused(folder, folder / "d", {"train-images-idx3-ubyte"});
}

TEST(BadData, IdxThatClaimsTwoBillionImages) {
  const TemporaryFolder folder;
  folder.write("d/train-images-idx3-ubyte", idx(0x803, {0x80000000u, 28, 28}, 100));
  folder.write("d/train-labels-idx1-ubyte", idx(0x801, {2}, 2));
  expect_refused(folder, folder / "d", {"train-images-idx3-ubyte"});
  const TemporaryFolder packed;
  packed.write("d/train-images-idx3-ubyte.gz", testing::gzip(idx(0x803, {0x80000000u, 28, 28}, 100)));
  packed.write("d/train-labels-idx1-ubyte.gz", testing::gzip(idx(0x801, {2}, 2)));
  expect_refused(packed, packed / "d", {"train-images-idx3-ubyte.gz"});
}

TEST(BadData, IdxCutOff) {
  const TemporaryFolder folder;
  folder.write("d/train-images-idx3-ubyte", idx(0x803, {10, 4, 4}, 100));
  folder.write("d/train-labels-idx1-ubyte", idx(0x801, {10}, 10));
  expect_refused(folder, folder / "d", {"train-images-idx3-ubyte"});
  const TemporaryFolder packed;
  const std::string whole = testing::gzip(idx(0x803, {10, 4, 4}, 160));
  packed.write("d/train-images-idx3-ubyte.gz", whole.substr(0, whole.size() / 2));
  packed.write("d/train-labels-idx1-ubyte.gz", testing::gzip(idx(0x801, {10}, 10)));
  expect_refused(packed, packed / "d", {"train-images-idx3-ubyte.gz"});
}

TEST(BadData, AFolderWithNothingToLearnFrom) {
  const TemporaryFolder folder;
  folder.write("d/notes.txt", "hello");
  expect_refused(folder, folder / "d", {"d"});
}

// A model that is none, a column under another name, pictures in the place of a table: what a newcomer gives by mistake, after training.
TEST(BadData, WhatIsGivenToAModel) {
  const TemporaryFolder folder;
  std::string rows = "speed,age,risk\n", renamed = "velocity,age,risk\n";
  for (int i = 0; i < 60; ++i) {
    const std::string row = std::to_string(60 + i * 37 % 101) + "," + std::to_string(18 + i * 23 % 61) + "," + (i * 37 % 101 > 50 ? "high" : "low") + "\n";
    rows += row, renamed += row;
  }
  const std::string data = folder.write("rows.csv", rows), model = folder / "model/model.candor";
  const Finished trained = run_candor({"train", data, "--epochs", "1", "--no-report", "--quiet", "--out", folder / "model"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto expect_words = [&](const std::vector<std::string>& arguments, std::initializer_list<std::string_view> parts) {
    const Finished got = run_candor(arguments, folder.path());
    EXPECT_EQ(got.code, 2) << got.err;
    EXPECT_EQ(got.out, "");
    for (const std::string_view part : parts) EXPECT_NE(got.err.find(part), std::string::npos) << part << " is missing in: " << got.err;
  };
  expect_words({"predict", data, model}, {"rows.csv: this is no model file", "candor train"});
  expect_words({"predict", folder / "nowhere.candor", data}, {"nowhere.candor: there is no such model file", "candor train"});
  expect_words({"predict", folder.write("empty.candor", ""), data}, {"empty.candor: this is no model file"});
  expect_words({"predict", model, "speed=100,age=30"}, {"no file \"speed=100,age=30\"", "--row speed=100,age=30"});
  expect_words({"predict", model, folder.write("renamed.csv", renamed)}, {"\"speed\"", "does not know \"velocity\"", "another name"});
  std::filesystem::create_directories(folder / "pets/cat");
  std::filesystem::create_directories(folder / "pets/dog");
  folder.write("pets/cat/1.ppm", "P6 1 1 255\nabc");
  folder.write("pets/dog/1.ppm", "P6 1 1 255\nabc");
  expect_words({"evaluate", model, folder / "pets"}, {"pets: pictures, and the model was trained on a table with the columns speed, age"});
}

TEST(BadData, OptionsThatMakeNoSense) {
  const TemporaryFolder folder;
  const std::string csv = folder.write("a.csv", "x,group\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n1,b\n");
  for (const std::vector<std::string>& more : {std::vector<std::string>{"--model", "cnn"}, {"--layers", "0"}, {"--layers", "64,x"}, {"--epochs", "0"}, {"--batch-size", "-1"},
                                               {"--lr", "0"}, {"--lr", "nan"}, {"--lr", "-1"}, {"--lr", "inf"}, {"--test", "1.5"}, {"--test", "0"}, {"--test", "nan"},
                                               {"--separator", "abc"}, {"--size", "32"}, {"--wings", "2"}, {"--epochs", "-1"}, {"--epochs", "1000000000"}, {"--batch-size", "0"},
                                               {"--layers", "0,abc"}, {"--layers", ","}, {"--layers", "99999999999999999999"}, {"--dropout", "1"}, {"--dropout", "nan"}, {"--channels", "2"},
                                               {"--task", "both"}, {"--seed", "-1"}, {"--threads", "10000"}, {"--rows", "0"}}) {
    expect_refused(folder, csv, {}, more);
  }
}

}  // namespace
}  // namespace candor
