// Ends training at a loss that is no number.
#pragma once

#include "candor/train/callback.h"

namespace candor {

/// fit throws Error (numeric) at a loss that is not finite, naming the layer where it began. With this callback it ends instead, with the last good
/// weights; History::ended() says why. raise_error: throw nevertheless.
struct TerminateOnNaN {
  bool raise_error = false;
  operator Callback() const;
};

}  // namespace candor
