// Arrays read where they lie in a .npz.
#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "candor/data/numpy.h"
#include "candor/data/zip_members.h"
#include "tests/support/files.h"
#include "tests/support/pictures.h"

namespace candor::data {
namespace {

std::span<const std::byte> as_bytes(const std::string& text) { return {reinterpret_cast<const std::byte*>(text.data()), text.size()}; }

std::string npy(const std::string& type, const std::string& shape, const std::string& cells) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize(118 - 1, ' ');
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(118) + std::string(1, '\0') + header + "\n" + cells;
}

/// The same archive as Python writes it: sizes and places beyond 32 bits stand in a field of their own.
std::string with_wide_sizes(const std::string& name, const std::string& contents, std::uint32_t sum) {
  const auto little = [](std::uint64_t value, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> 8 * i & 255);
    return out;
  };
  const std::string full = little(0xffffffff, 4), stamps = little(0, 2) + little(0, 2) + little(0, 4) + little(sum, 4);
  const std::string local = "PK\x03\x04" + little(45, 2) + stamps + full + full + little(name.size(), 2) + little(20, 2) + name + little(1, 2) + little(16, 2) + little(contents.size(), 8) + little(contents.size(), 8) + contents;
  const std::string list = "PK\x01\x02" + little(45, 2) + little(45, 2) + stamps + full + full + little(name.size(), 2) + little(28, 2) + little(0, 2) + little(0, 8) + full + name + little(1, 2) + little(24, 2) +
                           little(contents.size(), 8) + little(contents.size(), 8) + little(0, 8);
  const std::string end = "PK\x06\x06" + little(44, 8) + little(45, 4) + little(0, 8) + little(1, 8) + little(1, 8) + little(list.size(), 8) + little(local.size(), 8);
  return local + list + end + "PK\x06\x07" + little(0, 4) + little(local.size() + list.size(), 8) + little(1, 4) + "PK\x05\x06" + little(0, 4) + little(0xffff, 2) + little(0xffff, 2) + full + full + little(0, 2);
}

TEST(ZipMembers, AreFoundWhereTheyLie) {
  const std::string zip = testing::as_zip({{"x.npy", npy("|u1", "3,", "abc")}, {"notes.txt", "hello"}});
  const auto members = stored_members(as_bytes(zip));
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 2u);
  EXPECT_EQ(members->at(1).path, "notes.txt");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(members->at(1).bytes.data()), members->at(1).bytes.size()), "hello");
  EXPECT_TRUE(is_intact(members->at(0)) && is_intact(members->at(1)));
  const std::string wide = with_wide_sizes("notes.txt", "hello", members->at(1).crc32);
  const auto far = stored_members(as_bytes(wide));
  ASSERT_TRUE(far);
  EXPECT_TRUE(is_intact(far->at(0)));
}

TEST(ZipMembers, FilesThatLieOverOneAnotherAreNotReadTwice) {
  const std::string zip = testing::as_zip({{"x.npy", std::string(1000, 'x')}});
  ASSERT_TRUE(stored_members(as_bytes(zip)));
  const std::size_t list = zip.rfind("PK\x01\x02"), end = zip.rfind("PK\x05\x06");
  std::string twice = zip.substr(0, end) + zip.substr(list, end - list) + zip.substr(end);
  twice[twice.size() - (zip.size() - end) + 10] = 2;  // files in the list
  EXPECT_FALSE(stored_members(as_bytes(twice)));
}

TEST(ZipMembers, NoDamageIsFollowed) {
  const std::string zip = testing::as_zip({{"x.npy", npy("|u1", "3,", "abc")}, {"y.npy", npy("|u1", "3,", "abc")}});
  const std::string wide = with_wide_sizes("notes.txt", "hello", 0);
  for (const std::string& good : {zip, wide}) {
    for (std::size_t cut = 0; cut < good.size(); ++cut) EXPECT_FALSE(stored_members(as_bytes(good.substr(0, cut)))) << cut;
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (const char to : {'\0', '\x7f', '\xff'}) {
        std::string bad = good;
        bad[at] = to;
        if (const auto members = stored_members(as_bytes(bad)))
          for (const ZipMember& member : *members) is_intact(member);  // reads all that they claim
      }
    }
  }
}

TEST(Npz, ChangedBytesAreFound) {
  const testing::TemporaryFolder folder;
  std::string zip = testing::as_zip({{"x.npy", npy("|u1", "3, 2, 2", "abcdefghijkl")}, {"y.npy", npy("|u1", "3,", std::string("\x00\x01\x00", 3))}});
  folder.write("good.npz", zip);
  EXPECT_EQ(read_npz_dataset(folder / "good.npz").train.rows(), 3);
  zip[zip.find("abcdef") + 2] = 'z';
  folder.write("bad.npz", zip);
  try {
    read_npz_dataset(folder / "bad.npz");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_NE(error.message().find("(x): damaged"), std::string::npos) << error.message();
  }
}

TEST(Npz, WideNumbersBecomeSingle) {
  const testing::TemporaryFolder folder;
  const double values[] = {.1, -2e300, 3};
  folder.write("x.npz", testing::as_zip({{"x.npy", npy("<f8", "3, 1", {reinterpret_cast<const char*>(values), sizeof values})}, {"y.npy", npy("|u1", "3,", std::string("\x00\x01\x00", 3))}}));
  const Dataset set = read_npz_dataset(folder / "x.npz").train;
  EXPECT_EQ(set.features.dtype(), DType::f32);
  EXPECT_EQ(set.features.to_vector()[0], .1f);
  EXPECT_EQ(set.features.to_vector()[2], 3);
}

}  // namespace
}  // namespace candor::data
