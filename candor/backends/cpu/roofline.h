// What this processor can do at most: multiply-adds in registers, and bytes that can be read and written back.
#pragma once

#include "candor/graph/backend.h"

namespace candor::cpu {

/// Measured on threads() threads, the best of several tries: f32 multiply-adds on values in registers, and y = a * y over memory of growing size. The
/// levels are the second cache of each core, what lies between (four times that), and memory. Nothing without vector instructions.
Roofline measure_roofline();

}  // namespace candor::cpu
