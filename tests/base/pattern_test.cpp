#include "candor/base/pattern.h"

#include <gtest/gtest.h>

#include "candor/base/error.h"

namespace candor {
namespace {

TEST(Pattern, MatchesAPartOrTheWhole) {
  EXPECT_TRUE(contains_match("encoder/dense_1/kernel", "dense_\\d", "test"));
  EXPECT_FALSE(contains_match("encoder/kernel", "dense", "test"));
  EXPECT_TRUE(is_match("encoder/kernel", "encoder/.*", "test"));
  EXPECT_FALSE(is_match("encoder/kernel", "encoder", "test"));
}

TEST(Pattern, RefusesWhatIsNone) {
  try {
    contains_match("", "(", "Adam");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(e.message().find("Adam: '(' is no regular expression"), std::string::npos) << e.message();
  }
}

}  // namespace
}  // namespace candor
