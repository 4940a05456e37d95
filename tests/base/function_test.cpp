// Function: what stands in for std::function in public headers.
#include "candor/base/function.h"

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace candor {
namespace {

int twice(int x) { return 2 * x; }

TEST(Function, HoldsLambdasFunctionsAndStdFunctions) {
  int added = 1;
  added += 2;
  const Function<int(int)> lambda = [added](int x) { return x + added; };
  const Function<int(int)> plain = twice;
  const Function<int(int)> standard = std::function<int(int)>([](int x) { return -x; });
  const Function<long(int)> converted = plain;
  EXPECT_EQ(lambda(4), 7);
  EXPECT_EQ(plain(4), 8);
  EXPECT_EQ(standard(4), -4);
  EXPECT_EQ(converted(4), 8);
}

TEST(Function, KnowsWhenItIsEmpty) {
  int (*none)(int) = nullptr;
  EXPECT_FALSE(Function<int(int)>());
  EXPECT_FALSE(Function<int(int)>(nullptr));
  EXPECT_FALSE(Function<int(int)>(none));
  EXPECT_FALSE(Function<int(int)>(std::function<int(int)>()));
  EXPECT_FALSE(Function<long(int)>(Function<int(int)>()));
  EXPECT_TRUE(Function<int(int)>([](int x) { return x; }));
}

TEST(Function, PassesReferencesAndMovesValues) {
  const Function<void(std::string&)> append = [](std::string& text) { text += "!"; };
  std::string text = "hello";
  append(text);
  EXPECT_EQ(text, "hello!");
  const Function<int(std::unique_ptr<int>)> take = [](std::unique_ptr<int> p) { return *p; };
  EXPECT_EQ(take(std::make_unique<int>(9)), 9);
}

TEST(Function, FindsTheSignatureOfWhatItIsGiven) {
  const Function from_lambda = [](const std::string& a, int b) { return a + std::to_string(b); };
  static_assert(std::is_same_v<decltype(from_lambda), const Function<std::string(const std::string&, int)>>);
  EXPECT_EQ(from_lambda("n", 1), "n1");
  const Function from_function = twice;
  EXPECT_EQ(from_function(21), 42);
}

TEST(Function, AMutableLambdaKeepsItsState) {
  const Function<int()> count = [n = 0]() mutable { return ++n; };
  count();
  EXPECT_EQ(count(), 2);
}

}  // namespace
}  // namespace candor
