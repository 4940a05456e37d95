#include "candor/nn/schedules.h"

#include <cmath>
#include <numbers>

#include "candor/nn/schedule_parts.h"
#include "candor/ops/elementwise.h"

namespace candor {

namespace schedule {

Tensor number(double value) { return Tensor::full({}, value, DType::f64); }

void require_positive(const char* kind, const char* option, double value) {
  if (!(value > 0) || !std::isfinite(value)) fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must be positive, not " + to_string(Config(value)));
}
void require_not_negative(const char* kind, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    fail(ErrorKind::invalid_argument, std::string(kind) + ": " + option + " must be a finite number that is not negative, not " + to_string(Config(value)));
  }
}

Config described(const char* kind, Config options) { return {{"class_name", kind}, {"config", std::move(options)}}; }

Tensor half_cosine(const Tensor& part, double alpha) {
  const Tensor wave = (number(1) + cos(part * number(std::numbers::pi))) * number(0.5);
  return wave * number(1 - alpha) + number(alpha);
}

}  // namespace schedule

using namespace schedule;

Schedule::Schedule(Function<Tensor(const Tensor&)> rate, Config config) : rate_(std::move(rate)), config_(std::move(config)) {}
Tensor Schedule::operator()(const Tensor& step) const { return rate_(step); }
double Schedule::at(std::int64_t step) const { return rate_(number(static_cast<double>(step))).item<double>(); }

ExponentialDecay::operator Schedule() const {
  require_not_negative("ExponentialDecay", "initial_learning_rate", initial_learning_rate);
  require_positive("ExponentialDecay", "decay_steps", decay_steps);
  require_not_negative("ExponentialDecay", "decay_rate", decay_rate);
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor part = step / number(o.decay_steps);
    return number(o.initial_learning_rate) * power(number(o.decay_rate), o.staircase ? floor(part) : part);
  };
  return {rate, described("ExponentialDecay", {{"initial_learning_rate", initial_learning_rate}, {"decay_steps", decay_steps}, {"decay_rate", decay_rate}, {"staircase", staircase}, {"name", name}})};
}

InverseTimeDecay::operator Schedule() const {
  require_not_negative("InverseTimeDecay", "initial_learning_rate", initial_learning_rate);
  require_positive("InverseTimeDecay", "decay_steps", decay_steps);
  require_not_negative("InverseTimeDecay", "decay_rate", decay_rate);
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor part = step / number(o.decay_steps);
    return number(o.initial_learning_rate) / (number(1) + number(o.decay_rate) * (o.staircase ? floor(part) : part));
  };
  return {rate, described("InverseTimeDecay", {{"initial_learning_rate", initial_learning_rate}, {"decay_steps", decay_steps}, {"decay_rate", decay_rate}, {"staircase", staircase}, {"name", name}})};
}

PolynomialDecay::operator Schedule() const {
  require_not_negative("PolynomialDecay", "initial_learning_rate", initial_learning_rate);
  require_positive("PolynomialDecay", "decay_steps", decay_steps);
  require_not_negative("PolynomialDecay", "end_learning_rate", end_learning_rate);
  require_positive("PolynomialDecay", "power", power);
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor length = o.cycle ? number(o.decay_steps) * maximum(ceil(step / number(o.decay_steps)), number(1)) : number(o.decay_steps);
    const Tensor part = minimum(step, length) / length;
    return number(o.initial_learning_rate - o.end_learning_rate) * candor::power(number(1) - part, number(o.power)) + number(o.end_learning_rate);
  };
  return {rate, described("PolynomialDecay", {{"initial_learning_rate", initial_learning_rate}, {"decay_steps", decay_steps}, {"end_learning_rate", end_learning_rate}, {"power", power},
                                              {"cycle", cycle}, {"name", name}})};
}

PiecewiseConstantDecay::operator Schedule() const {
  if (values.size() != boundaries.size() + 1) {
    fail(ErrorKind::invalid_argument, "PiecewiseConstantDecay: one value more than boundaries is needed, not " + std::to_string(values.size()) + " values for " +
                                          std::to_string(boundaries.size()) + " boundaries");
  }
  for (double value : values) require_not_negative("PiecewiseConstantDecay", "a value", value);
  for (std::size_t i = 1; i < boundaries.size(); ++i) {
    if (!(boundaries[i] > boundaries[i - 1])) fail(ErrorKind::invalid_argument, "PiecewiseConstantDecay: boundaries must rise");
  }
  const auto rate = [o = *this](const Tensor& step) {
    Tensor value = number(o.values.back()) + step * number(0);
    for (std::size_t i = o.boundaries.size(); i-- > 0;) value = where(less_equal(step, number(o.boundaries[i])), number(o.values[i]), value);
    return value;
  };
  return {rate, described("PiecewiseConstantDecay", {{"boundaries", Config::numbers(boundaries)}, {"values", Config::numbers(values)}, {"name", name}})};
}

CosineDecay::operator Schedule() const {
  require_not_negative("CosineDecay", "initial_learning_rate", initial_learning_rate);
  require_positive("CosineDecay", "decay_steps", decay_steps);
  require_not_negative("CosineDecay", "warmup_steps", warmup_steps);
  if (warmup_target) require_not_negative("CosineDecay", "warmup_target", *warmup_target);
  const auto rate = [o = *this](const Tensor& step) {
    if (!o.warmup_target) return number(o.initial_learning_rate) * half_cosine(minimum(step, number(o.decay_steps)) / number(o.decay_steps), o.alpha);
    const Tensor after = minimum(maximum(step - number(o.warmup_steps), number(0)), number(o.decay_steps));
    const Tensor falling = number(*o.warmup_target) * half_cosine(after / number(o.decay_steps), o.alpha);
    if (o.warmup_steps == 0) return falling;
    const Tensor rising = number(o.initial_learning_rate) + step * number((*o.warmup_target - o.initial_learning_rate) / o.warmup_steps);
    return where(less(step, number(o.warmup_steps)), rising, falling);
  };
  return {rate, described("CosineDecay", {{"initial_learning_rate", initial_learning_rate}, {"decay_steps", decay_steps}, {"alpha", alpha}, {"name", name},
                                          {"warmup_target", warmup_target ? Config(*warmup_target) : Config()}, {"warmup_steps", warmup_steps}})};
}

CosineDecayRestarts::operator Schedule() const {
  require_not_negative("CosineDecayRestarts", "initial_learning_rate", initial_learning_rate);
  require_positive("CosineDecayRestarts", "first_decay_steps", first_decay_steps);
  require_not_negative("CosineDecayRestarts", "m_mul", m_mul);
  if (!(t_mul >= 1)) fail(ErrorKind::invalid_argument, "CosineDecayRestarts: t_mul must be at least 1, not " + to_string(Config(t_mul)));
  const auto rate = [o = *this](const Tensor& step) {
    const Tensor done = step / number(o.first_decay_steps);
    Tensor round, part;
    if (o.t_mul == 1) {
      round = floor(done);
      part = done - round;
    } else {  // round i starts at (t^i - 1) / (t - 1) first lengths
      const Tensor t = number(o.t_mul);
      round = floor(log(number(1) - done * number(1 - o.t_mul)) / number(std::log(o.t_mul)) + number(1e-12));
      const Tensor scale = power(t, round);
      part = (done - (number(1) - scale) / number(1 - o.t_mul)) / scale;
    }
    return number(o.initial_learning_rate) * (half_cosine(part, 0) * power(number(o.m_mul), round) * number(1 - o.alpha) + number(o.alpha));
  };
  return {rate, described("CosineDecayRestarts", {{"initial_learning_rate", initial_learning_rate}, {"first_decay_steps", first_decay_steps}, {"t_mul", t_mul}, {"m_mul", m_mul},
                                                  {"alpha", alpha}, {"name", name}})};
}

}  // namespace candor
