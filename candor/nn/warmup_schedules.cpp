// The schedules beyond Keras's.
#include <cmath>
#include <numbers>

#include "candor/nn/schedule_parts.h"
#include "candor/ops/elementwise.h"

namespace candor {

using namespace schedule;

LinearWarmup::operator Schedule() const {
  require_not_negative("LinearWarmup", "learning_rate", learning_rate);
  require_positive("LinearWarmup", "warmup_steps", warmup_steps);
  require_not_negative("LinearWarmup", "start_factor", start_factor);
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor part = minimum(step, number(o.warmup_steps)) / number(o.warmup_steps);
    return number(o.learning_rate) * (number(o.start_factor) + part * number(1 - o.start_factor));
  };
  return {rate, described("LinearWarmup", {{"learning_rate", learning_rate}, {"warmup_steps", warmup_steps}, {"start_factor", start_factor}})};
}

WarmupCosine::operator Schedule() const {
  require_not_negative("WarmupCosine", "learning_rate", learning_rate);
  require_not_negative("WarmupCosine", "warmup_steps", warmup_steps);
  require_not_negative("WarmupCosine", "end_learning_rate", end_learning_rate);
  if (!(total_steps > warmup_steps)) fail(ErrorKind::invalid_argument, "WarmupCosine: total_steps must be larger than warmup_steps, is " + to_string(Config(total_steps)));
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor part = minimum(maximum((step - number(o.warmup_steps)) / number(o.total_steps - o.warmup_steps), number(0)), number(1));
    const Tensor falling = number(o.end_learning_rate) + number(o.learning_rate - o.end_learning_rate) * half_cosine(part, 0);
    if (o.warmup_steps == 0) return falling;
    return where(less(step, number(o.warmup_steps)), number(o.learning_rate) * (step + number(1)) / number(o.warmup_steps), falling);
  };
  return {rate, described("WarmupCosine", {{"learning_rate", learning_rate}, {"warmup_steps", warmup_steps}, {"total_steps", total_steps}, {"end_learning_rate", end_learning_rate}})};
}

InverseSqrt::operator Schedule() const {
  require_not_negative("InverseSqrt", "learning_rate", learning_rate);
  require_positive("InverseSqrt", "warmup_steps", warmup_steps);
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor count = step + number(1), length = number(o.warmup_steps);
    return number(o.learning_rate) * minimum(count / length, sqrt(length / count));
  };
  return {rate, described("InverseSqrt", {{"learning_rate", learning_rate}, {"warmup_steps", warmup_steps}})};
}

OneCycle::operator Schedule() const {
  require_not_negative("OneCycle", "max_learning_rate", max_learning_rate);
  require_positive("OneCycle", "div_factor", div_factor);
  require_positive("OneCycle", "final_div_factor", final_div_factor);
  if (!(pct_start >= 0 && pct_start <= 1)) fail(ErrorKind::invalid_argument, "OneCycle: pct_start must lie in [0, 1], not " + to_string(Config(pct_start)));
  if (!(total_steps >= 2)) fail(ErrorKind::invalid_argument, "OneCycle: total_steps must be at least 2, not " + to_string(Config(total_steps)));
  if (anneal != "cosine" && anneal != "linear") fail(ErrorKind::invalid_argument, "OneCycle: anneal must be cosine or linear, not '" + anneal + "'");
  const auto rate = [o = *this](const Tensor& step) {
    const double low = o.max_learning_rate / o.div_factor, end = low / o.final_div_factor, top = o.pct_start * o.total_steps - 1;
    const auto between = [&](double from, double to, const Tensor& part) {
      const Tensor left = o.anneal == "cosine" ? half_cosine(part, 0) : number(1) - part;
      return number(to) + number(from - to) * left;
    };
    const auto share = [&](double from, double to) { return minimum(maximum((step - number(from)) / number(to - from), number(0)), number(1)); };
    if (!(top > 0)) return between(o.max_learning_rate, end, share(top, o.total_steps - 1));
    if (!(top < o.total_steps - 1)) return between(low, o.max_learning_rate, share(0, top));
    return where(less_equal(step, number(top)), between(low, o.max_learning_rate, share(0, top)), between(o.max_learning_rate, end, share(top, o.total_steps - 1)));
  };
  return {rate, described("OneCycle", {{"max_learning_rate", max_learning_rate}, {"total_steps", total_steps}, {"pct_start", pct_start}, {"div_factor", div_factor},
                                       {"final_div_factor", final_div_factor}, {"anneal", anneal}})};
}

CyclicalRate::operator Schedule() const {
  require_not_negative("CyclicalRate", "base_learning_rate", base_learning_rate);
  require_positive("CyclicalRate", "step_size_up", step_size_up);
  require_not_negative("CyclicalRate", "step_size_down", step_size_down);
  require_positive("CyclicalRate", "gamma", gamma);
  if (!(max_learning_rate >= base_learning_rate)) {
    fail(ErrorKind::invalid_argument, "CyclicalRate: max_learning_rate must be at least base_learning_rate, is " + to_string(Config(max_learning_rate)));
  }
  if (mode != "triangular" && mode != "triangular2" && mode != "exp_range") {
    fail(ErrorKind::invalid_argument, "CyclicalRate: mode must be triangular, triangular2 or exp_range, not '" + mode + "'");
  }
  const auto rate = [o = *this](const Tensor& step) {
    const double down = o.step_size_down > 0 ? o.step_size_down : o.step_size_up, length = o.step_size_up + down;
    const Tensor cycle = floor(step / number(length)), place = step - cycle * number(length);
    Tensor height = minimum(place / number(o.step_size_up), (number(length) - place) / number(down));
    if (o.mode == "triangular2") height = height * power(number(0.5), cycle);
    if (o.mode == "exp_range") height = height * power(number(o.gamma), step);
    return number(o.base_learning_rate) + number(o.max_learning_rate - o.base_learning_rate) * height;
  };
  return {rate, described("CyclicalRate", {{"base_learning_rate", base_learning_rate}, {"max_learning_rate", max_learning_rate}, {"step_size_up", step_size_up},
                                           {"step_size_down", step_size_down}, {"mode", mode}, {"gamma", gamma}})};
}

ScheduleSequence::operator Schedule() const {
  if (schedules.size() != milestones.size() + 1) {
    fail(ErrorKind::invalid_argument, "ScheduleSequence: one schedule more than milestones is needed, not " + std::to_string(schedules.size()) + " schedules for " +
                                          std::to_string(milestones.size()) + " milestones");
  }
  for (std::size_t i = 0; i < milestones.size(); ++i) {
    if (!(milestones[i] > (i == 0 ? 0 : milestones[i - 1]))) fail(ErrorKind::invalid_argument, "ScheduleSequence: milestones must be positive and rise");
  }
  Config::List all;
  for (const Schedule& s : schedules) {
    if (!s.defined()) fail(ErrorKind::invalid_argument, "ScheduleSequence: a schedule is empty");
    all.push_back(s.config());
  }
  const auto rate = [o = *this](const Tensor& step) {
    Tensor value = o.schedules.front()(step);
    for (std::size_t i = 0; i < o.milestones.size(); ++i) {
      const Tensor begin = number(o.milestones[i]);
      // A schedule is not asked about steps before its own.
      value = where(less(step, begin), value, o.schedules[i + 1](maximum(step - begin, number(0))));
    }
    return value;
  };
  return {rate, described("ScheduleSequence", {{"schedules", all}, {"milestones", Config::numbers(milestones)}})};
}

}  // namespace candor
