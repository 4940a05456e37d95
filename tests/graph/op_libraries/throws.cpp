// Its entry fails.
#include <stdexcept>

#include "candor/graph/custom_op.h"
CANDOR_OPS(library) {
  (void)library;
  throw std::runtime_error("no licence");
}
