// Where the rows of a dataset lie.
#pragma once

#include <cstddef>

#include "candor/tensor/tensor.h"

namespace candor::data {

/// An uninitialised tensor for rows: in memory, or in a temporary file that is mapped (base/scratch.h) when it takes more than `limit` bytes (0:
/// half of the memory that is free). Throws Error (memory, io).
Tensor make_rows(const TensorType& type, std::size_t limit = 0);

}  // namespace candor::data
