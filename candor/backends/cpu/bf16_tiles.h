// The innermost part of a product of bf16 matrices: blocks of 32 x 32 sums in f32, by AMX or by AVX-512's BF16 instructions.
#pragma once

#include <cstdint>

#include "candor/backends/cpu/machine.h"

/// For functions that are only called where Machine::bf16 is not none.
#if defined(__x86_64__)
#define CANDOR_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma")))
#else
#define CANDOR_AVX512_BF16
#endif

namespace candor::cpu {

/// A block has this many rows and columns; sums are made over steps of as many products.
constexpr std::int64_t bf16_block = 32;
/// bf16 numbers of a step of one block of rows or columns, once packed: two tiles of 16 x 32.
constexpr std::int64_t bf16_step = bf16_block * bf16_block;
/// How many blocks hold so many rows, columns or products.
inline std::int64_t blocks_of(std::int64_t count) { return (count + bf16_block - 1) / bf16_block; }

struct Bf16Block {
  const std::uint16_t* a = nullptr;  ///< row r of step s begins at a + r * a_row + s * a_step; 32 rows
  std::int64_t a_row = 0, a_step = 0;
  const std::uint16_t* b = nullptr;  ///< packed (see bf16_pack.h): steps follow each other
  std::int64_t steps = 0;
  float* c = nullptr;                ///< 32 rows of 32 sums
  std::int64_t c_row = bf16_block;   ///< how far apart they begin
  bool first = false;                ///< c is written; otherwise added to
  const std::uint16_t* ahead = nullptr;  ///< asked for meanwhile, `ahead_lines` lines of the cache a step: what other blocks multiply by next
  std::int64_t ahead_lines = 0;
  const std::int64_t* offsets = nullptr;  ///< of each step of a, in place of s * a_step; null: none
};

/// c (+)= a b. Numbers and sums below 1.2e-38 count as zero.
using Bf16BlockFn = void (*)(const Bf16Block& block);

/// What a thread does before its first block and behind its last.
struct Bf16Tiles {
  Bf16BlockFn block = nullptr;  ///< null: this processor has neither
  void (*begin)() = nullptr;
  void (*end)() = nullptr;
  Bf16 kind = Bf16::none;  ///< what they are made of
};

/// Of this machine, as Machine::bf16 says. AMX needs the kernel's leave, which is asked for once, by the first call; without it blocks are AVX-512's.
Bf16Tiles bf16_tiles(const Machine& machine);

/// f32 to bf16, to the nearest even (numbers below 1.2e-38 to zero): `rows` rows of `columns` numbers.
void narrow_rows_bf16(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, std::uint16_t* to, std::int64_t to_row);
/// bf16 to f32. Both only where Machine::bf16 is not none.
void widen_rows_bf16(const std::uint16_t* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row);

}  // namespace candor::cpu
