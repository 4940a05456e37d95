// A learning rate that falls when a metric stops getting better, for training loops of one's own; with fit use the callback ReduceLROnPlateau.
#pragma once

#include <cstdint>
#include <string>

namespace candor {

/// After more than `patience` observations without a better one the rate becomes rate * factor, but not less than min_lr (PyTorch's
/// ReduceLROnPlateau). Better: by more than the threshold, in mode "min" less, in mode "max" more.
struct ReduceOnPlateauOptions {
  double factor = 0.1;              ///< in (0, 1)
  std::int64_t patience = 10;
  double threshold = 1e-4;
  std::string threshold_mode = "rel";  ///< "rel": of the best value; "abs"
  std::int64_t cooldown = 0;        ///< observations after a reduction that do not count
  double min_lr = 0;
  std::string mode = "min";
};
/// Lowers the rate by a factor when a metric has not become better for a while, as PyTorch's ReduceLROnPlateau; step it with the metric.
class ReduceOnPlateau {
 public:
  /// Throws Error (invalid_argument) for options out of range.
  explicit ReduceOnPlateau(double learning_rate, const ReduceOnPlateauOptions& options = {});
  /// Takes the newest value of the metric; returns the rate from now on. A NaN is not better.
  double observe(double metric);
  double learning_rate() const { return rate_; }
  double best() const { return best_; }

 private:
  ReduceOnPlateauOptions o_;
  double rate_, best_;
  std::int64_t waited_ = 0, resting_ = 0;
};

}  // namespace candor
