// Ends training when it no longer gets better.
#pragma once

#include <optional>

#include "candor/train/callback.h"

namespace candor {

/// Ends training when `monitor` has not got better by more than min_delta for `patience` epochs.
struct EarlyStopping {
  std::string monitor = "val_loss";
  double min_delta = 0;
  int patience = 0;
  int verbose = 0;                         ///< 1: says when it ends training
  std::string mode = "auto";               ///< "min", "max", or "auto": by what is watched
  std::optional<double> baseline{};     ///< has to be beaten at all
  bool restore_best_weights = false;       ///< ends with the weights of the best epoch
  int start_from_epoch = 0;                ///< epochs before it do not count
  operator Callback() const;
};

}  // namespace candor
