#include "candor/nn/plateau.h"

#include <algorithm>
#include <limits>

#include "candor/nn/schedule_parts.h"

namespace candor {

ReduceOnPlateau::ReduceOnPlateau(double learning_rate, const ReduceOnPlateauOptions& options)
    : o_(options), rate_(learning_rate), best_(options.mode == "max" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity()) {
  const auto bad = [](const std::string& what) { fail(ErrorKind::invalid_argument, "ReduceOnPlateau: " + what); };
  schedule::require_not_negative("ReduceOnPlateau", "learning_rate", learning_rate);
  schedule::require_not_negative("ReduceOnPlateau", "threshold", o_.threshold);
  schedule::require_not_negative("ReduceOnPlateau", "min_lr", o_.min_lr);
  if (!(o_.factor > 0 && o_.factor < 1)) bad("factor must lie in (0, 1), not " + to_string(Config(o_.factor)));
  if (o_.patience < 0) bad("patience must not be negative, is " + std::to_string(o_.patience));
  if (o_.cooldown < 0) bad("cooldown must not be negative, is " + std::to_string(o_.cooldown));
  if (o_.mode != "min" && o_.mode != "max") bad("mode must be min or max, not '" + o_.mode + "'");
  if (o_.threshold_mode != "rel" && o_.threshold_mode != "abs") bad("threshold_mode must be rel or abs, not '" + o_.threshold_mode + "'");
}

double ReduceOnPlateau::observe(double metric) {
  const double sign = o_.mode == "min" ? -1 : 1;
  const double mark = o_.threshold_mode == "rel" ? best_ * (1 + sign * o_.threshold) : best_ + sign * o_.threshold;
  if (sign * metric > sign * mark) {
    best_ = metric;
    waited_ = 0;
  } else ++waited_;
  if (resting_ > 0) --resting_, waited_ = 0;
  if (waited_ > o_.patience) {
    const double lower = std::max(rate_ * o_.factor, o_.min_lr);
    // A change too small to matter is not made.
    if (rate_ - lower > 1e-8) rate_ = lower;
    resting_ = o_.cooldown;
    waited_ = 0;
  }
  return rate_;
}

}  // namespace candor
