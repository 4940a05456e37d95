#include "candor/graph/thread_choice.h"

#include <algorithm>

#include "candor/base/threads.h"

namespace candor::detail {
namespace {

constexpr int least_runs = 4, most_runs = 400;
constexpr double block_seconds = 1e-3, long_run = 2e-2;  // a run that long is a block of its own
constexpr double first_pause = 0.1, longest_pause = 3;   // seconds between trials
constexpr double large = 2e10;                           // flops of a run that takes a tenth of a second: a trial would cost more than it could tell
constexpr double share = 25;                             // trials take less than this part of the time
constexpr double clearly = 0.97;                         // what the other way must take of the time to be taken

thread_local bool last_alone = false;

}  // namespace

bool last_run_was_alone() { return last_alone; }
void set_last_run_alone(bool alone) { last_alone = alone; }

void ThreadChoice::set_work(double flops, double bytes) { wanted_ = (flops > 2e5 || bytes > 1e5) && flops < large; }

void ThreadChoice::ran(double seconds) {
  if (threads() == 1) return;
  if (trial_ < 0) {
    if (warm_ > 0) {
      if (--warm_ == 0) trial_ = 0;
      return;
    }
    quiet_ += seconds;
    if (quiet_ >= until_) trial_ = 0, runs_ = 0, sum_ = longest_ = 0;
    return;
  }
  ++runs_;
  sum_ += seconds;
  longest_ = std::max(longest_, seconds);
  const bool enough = (runs_ >= least_runs && sum_ >= block_seconds) || seconds >= long_run || runs_ >= most_runs;
  if (!enough) return;
  // The longest is left out: one run in a block meets the other way's caches, or a passing disturbance.
  mean_[trial_] = runs_ > 1 ? (sum_ - longest_) / static_cast<double>(runs_ - 1) : sum_;
  runs_ = 0, sum_ = longest_ = 0;
  if (++trial_ == 4) settle();
}

void ThreadChoice::settle() {
  const double all = std::min(mean_[0], mean_[2]), one = std::min(mean_[1], mean_[3]);
  const bool before = alone_;
  alone_ = alone_ ? !(all < clearly * one) : one < clearly * all;
  until_ = before == alone_ ? std::min(2 * until_, longest_pause) : first_pause;
  until_ = std::max(until_, share * 2 * std::max(all, one) * (std::max(all, one) >= long_run ? 1 : least_runs));
  quiet_ = 0;
  trial_ = -1;
}

}  // namespace candor::detail
