// The vector forms of ops for tiles, picked for Machine::isa.
#pragma once

#include <string_view>

#include "candor/backends/cpu/tile/program.h"

namespace candor::cpu::tile {

/// Null when there is no vector form for that op on those kinds.
Function find_unary(std::string_view op, Kind in);
Function find_binary(std::string_view op, Kind in, unsigned scalars);
Function find_compare(std::string_view op, Kind in, unsigned scalars);
Function find_where(unsigned scalars);
/// The same for f64 and i64 with one or two operands, comparisons too; `where` on them; their conversions.
Function find_wide(std::string_view op, DType dtype, std::size_t operands);
Function find_wide_select();
Function find_wide_conversion(DType from, DType to);
/// Conversion between registers of these dtypes; null when they need none or there is none (`same` tells which).
Function find_cast(DType from, DType to, bool& same);
/// uniform or bernoulli; fills in the instruction's numbers.
Function find_random(const NodeInfo& node, Instruction& instruction);
/// Copies one register, or one repeated element, to another.
Function find_copy(Kind kind);
/// The op's reference kernel on one group after the other; any op, any kinds.
Function block_function();

/// From memory of a dtype into a register; `as` is the register's dtype, which is `from` or, fused with a cast, f32 or i32.
/// False when there is no such conversion; null means that the bytes are the same.
bool find_load(DType from, DType as, Convert& convert);
bool find_store(DType to, Convert& convert);

}  // namespace candor::cpu::tile
