#include "candor/base/text.h"

#include "candor/base/utf8.h"

#include <gtest/gtest.h>

#include <cmath>

namespace candor {
namespace {

TEST(Text, NumbersAreStrict) {
  EXPECT_EQ(parse_number("1.5"), 1.5);
  EXPECT_EQ(parse_number("+2e3"), 2000);
  EXPECT_EQ(parse_number("-.5"), -0.5);
  EXPECT_TRUE(std::isnan(*parse_number("nan")));
  for (const char* bad : {"", "+", "-", "+-1", "1,5", " 1", "1 ", "1x", "0x10", "1e999", "--1"}) EXPECT_FALSE(parse_number(bad)) << bad;
  EXPECT_EQ(parse_integer("-12"), -12);
  for (const char* bad : {"", "1.0", "99999999999999999999", "1 "}) EXPECT_FALSE(parse_integer(bad)) << bad;
}

TEST(Text, ForPeople) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(999), "999");
  EXPECT_EQ(with_thousands(-1234567), "-1,234,567");
  EXPECT_EQ(quoted(std::string_view("a\0b\x1b", 4)), "\"a\\x00b\\x1b\"");
  EXPECT_EQ(quoted("abcdef", 3), "\"abc...\"");
  // Letters of any script are shown; halves of them, control characters and marks that turn the direction of a line are not.
  EXPECT_EQ(quoted("gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80"), "\"gr\xc3\xbcn \xe2\x82\xac \xf0\x9f\x98\x80\"");
  EXPECT_EQ(quoted("\xc3(\xff"), "\"\\xc3(\\xff\"");
  EXPECT_EQ(quoted("\xc2\x9b\xe2\x80\xae\xef\xbb\xbf"), "\"\\xc2\\x9b\\xe2\\x80\\xae\\xef\\xbb\\xbf\"");
  EXPECT_EQ(quoted("a\xc3\xbc", 2), "\"a\xc3\xbc\"");
  EXPECT_EQ(quoted("a\xc3\xbc" "b", 2), "\"a\xc3\xbc...\"");
  const std::vector<std::string> names{"a", "b", "c"};
  EXPECT_EQ(name_list(names), "a, b, c");
  EXPECT_EQ(name_list(names, 2), "a, b, ... (3 in all)");
  EXPECT_EQ(trimmed(" \ta b\r\n"), "a b");
  EXPECT_EQ(split_text("a,,b", ',').size(), 3u);
}

TEST(Text, DidYouMean) {
  const std::vector<std::string> names{"mnist", "digits", "insurance_risk"};
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(did_you_mean("minst", names), "; did you mean \"mnist\"?");
  EXPECT_EQ(did_you_mean("Digit", names), "; did you mean \"digits\"?");
  EXPECT_EQ(did_you_mean("insurance", names), "; did you mean \"insurance_risk\"?");
  EXPECT_EQ(did_you_mean("zebra", names), "");
  EXPECT_EQ(did_you_mean("", names), "");
  EXPECT_EQ(did_you_mean("a", std::vector<std::string>{"b", "c"}), "");  // nobody mistypes one letter for another name
  EXPECT_EQ(did_you_mean("a", std::vector<std::string>{"b", "A"}), "; did you mean \"A\"?");
}

TEST(Text, Utf8) {
  for (const char* good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc3", "a\xe2\x82", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc3("}) EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace candor
