// Saves the model while it trains.
#pragma once

#include <optional>

#include "candor/train/callback.h"

namespace candor {

/// Writes the model file at the end of each epoch, or of each that is better than all before. `{epoch}` in the path becomes the number of the
/// epoch from 1, `{epoch:02d}` with leading zeros, `{val_loss:.2f}` a score.
struct ModelCheckpoint {
  std::string filepath;
  std::string monitor = "val_loss";
  bool save_best_only = false;
  std::string mode = "auto";
  std::optional<double> initial_value_threshold = {};  ///< has to be beaten before anything is saved
  operator Callback() const;
};

namespace detail {
/// The path with its {fields} filled in. Throws Error (invalid_argument) for a field that is not there.
std::string checkpoint_path(const std::string& pattern, int epoch, const Scores& scores);
}  // namespace detail

}  // namespace candor
