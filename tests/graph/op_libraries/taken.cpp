// Its second op has a name of Candor's own: none is registered.
#include "candor/graph/custom_op.h"
CANDOR_OPS(library) {
  library.add({.name = "test.of_a_refused_library", .kernel = [](const candor::KernelArgs&) {}});
  library.add({.name = "matmul", .kernel = [](const candor::KernelArgs&) {}});
}
