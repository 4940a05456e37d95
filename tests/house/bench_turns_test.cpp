// The bench's choice of a peer's number of threads.
#include <gtest/gtest.h>

#include <vector>

#include "bench/in_turns.h"

namespace candor::bench {
namespace {

/// Trials that take `seconds`; those numbered in `slow`, counted over all ways, take ten times as long.
struct Trials {
  std::vector<double> seconds;
  std::vector<int> slow;
  int made = 0;
  double operator()(std::size_t way) {
    const int number = made++;
    for (int one : slow)
      if (one == number) return 10 * seconds[way];
    return seconds[way];
  }
};

TEST(BenchTurns, ADisturbanceDoesNotDecide) {
  for (int disturbed = 0; disturbed < 4; ++disturbed)
    for (const auto& seconds : std::vector<std::vector<double>>{{.1, .2}, {.2, .1}, {.1, .102}, {.102, .1}}) {
      Trials trials{seconds, {disturbed}};
      EXPECT_EQ(fastest_in_turns(2, [&](std::size_t way) { return trials(way); }), seconds[0] < seconds[1] ? 0u : 1u) << "trial " << disturbed << " was disturbed";
    }
}

TEST(BenchTurns, CloseWaysAreTriedMoreOftenThanClearOnes) {
  Trials clear{{.1, .2}, {}}, close{{.1, .105}, {}};
  EXPECT_EQ(fastest_in_turns(2, [&](std::size_t way) { return clear(way); }), 0u);
  EXPECT_EQ(fastest_in_turns(2, [&](std::size_t way) { return close(way); }), 0u);
  EXPECT_EQ(clear.made, 4);
  EXPECT_EQ(close.made, 10);
}

TEST(BenchTurns, LongTrialsHaveOneTurnAndOneWayIsTaken) {
  Trials slow{{50, 40}, {}}, single{{.1}, {}};
  EXPECT_EQ(fastest_in_turns(2, [&](std::size_t way) { return slow(way); }), 1u);
  EXPECT_EQ(slow.made, 2);
  EXPECT_EQ(fastest_in_turns(1, [&](std::size_t way) { return single(way); }), 0u);
}

}  // namespace
}  // namespace candor::bench
