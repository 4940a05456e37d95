// A library of ops for a Candor that is not there yet.
#include "candor/graph/custom_op.h"
extern "C" std::uint32_t candor_op_library_version() { return candor::op_library_version + 1; }
extern "C" void candor_op_library(candor::OpLibrary&) {}
