// Copies of blocks; columns become rows in vectors of 16 where the processor has them.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/matmul_pack.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <cstdint>
#include <cstring>

#include "candor/backends/cpu/matmul_pack.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET <= HWY_AVX3
/// Four numbers each of rows 0, 4, 8 and 12 from here, side by side: loads put them into place without a shuffle.
HWY_INLINE hn::Vec<hn::ScalableTag<float>> four_rows(const float* from, std::int64_t row) {
  const hn::ScalableTag<float> d;
  const auto low = hn::IfThenElse(hn::FirstN(d, 4), hn::LoadDup128(d, from), hn::LoadDup128(d, from + 4 * row));
  const auto high = hn::IfThenElse(hn::FirstN(d, 12), hn::LoadDup128(d, from + 8 * row), hn::LoadDup128(d, from + 12 * row));
  return hn::IfThenElse(hn::FirstN(d, 8), low, high);
}

/// transpose_block of the rows that fill vectors, and of the columns that fill fours.
std::int64_t transpose_wide(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  const hn::ScalableTag<float> d;
  const hn::Repartition<double, decltype(d)> d64;
  std::int64_t r = 0;
  for (; r + 16 <= rows; r += 16) {
    const float* line = from + r * from_row;
    float* at = to + r;
    for (std::int64_t c = 0; c + 4 <= columns; c += 4, line += 4, at += 4 * to_row) {
      const auto w = four_rows(line, from_row), x = four_rows(line + from_row, from_row), y = four_rows(line + 2 * from_row, from_row), z = four_rows(line + 3 * from_row, from_row);
      const auto wx_low = hn::BitCast(d64, hn::InterleaveLower(d, w, x)), wx_high = hn::BitCast(d64, hn::InterleaveUpper(d, w, x));
      const auto yz_low = hn::BitCast(d64, hn::InterleaveLower(d, y, z)), yz_high = hn::BitCast(d64, hn::InterleaveUpper(d, y, z));
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, wx_low, yz_low)), d, at);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, wx_low, yz_low)), d, at + to_row);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, wx_high, yz_high)), d, at + 2 * to_row);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, wx_high, yz_high)), d, at + 3 * to_row);
    }
  }
  return r;
}
#else
std::int64_t transpose_wide(const float*, std::int64_t, std::int64_t, std::int64_t, float*, std::int64_t) { return 0; }
#endif

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

// Four by four blocks are moved by loads and stores more than by arithmetic, so the compiler's own vectors of four serve every
// instruction set.
using Four = float __attribute__((vector_size(16)));

Four load(const float* from) {
  Four v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
void store(Four v, float* to) { std::memcpy(to, &v, sizeof v); }

}  // namespace

void copy_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  for (std::int64_t r = 0; r < rows; ++r, from += from_row, to += to_row) {
    std::int64_t c = 0;
    for (; c + 16 <= columns; c += 16) {
      const Four w = load(from + c), x = load(from + c + 4), y = load(from + c + 8), z = load(from + c + 12);
      store(w, to + c);
      store(x, to + c + 4);
      store(y, to + c + 8);
      store(z, to + c + 12);
    }
    for (; c < columns; ++c) to[c] = from[c];
  }
}

void transpose_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  std::int64_t r = rows < 16 ? 0 : CANDOR_PICK(transpose_wide)(from, from_row, rows, columns, to, to_row);
  for (std::int64_t c = columns / 4 * 4; c < columns; ++c) {
    for (std::int64_t i = 0; i < r; ++i) to[c * to_row + i] = from[i * from_row + c];
  }
  for (; r + 4 <= rows; r += 4) {
    const float* line = from + r * from_row;
    std::int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const Four w = load(line + c), x = load(line + from_row + c), y = load(line + 2 * from_row + c), z = load(line + 3 * from_row + c);
      const Four wx_low = __builtin_shufflevector(w, x, 0, 4, 1, 5), wx_high = __builtin_shufflevector(w, x, 2, 6, 3, 7);
      const Four yz_low = __builtin_shufflevector(y, z, 0, 4, 1, 5), yz_high = __builtin_shufflevector(y, z, 2, 6, 3, 7);
      float* at = to + c * to_row + r;
      store(__builtin_shufflevector(wx_low, yz_low, 0, 1, 4, 5), at);
      store(__builtin_shufflevector(wx_low, yz_low, 2, 3, 6, 7), at + to_row);
      store(__builtin_shufflevector(wx_high, yz_high, 0, 1, 4, 5), at + 2 * to_row);
      store(__builtin_shufflevector(wx_high, yz_high, 2, 3, 6, 7), at + 3 * to_row);
    }
    for (; c < columns; ++c) {
      for (std::int64_t i = 0; i < 4; ++i) to[c * to_row + r + i] = line[i * from_row + c];
    }
  }
  for (; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_row + r] = from[r * from_row + c];
  }
}

}  // namespace candor::cpu
#endif
