// Copies of blocks of matrices in the order in which a register tile reads them.
#pragma once

#include <cstdint>

namespace candor::cpu {

/// to[r * to_row + c] = from[r * from_row + c].
void copy_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row);

/// to[c * to_row + r] = from[r * from_row + c]: rows of `from` become columns.
void transpose_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row);

}  // namespace candor::cpu
