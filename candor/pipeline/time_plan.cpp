#include "candor/pipeline/time_plan.h"

#include <algorithm>
#include <cmath>

namespace candor::pipeline::detail {
namespace {

constexpr double kept_back = .08;  // of the time: for what happens between epochs, and for a machine that has more to do later

double steps_in_all(const TimePlan& plan) { return static_cast<double>(plan.epochs) * static_cast<double>(plan.steps); }

}  // namespace

TimePlan within(const TimePlan& wanted, double seconds, double a_step) {
  TimePlan plan = wanted;
  const double bears = std::max(seconds, 0.) * (1 - kept_back) / std::max(a_step, 1e-9), each = steps_in_all(wanted), needed = each * (wanted.ends_early ? .5 : 1);
  if (!wanted.keeps_members) plan.members = static_cast<int>(std::clamp(bears / needed, 1., static_cast<double>(wanted.members)));
  const double share = bears / plan.members;
  if (share >= each) return plan;
  plan.epochs = std::max<std::int64_t>(1, static_cast<std::int64_t>(share / static_cast<double>(wanted.steps)));
  plan.steps = std::clamp<std::int64_t>(static_cast<std::int64_t>(share), 1, wanted.steps);
  return plan;
}

double measure_step(const TimePlan& wanted, double seconds, const Function<double(std::int64_t batches)>& seconds_an_epoch) {
  constexpr std::int64_t few = 2, more = 4, many = 64;
  const std::int64_t first = std::min(few, wanted.steps);
  const double short_one = seconds_an_epoch(first), rough = short_one / static_cast<double>(first);
  if (rough * steps_in_all(wanted) * wanted.members < seconds / 3) return rough;
  const std::int64_t batches = std::min(wanted.steps, std::clamp(static_cast<std::int64_t>(.01 * seconds / std::max(rough, 1e-9)), more, many));
  if (batches <= first) return rough;
  // What an epoch takes besides its steps counts in the difference no more.
  const double long_one = seconds_an_epoch(batches);
  return long_one > short_one ? (long_one - short_one) / static_cast<double>(batches - first) : long_one / static_cast<double>(batches);
}

}  // namespace candor::pipeline::detail
