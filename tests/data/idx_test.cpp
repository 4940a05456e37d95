#include "candor/data/idx.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "candor/data/load.h"
#include "tests/support/errors.h"
#include "tests/support/files.h"
#include "tests/support/gzip.h"

namespace candor::data {
namespace {

using testing::TemporaryFolder;

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}
std::string idx(char type, const std::vector<std::uint32_t>& extents, const std::string& elements) {
  std::string text{'\0', '\0', type, static_cast<char>(extents.size())};
  for (std::uint32_t extent : extents) text += big_endian(extent);
  return text + elements;
}
std::string images(std::uint32_t count, std::uint32_t side = 2) { return idx(8, {count, side, side}, std::string(count * side * side, '\x7f')); }
std::string labels(const std::string& classes) { return idx(8, {static_cast<std::uint32_t>(classes.size())}, classes); }

Tensor parse(const std::string& text) { return parse_idx(std::as_bytes(std::span(text.data(), text.size())), "f.idx"); }

TEST(Idx, EveryTypePlainAndPacked) {
  const struct {
    std::string text;
    DType dtype;
    std::vector<double> values;
  } cases[] = {
      {idx(0x08, {2, 2}, "\x01\x02\xff\x04"), DType::u8, {1, 2, 255, 4}},
      {idx(0x09, {2}, "\x01\xff"), DType::i8, {1, -1}},
      {idx(0x0B, {2}, std::string("\x01\x00\xff\xfe", 4)), DType::i32, {256, -2}},
      {idx(0x0C, {2}, std::string("\x00\x01\x00\x00\xff\xff\xff\xfe", 8)), DType::i32, {65536, -2}},
      {idx(0x0D, {2}, std::string("\x3f\x80\x00\x00\xc0\x20\x00\x00", 8)), DType::f32, {1, -2.5}},
      {idx(0x0E, {1}, std::string("\x3f\xf8\x00\x00\x00\x00\x00\x00", 8)), DType::f64, {1.5}},
      {idx(0x08, {0, 28, 28}, ""), DType::u8, {}},
  };
  for (const auto& c : cases)
    for (const std::string& text : {c.text, testing::gzip(c.text)}) {
      EXPECT_EQ(parse(text).dtype(), c.dtype);
      EXPECT_EQ(parse(text).to_vector<double>(), c.values);
    }
}

TEST(Idx, MissingFile) { EXPECT_ERROR(not_found, read_idx("/no/such/images.idx"), "/no/such/images.idx", "No such file"); }
TEST(Idx, EmptyFile) { EXPECT_ERROR(corrupt, parse(""), "f.idx", "empty"); }

TEST(Idx, WrongMagic) {
  EXPECT_ERROR(corrupt, parse("hello world"), "f.idx: not an IDX file", "68 65 6c 6c");
  EXPECT_ERROR(corrupt, parse(idx(0x07, {2}, "ab")), "not an IDX file");
  EXPECT_ERROR(corrupt, parse(std::string("\0\0\x08\0aaaa", 8)), "not an IDX file");
  EXPECT_ERROR(corrupt, parse(std::string("\0\0\x08\x09" "aaaa", 8)), "not an IDX file");
  EXPECT_ERROR(corrupt, parse(testing::gzip("hello world")), "not an IDX file");
}

TEST(Idx, CutAnywhere) {
  const std::string whole = images(3), packed = testing::gzip(whole);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) EXPECT_ERROR(corrupt, parse(whole.substr(0, cut)), "f.idx") << cut;
  for (std::size_t cut = 0; cut < packed.size(); ++cut) EXPECT_ERROR(corrupt, parse(packed.substr(0, cut)), "f.idx") << cut;
  EXPECT_ERROR(corrupt, parse(whole.substr(0, whole.size() - 1)), "truncated", "3 x 2 x 2", "12 bytes", "11 bytes");
  EXPECT_ERROR(corrupt, parse(whole + "x"), "1 bytes follow");
  EXPECT_ERROR(corrupt, parse(testing::gzip(whole + "x")), "more data follows");
}

TEST(Idx, AHeaderThatClaimsTwoThousandMillionImagesTakesNoMemory) {
  const std::string claim = idx(8, {1u << 31, 28, 28}, std::string(1000, 'x'));
  EXPECT_ERROR(corrupt, parse(claim), "2,147,483,648 x 28 x 28", "1,683,627,180,032 bytes", "1,000 bytes");
  EXPECT_ERROR(corrupt, parse(testing::gzip(claim)), "2,147,483,648 x 28 x 28", "at most");
  const std::string overflow = idx(14, {~0u, ~0u, ~0u, ~0u}, "x");
  EXPECT_ERROR(corrupt, parse(overflow), "4,294,967,295");
  EXPECT_EQ(parse(idx(8, {0, ~0u, ~0u, ~0u}, "")).size(), 0);
}

TEST(IdxPair, CountsAndLabelsAreChecked) {
  const TemporaryFolder folder;
  const std::string x = folder.write("images", images(3)), y = folder.write("labels", labels(std::string("\x00\x02\x01", 3)));
  const Dataset d = read_idx_pair(x, y);
  EXPECT_EQ(d.features.type(), (TensorType{{3, 2, 2, 1}, DType::u8}));
  EXPECT_EQ(d.targets.to_vector<int>(), (std::vector<int>{0, 2, 1}));
  EXPECT_EQ(d.class_names.size(), 3u);
  EXPECT_ERROR(corrupt, read_idx_pair(x, folder.write("two", labels(std::string("\x00\x01", 2)))), "3 images", "2 labels", "two");
  EXPECT_ERROR(corrupt, read_idx_pair(x, x), "labels are expected");
  EXPECT_ERROR(corrupt, read_idx_pair(x, folder.write("negative", idx(9, {3}, "\x01\x01\xff"))), "negative", "row 2", "-1");
}

TEST(IdxFolder, FindsPartsByName) {
  const TemporaryFolder folder;
  folder.write("train-images-idx3-ubyte", images(4));
  folder.write("train-labels-idx1-ubyte.gz", testing::gzip(labels(std::string("\x00\x01\x00\x01", 4))));
  EXPECT_TRUE(is_idx_folder(folder.path()));
  EXPECT_EQ(read_idx_folder(folder.path()).test.rows(), 0);
  folder.write("t10k-images-idx3-ubyte.gz", testing::gzip(images(2)));
  EXPECT_ERROR(not_found, read_idx_folder(folder.path()), folder.path(), "t10k-labels-idx1-ubyte");
  folder.write("t10k-labels-idx1-ubyte", labels(std::string("\x00\x02", 2)));
  const Split parts = read_idx_folder(folder.path());
  EXPECT_EQ(parts.train.rows(), 4);
  EXPECT_EQ(parts.test.rows(), 2);
  EXPECT_EQ(parts.train.class_names, (std::vector<std::string>{"0", "1", "2"}));  // one numbering for both parts
  EXPECT_EQ(load(folder.path()).kind, SourceKind::idx);
  folder.write("t10k-images-idx3-ubyte.gz", testing::gzip(images(2, 3)));
  EXPECT_ERROR(shape, read_idx_folder(folder.path()), "[2, 2, 1]", "[3, 3, 1]");
}

TEST(Mnist, WhatIsMissingIsSaid) {
  const TemporaryFolder folder;
  EXPECT_ERROR(not_found, mnist("/no/such/folder"), "/no/such/folder", "train-images-idx3-ubyte.gz", "Fetch", "CANDOR_DATA");
  EXPECT_ERROR(not_found, mnist(folder.path()), folder.path(), "train-images-idx3-ubyte", "Fetch");
}

}  // namespace
}  // namespace candor::data
