#include "candor/tensor/change.h"

#include <gtest/gtest.h>

#include <vector>

namespace candor {
namespace {

template <class T>
void compare(std::int64_t n) {
  std::vector<T> now, before;
  double size = 0, change = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    now.push_back(static_cast<T>(i % 7) - T(3)), before.push_back(static_cast<T>(i % 5));
    const double a = static_cast<double>(now.back()), b = static_cast<double>(before.back());
    size += b * b, change += (a - b) * (a - b);
  }
  const SumsOfChange sums = sums_of_change(now.data(), before.data(), n);
  EXPECT_EQ(sums.size, size) << n;
  EXPECT_EQ(sums.change, change) << n;
}

// Small whole numbers, so that every order of summing gives the same; lengths at both sides of a lane's and a block's end.
TEST(SumsOfChange, EqualsTheFormulaForEveryLength) {
  for (const std::int64_t n : {0, 1, 15, 16, 17, 100, 4095, 4096, 4097, 10000}) compare<float>(n), compare<double>(n);
}

}  // namespace
}  // namespace candor
