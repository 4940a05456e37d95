#include "candor/tensor/random.h"

#include <gtest/gtest.h>

#include <cmath>

namespace candor {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Known answers distributed with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, MomentsAndBounds) {
  const Tensor u = random_uniform({100000}, -1, 3, {7, 1}), z = random_normal({100000}, 2, 3, {7, 2});
  const Tensor t = random_truncated_normal({100000}, 0, 1, {7, 3});
  double mean_u = 0, mean_z = 0, square_z = 0;
  for (float v : u.to_vector()) {
    EXPECT_GE(v, -1);
    EXPECT_LT(v, 3);
    mean_u += v;
  }
  for (float v : z.to_vector()) mean_z += v, square_z += (v - 2.0) * (v - 2.0);
  for (float v : t.to_vector()) EXPECT_LE(std::fabs(v), 2.f);
  EXPECT_NEAR(mean_u / 1e5, 1, 0.02);
  EXPECT_NEAR(mean_z / 1e5, 2, 0.05);
  EXPECT_NEAR(square_z / 1e5, 9, 0.2);
}

TEST(Random, PermutationIsABijectionThatDependsOnTheSeed) {
  for (std::uint64_t n : {1u, 2u, 3u, 5u, 16u, 17u, 1000u, 4097u}) {
    const Permutation p(n, {n, 0});
    std::vector<bool> seen(n, false);
    for (std::uint64_t i = 0; i < n; ++i) {
      ASSERT_LT(p.at(i), n);
      EXPECT_FALSE(seen[p.at(i)]);
      seen[p.at(i)] = true;
    }
  }
  const Permutation a(1000, {1, 0}), b(1000, {2, 0});
  int same = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) same += a.at(i) == b.at(i);
  EXPECT_LT(same, 12);
}

}  // namespace
}  // namespace candor
