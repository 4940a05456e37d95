#include "candor/base/gzip.h"

#include <gtest/gtest.h>

#include "tests/support/errors.h"
#include "tests/support/gzip.h"

namespace candor {
namespace {

std::span<const std::byte> bytes(const std::string& text) { return std::as_bytes(std::span(text.data(), text.size())); }

TEST(Gzip, RoundTripInOnePieceAndInSeveralMembers) {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += std::to_string(i * 7919 % 10007);
  const std::string packed = testing::gzip(text);
  EXPECT_EQ(gunzip(bytes(packed), text.size(), "f"), text);
  EXPECT_EQ(gunzip(bytes(packed + packed), 2 * text.size(), "f"), text + text);
  GzipReader reader(bytes(packed), "f");
  std::string first(10, ' '), rest(text.size(), ' ');
  EXPECT_EQ(reader.read(std::as_writable_bytes(std::span(first))), 10u);
  EXPECT_EQ(first, text.substr(0, 10));
  EXPECT_EQ(reader.read(std::as_writable_bytes(std::span(rest))), text.size() - 10);
  EXPECT_EQ(gunzip(bytes(testing::gzip("")), 0, "f"), "");
}

TEST(Gzip, WholeFilesAtOnce) {
  const std::string text(100000, 'q'), packed = testing::gzip(text);
  std::string out(text.size(), ' '), shorter(text.size() - 1, ' '), longer(text.size() + 1, ' ');
  const auto unpack = [](const std::string& from, std::string& to) { return gunzip_exactly(bytes(from), std::as_writable_bytes(std::span(to))); };
  if (unpack(packed, out)) {  // false in a build without libdeflate
    EXPECT_EQ(out, text);
  }
  EXPECT_FALSE(unpack(packed, shorter));
  EXPECT_FALSE(unpack(packed, longer));
  EXPECT_FALSE(unpack(packed + packed, out));
  EXPECT_FALSE(unpack(packed.substr(0, packed.size() - 1), out));
  std::string wrong = packed;
  wrong[wrong.size() - 6] ^= 1;
  EXPECT_FALSE(unpack(wrong, out));
}

TEST(Gzip, ABombIsBounded) {
  const std::string packed = testing::gzip(std::string(10 << 20, '\0'));
  EXPECT_LT(packed.size(), 20000u);
  EXPECT_ERROR(invalid_argument, gunzip(bytes(packed), 1000, "bomb.gz"), "bomb.gz", "more than 1000 bytes");
  EXPECT_GE(gzip_upper_bound(packed.size()), std::size_t{10} << 20);
}

TEST(Gzip, DamageIsNamed) {
  const std::string packed = testing::gzip(std::string(5000, 'a') + "bcd");
  EXPECT_ERROR(corrupt, gunzip(bytes("hello"), 100, "a.gz"), "a.gz", "not gzip");
  for (std::size_t cut = 2; cut < packed.size(); ++cut) {
    const std::string part = packed.substr(0, cut);
    EXPECT_ERROR(corrupt, gunzip(bytes(part), 10000, "a.gz"), "a.gz: truncated");
  }
  std::string wrong = packed;
  wrong[wrong.size() - 6] ^= 1;  // within the checksum
  EXPECT_ERROR(corrupt, gunzip(bytes(wrong), 10000, "a.gz"), "a.gz: damaged", "check");
}

}  // namespace
}  // namespace candor
