// The averaged weights in place of the newest ones, where the model is judged.
#pragma once

#include "candor/train/callback.h"

namespace candor {

/// The weights become the optimizer's averages (use_ema) while the model is judged on validation data, and with swap_on_epoch also from the end of
/// an epoch to the start of the next, so that callbacks after this one (ModelCheckpoint) save the averages. Training itself goes on from the weights
/// as they were. fit throws Error (invalid_argument) when the optimizer keeps no averages.
struct SwapEMAWeights {
  bool swap_on_epoch = false;
  operator Callback() const;
};

}  // namespace candor
