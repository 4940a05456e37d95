// How many networks, epochs and steps a budget of seconds bears: the rate is to fall to its end inside it.
#pragma once

#include <cstdint>

#include "candor/base/function.h"

namespace candor::pipeline::detail {

/// Training as it is wanted, and as it is planned.
struct TimePlan {
  int members = 1;
  std::int64_t epochs = 1;
  std::int64_t steps = 0;     ///< of an epoch
  bool ends_early = false;    ///< the best epoch is kept: training mostly ends at half of the epochs
  bool keeps_members = false; ///< so many were asked for
};

/// What of `wanted` fits into so many seconds at so many a step: first fewer networks, as long as each gets the time it needs (half of its epochs where it ends early), then fewer epochs,
/// at last a part of one epoch. The same as `wanted` when all fits.
TimePlan within(const TimePlan& wanted, double seconds, double a_step);

/// Seconds that a step takes, by `seconds_an_epoch`, which trains a throw-away network on so many batches. Few batches first; more only where `wanted` would take more than a third of
/// `seconds` by them, since short times are measured badly.
double measure_step(const TimePlan& wanted, double seconds, const Function<double(std::int64_t batches)>& seconds_an_epoch);

}  // namespace candor::pipeline::detail
