// The choice between all threads and one, given the seconds that runs take.
#include <gtest/gtest.h>

#include "candor/base/threads.h"
#include "candor/graph/thread_choice.h"

namespace candor {
namespace {

class ThreadChoiceTest : public ::testing::Test {
 protected:
  ThreadChoiceTest() : before_(threads()) { set_threads(2); }
  ~ThreadChoiceTest() override { set_threads(before_); }

  // Runs for so many seconds of the time that runs take; the part of it that was run alone.
  double run(detail::ThreadChoice& choice, double seconds, double all, double one) {
    double alone = 0, sum = 0;
    while (sum < seconds) {
      const double took = choice.alone() ? one : all;
      if (choice.alone()) alone += took;
      sum += took;
      choice.ran(took);
    }
    return alone / sum;
  }

  int before_;
};

TEST_F(ThreadChoiceTest, SmallProgramsAreNotTimed) {
  detail::ThreadChoice choice;
  choice.set_work(1e4, 1e4);
  EXPECT_FALSE(choice.wanted());
  choice.set_work(1e11, 1e9);
  EXPECT_FALSE(choice.wanted());
  choice.set_work(1e8, 1e6);
  EXPECT_TRUE(choice.wanted());
}

TEST_F(ThreadChoiceTest, TheFasterWayIsTakenAndTheOtherTriedNowAndThen) {
  detail::ThreadChoice choice;
  const double quiet = run(choice, 10, 1e-3, 1.8e-3);
  EXPECT_GT(quiet, 0);
  EXPECT_LT(quiet, 0.05);
  const double busy = run(choice, 20, 20e-3, 1.8e-3);  // a core is taken by something else
  EXPECT_GT(busy, 0.7);
  run(choice, 20, 1e-3, 1.8e-3);                        // and free again
  EXPECT_LT(run(choice, 5, 1e-3, 1.8e-3), 0.05);
}

TEST_F(ThreadChoiceTest, OneSlowRunDecidesNothing) {
  detail::ThreadChoice choice;
  run(choice, 1, 1e-3, 1.8e-3);
  for (int i = 0; i < 3; ++i) {
    choice.ran(5e-3);
    EXPECT_LT(run(choice, 1, 1e-3, 1.8e-3), 0.1);
  }
}

TEST_F(ThreadChoiceTest, LongRunsAreTriedToo) {
  detail::ThreadChoice choice;
  EXPECT_LT(run(choice, 60, 0.1, 0.19), 0.2);
  EXPECT_GT(run(choice, 60, 2, 0.19), 0.5);
}

TEST_F(ThreadChoiceTest, WithOneThreadThereIsNoChoice) {
  set_threads(1);
  detail::ThreadChoice choice;
  EXPECT_EQ(run(choice, 1, 1e-3, 1), 0);
}

TEST_F(ThreadChoiceTest, ALimitHoldsForItsThreadAndItsTime) {
  EXPECT_EQ(threads(), 2);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(threads(), 1);
    const ThreadLimit more(5);
    EXPECT_EQ(threads(), 1);
  }
  EXPECT_EQ(threads(), 2);
}

}  // namespace
}  // namespace candor
