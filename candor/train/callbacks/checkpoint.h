// Saves the model while it trains.
#pragma once

#include <optional>

#include "candor/train/callback.h"
#include "candor/train/callbacks/save_frequency.h"

namespace candor {

/// Writes the model file at the end of each epoch (or after each so many steps), or when it is better than all before. `{epoch}` in the path becomes
/// the number of the epoch from 1, `{epoch:02d}` with leading zeros, `{batch}` the step from 1, `{val_loss:.2f}` a score.
struct ModelCheckpoint {
  std::string filepath;
  std::string monitor = "val_loss";   ///< read with save_best_only alone
  int verbose = 0;                    ///< 1: a line for each file
  bool save_best_only = false;
  bool save_weights_only = false;     ///< as Model::save_weights does
  std::string mode = "auto";
  SaveFrequency save_freq = "epoch";  ///< or a number of steps, counted over all epochs; `monitor` is then a score of the steps
  std::optional<double> initial_value_threshold{};  ///< has to be beaten before anything is saved
  operator Callback() const;
};

namespace detail {
/// The path with its {fields} filled in; `batch` from 1, 0: there is none. Throws Error (invalid_argument) for a field that is not there.
std::string checkpoint_path(const std::string& pattern, int epoch, const Scores& scores, std::int64_t batch = 0);
}  // namespace detail

}  // namespace candor
