// Learning rates that change with the step. Each is one formula on tensors, so that it runs inside the compiled step.
#pragma once

#include <memory>
#include <vector>

#include "candor/base/function.h"
#include "candor/nn/config.h"

namespace candor {

/// A learning rate as a function of the number of updates made so far (0 at the first).
class Schedule {
 public:
  Schedule() = default;
  /// `rate` maps an f64 scalar, the step, to an f64 scalar.
  Schedule(Function<Tensor(const Tensor& step)> rate, Config config);

  /// The rate for a step tensor (an f64 scalar).
  Tensor operator()(const Tensor& step) const;
  /// The rate of step number `step`.
  double at(std::int64_t step) const;
  bool defined() const { return static_cast<bool>(rate_); }
  const Config& config() const { return config_; }

 private:
  Function<Tensor(const Tensor&)> rate_;
  Config config_;
};

/// The schedule that config() described. Throws Error (corrupt) for an unknown class.
Schedule schedule_from_config(const Config& config);

/// initial * decay_rate ^ (step / decay_steps), the quotient rounded down when `staircase`.
struct ExponentialDecay {
  double initial_learning_rate;
  double decay_steps, decay_rate;
  bool staircase = false;
  operator Schedule() const;
};

/// initial / (1 + decay_rate step / decay_steps).
struct InverseTimeDecay {
  double initial_learning_rate;
  double decay_steps, decay_rate;
  bool staircase = false;
  operator Schedule() const;
};

/// (initial - end) (1 - step / decay_steps)^power + end; afterwards end, or, with `cycle`, again over a multiple of decay_steps.
struct PolynomialDecay {
  double initial_learning_rate;
  double decay_steps;
  double end_learning_rate = 0.0001, power = 1;
  bool cycle = false;
  operator Schedule() const;
};

/// values[i] up to and including step boundaries[i], the last value afterwards; one value more than boundaries.
struct PiecewiseConstantDecay {
  std::vector<double> boundaries, values;
  operator Schedule() const;
};

/// From initial (or, after warmup_steps of a straight line from initial, from warmup_target) along half a cosine over decay_steps to alpha
/// times that (Loshchilov, Hutter 2016).
struct CosineDecay {
  double initial_learning_rate;
  double decay_steps;
  double alpha = 0;
  double warmup_target = 0;  ///< 0: no warm-up
  double warmup_steps = 0;
  operator Schedule() const;
};

/// Cosine decays that start anew, each t_mul times as long and m_mul times as high as the one before.
struct CosineDecayRestarts {
  double initial_learning_rate;
  double first_decay_steps;
  double t_mul = 2, m_mul = 1, alpha = 0;
  operator Schedule() const;
};

/// A straight line from start_factor times the rate to the rate over warmup_steps, then constant.
struct LinearWarmup {
  double learning_rate;
  double warmup_steps;
  double start_factor = 0;
  operator Schedule() const;
};

/// A number, or a schedule: what optimizers take.
class LearningRate {
 public:
  LearningRate(double value) : value_(value) {}
  template <class S>
    requires std::is_convertible_v<S, Schedule>
  LearningRate(const S& schedule) : schedule_(schedule), value_(schedule_.at(0)) {}
  double value() const { return value_; }
  const Schedule& schedule() const { return schedule_; }

 private:
  Schedule schedule_;
  double value_;
};

}  // namespace candor
