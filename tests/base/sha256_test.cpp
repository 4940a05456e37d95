#include "candor/base/sha256.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/support/errors.h"
#include "tests/support/files.h"

namespace candor {
namespace {

std::string of(std::string_view text) { return sha256(std::as_bytes(std::span(text.data(), text.size()))); }

// The examples of FIPS 180-2, appendix B.
TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesMakeNoDifference) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
  for (std::size_t length : {0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 300}) {
    const std::string_view all = std::string_view(text).substr(0, length);
    for (std::size_t piece : {1, 3, 63, 64, 65}) {
      Sha256 digest;
      for (std::size_t at = 0; at < length; at += piece) {
        const std::string_view part = all.substr(at, piece);
        digest.update(std::as_bytes(std::span(part.data(), part.size())));
      }
      EXPECT_EQ(digest.finish(), of(all)) << length << " bytes by " << piece;
    }
  }
}

TEST(Sha256, OfAFile) {
  const testing::TemporaryFolder folder;
  EXPECT_EQ(sha256_file(folder.write("a", "abc")), of("abc"));
  EXPECT_EQ(sha256_file(folder.write("large", std::string(5'000'000, 'x'))), of(std::string(5'000'000, 'x')));
  EXPECT_ERROR(not_found, sha256_file(folder / "none"), "none");
}

}  // namespace
}  // namespace candor
