// Whether a Program is faster on all threads or on one, found out by trying both while it runs. Which it is depends on what no plan
// knows: cores that are busy with something else, cores far apart from each other (two sockets, or a virtual machine that moved).
// Results do not depend on it, since no kernel's do.
#pragma once

#include <cstdint>

namespace candor::detail {

class ThreadChoice {
 public:
  /// Without work to share there is nothing to choose, and very much work is always shared: `flops` and `bytes` of one run.
  void set_work(double flops, double bytes);

  /// Whether runs should be timed and asked about at all.
  bool wanted() const { return wanted_; }

  /// Before a run: whether it is to use the calling thread alone.
  bool alone() const { return trial_ < 0 ? alone_ : trial_ % 2 == 1; }

  /// After a run that took so long.
  void ran(double seconds);

 private:
  void settle();

  bool wanted_ = false, alone_ = false;
  int trial_ = -1;                   ///< which block of a trial runs: 0, 2 on all threads, 1, 3 alone; -1: none
  int warm_ = 3;                     ///< runs before the first trial
  std::int64_t runs_ = 0;            ///< of this block
  double sum_ = 0, longest_ = 0;     ///< seconds of this block
  double mean_[4] = {};              ///< of the trial's blocks
  double quiet_ = 0, until_ = 0.1;   ///< seconds since the last trial and when the next begins
};

/// Whether the Program that this thread ran last had chosen to run on it alone. For a Program that runs too seldom to find out by itself: what was true of the one just before it is the best that is known.
bool last_run_was_alone();
void set_last_run_alone(bool alone);

}  // namespace candor::detail
