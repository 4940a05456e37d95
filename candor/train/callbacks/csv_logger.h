// The numbers of each epoch as a CSV file.
#pragma once

#include "candor/train/callback.h"

namespace candor {

/// One line an epoch: epoch from 1 and its scores; written and flushed as it goes. Throws Error (io) when the file cannot be written.
struct CSVLogger {
  std::string filename;
  std::string separator = ",";
  bool append = false;
  operator Callback() const;
};

}  // namespace candor
