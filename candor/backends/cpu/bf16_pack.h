// bf16 matrices in the order in which bf16_tiles.h reads them, filled up with zeros.
#pragma once

#include <cstdint>

namespace candor::cpu {

/// A panel of at most 32 columns of `depth` rows for the right side. For each step of 32 rows: two tiles of 16 columns, in each of them 16 lines of one pair of
/// rows, the two numbers of a column side by side. by_rows: from[r * from_row + c] is row r, column c; otherwise from[c * from_row + r].
void pack_right_bf16(const std::uint16_t* from, std::int64_t from_row, bool by_rows, std::int64_t depth, std::int64_t columns, std::uint16_t* to);

/// A block of at most 32 rows of `depth` numbers for the left side. For each step of 32 numbers: 32 rows of it. by_rows: from[r * from_row + c] is row r, number c;
/// otherwise from[c * from_row + r].
void pack_left_bf16(const std::uint16_t* from, std::int64_t from_row, bool by_rows, std::int64_t rows, std::int64_t depth, std::uint16_t* to);

/// One step of a panel of 32 columns for the right side: its rows begin at cells[0], cells[1] ... Only where Machine::bf16 is not none.
void pack_right_cells_bf16(const std::uint16_t* const* cells, std::uint16_t* to);

}  // namespace candor::cpu
