#include "candor/base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace candor {
namespace {

TEST(Interrupt, TheFirstSignalSetsAFlag) {
  for (int signal_number : {SIGINT, SIGTERM}) {
    const InterruptGuard guard;
    EXPECT_FALSE(interrupted());
    std::raise(signal_number);
    EXPECT_TRUE(interrupted());
    clear_interrupt();
    EXPECT_FALSE(interrupted());
  }
}

TEST(Interrupt, ASecondSignalEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const InterruptGuard guard;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(Interrupt, GuardsNestAndGiveTheHandlerBack) {
  struct sigaction before {}, after {};
  sigaction(SIGINT, nullptr, &before);
  {
    const InterruptGuard outer;
    const InterruptGuard inner;
    request_interrupt();
    EXPECT_TRUE(interrupted());
  }
  sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
  clear_interrupt();
}

}  // namespace
}  // namespace candor
