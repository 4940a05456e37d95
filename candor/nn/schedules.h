// Learning rates that change with the step. Each is one formula on tensors, so that it runs inside the compiled step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/nn/config.h"

namespace candor {

/// A learning rate as a function of the number of updates made so far (0 at the first).
class Schedule {
 public:
  Schedule() = default;
  /// `rate` maps an f64 scalar, the step, to an f64 scalar; `config` is {"class_name": ..., "config": ...}.
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
/// The classes that schedule_from_config knows.
std::vector<std::string> schedule_names();

// Keras's. The formulas are those of keras/src/optimizers/schedules; steps and factors out of range are Errors (invalid_argument).

/// initial * decay_rate ^ (step / decay_steps), the quotient rounded down when `staircase`.
struct ExponentialDecay {
  double initial_learning_rate;
  double decay_steps, decay_rate;
  bool staircase = false;
  std::string name = "ExponentialDecay";
  operator Schedule() const;
};

/// initial / (1 + decay_rate step / decay_steps).
struct InverseTimeDecay {
  double initial_learning_rate;
  double decay_steps, decay_rate;
  bool staircase = false;
  std::string name = "InverseTimeDecay";
  operator Schedule() const;
};

/// (initial - end) (1 - step / decay_steps)^power + end; afterwards end, or, with `cycle`, again over a multiple of decay_steps.
struct PolynomialDecay {
  double initial_learning_rate;
  double decay_steps;
  double end_learning_rate = 0.0001, power = 1;
  bool cycle = false;
  std::string name = "PolynomialDecay";
  operator Schedule() const;
};

/// values[i] up to and including step boundaries[i], the last value afterwards; one value more than boundaries.
struct PiecewiseConstantDecay {
  std::vector<double> boundaries, values;
  std::string name = "PiecewiseConstant";
  operator Schedule() const;
};

/// From initial (or, after warmup_steps of a straight line from initial, from warmup_target) along half a cosine over decay_steps to alpha
/// times that (Loshchilov, Hutter 2016).
struct CosineDecay {
  double initial_learning_rate;
  double decay_steps;
  double alpha = 0;
  std::string name = "CosineDecay";
  std::optional<double> warmup_target{};  ///< unset: no warm-up
  double warmup_steps = 0;
  operator Schedule() const;
};

/// Cosine decays that start anew, each t_mul times as long and m_mul times as high as the one before.
struct CosineDecayRestarts {
  double initial_learning_rate;
  double first_decay_steps;
  double t_mul = 2, m_mul = 1, alpha = 0;
  std::string name = "SGDRDecay";
  operator Schedule() const;
};

// Beyond Keras.

/// A straight line from start_factor times the rate to the rate over warmup_steps, then constant.
struct LinearWarmup {
  double learning_rate;
  double warmup_steps;
  double start_factor = 0;
  operator Schedule() const;
};

/// rate (step + 1) / warmup_steps, then half a cosine from the rate at step warmup_steps to end_learning_rate at total_steps, which stays.
struct WarmupCosine {
  double learning_rate;
  double warmup_steps, total_steps;
  double end_learning_rate = 0;
  operator Schedule() const;
};

/// rate min((step + 1) / warmup_steps, sqrt(warmup_steps / (step + 1))) (Vaswani et al. 2017).
struct InverseSqrt {
  double learning_rate;
  double warmup_steps;
  operator Schedule() const;
};

/// One cycle (Smith, Topin 2017) in PyTorch's two phases: from max / div_factor up to max at step pct_start total_steps - 1, then down to
/// max / (div_factor final_div_factor) at step total_steps - 1, which stays.
struct OneCycle {
  double max_learning_rate;
  double total_steps;
  double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4;
  std::string anneal = "cosine";  ///< or "linear"
  operator Schedule() const;
};

/// Triangles between two rates (Smith 2015): step_size_up steps up, step_size_down down (0: as many). Mode "triangular"; "triangular2": each cycle
/// half as high as the one before; "exp_range": the height shrinks by gamma each step.
struct CyclicalRate {
  double base_learning_rate, max_learning_rate;
  double step_size_up = 2000, step_size_down = 0;
  std::string mode = "triangular";
  double gamma = 1;
  operator Schedule() const;
};

/// schedules[i] from step milestones[i - 1] on, each counting from 0 where it begins; one schedule more than milestones, which rise.
struct ScheduleSequence {
  std::vector<Schedule> schedules;
  std::vector<double> milestones;
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
