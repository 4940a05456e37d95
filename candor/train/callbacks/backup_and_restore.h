// Resume points as a callback, under Keras's name.
#pragma once

#include <string>

#include "candor/train/callback.h"
#include "candor/train/callbacks/save_frequency.h"

namespace candor {

/// Writes a resume point into `backup_dir` as training goes, and goes on from the one that is there when fit begins: weights, optimizer, order
/// of the rows, random numbers, metrics and callbacks come back to the bit, so the result is the one of a training that was never stopped.
/// FitOptions::resume does the same with a file of one's own. Throws Error (invalid_argument) for an empty folder name, another word than
/// "epoch" or fewer than one step; fit throws when the point belongs to another model, data set or options, and says what changed.
struct BackupAndRestore {
  std::string backup_dir;
  SaveFrequency save_freq = "epoch";
  bool double_checkpoint = false;  ///< the point before is kept, too
  bool delete_checkpoint = true;   ///< when training has come to its end
  operator Callback() const;
};

}  // namespace candor
