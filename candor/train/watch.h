// A number that a callback watches from epoch to epoch.
#pragma once

#include <string>

#include "candor/train/callback.h"

namespace candor {

namespace detail {
/// Whether a new value is better than the best, by Keras's rules. mode: "min", "max" or "auto" (by the name of what is watched and the model's metrics).
class Watch {
 public:
  Watch(std::string callback, std::string monitor, std::string mode, double min_delta);
  /// Decides "auto" and forgets the best. Loss and whatever is no metric of the model shall become small.
  void begin(const TrainState& state);
  /// The watched number. Throws Error (invalid_argument) that lists the numbers there are.
  double value(const TrainState& state, const Scores& scores) const;
  bool better(double value, double than) const;
  bool improved(double value);  ///< against the best so far, which it then becomes
  double worst() const;
  double best() const { return best_; }
  void set_best(double best) { best_ = best; }
  const std::string& monitor() const { return monitor_; }
  /// The best value, for a resume point, and back.
  void save_state(SavedState& state) const { state.set("best", best_); }
  void load_state(const SavedState& state) { best_ = state.number("best"); }

 private:
  std::string callback_, monitor_, mode_;
  double min_delta_, best_ = 0;
  bool higher_ = false;
};
}  // namespace detail

}  // namespace candor
