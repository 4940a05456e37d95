// train.slow: where the time of a training went beside the network.
#pragma once

#include <string>

#include "candor/train/checks/guarded.h"

namespace candor::detail {

struct Speed {
  double seconds = 0, augmentation = 0;  ///< in all, and of them in changing pictures
  double plain = 0;                      ///< share of the arithmetic that reference kernels do
  std::string op = {};                   ///< the first of their operations
  int threads = 0, cores = 0;            ///< of the pool, and that the process may run on; 0: not known
};

void check_speed(const Speed& speed, CheckNotes& notes);

}  // namespace candor::detail
