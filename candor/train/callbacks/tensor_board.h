// Scores as TensorBoard shows them.
#pragma once

#include <string>

#include "candor/train/callback.h"
#include "candor/train/callbacks/save_frequency.h"

namespace candor {

/// Writes event files: log_dir/train has epoch_loss, epoch_accuracy, ... and epoch_learning_rate, log_dir/validation the same names without "val_". With
/// a number of steps as update_freq also batch_loss, ... each so many steps, by optimizer step. Histograms, graphs, images and profiles are not written.
/// Throws Error (io) when a file cannot be written.
struct TensorBoard {
  std::string log_dir = "logs";
  bool write_steps_per_second = false;  ///< epoch_steps_per_second
  SaveFrequency update_freq = "epoch";
  operator Callback() const;
};

}  // namespace candor
