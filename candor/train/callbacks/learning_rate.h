// Callbacks that change the learning rate between epochs. For a rate that changes with every step give the optimizer a schedule.
#pragma once

#include "candor/base/function.h"
#include "candor/train/callback.h"

namespace candor {

/// Sets the rate at the start of each epoch to schedule(epoch from 0, rate now).
struct LearningRateScheduler {
  Function<double(int epoch, double rate)> schedule;
  int verbose = 0;  ///< 1: a line an epoch
  operator Callback() const;
};

/// Multiplies the rate by `factor` when `monitor` has not got better by more than min_delta for `patience` epochs.
struct ReduceLROnPlateau {
  std::string monitor = "val_loss";
  double factor = 0.1;
  int patience = 10;
  int verbose = 0;     ///< 1: a line for each reduction
  std::string mode = "auto";
  double min_delta = 0.0001;
  int cooldown = 0;    ///< epochs after a reduction that do not count
  double min_lr = 0;
  operator Callback() const;
};

}  // namespace candor
