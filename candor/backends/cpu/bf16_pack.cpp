#include "candor/backends/cpu/bf16_pack.h"

#include <algorithm>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "candor/backends/cpu/bf16_tiles.h"
#include "candor/backends/cpu/matmul_pack.h"

namespace candor::cpu {
namespace {

constexpr std::int64_t half = bf16_block / 2, tile = bf16_step / 2;

/// to[2 i] = first[i], to[2 i + 1] = second[i] (0 without): 16 of them, of which `count` are there.
void interleave(const std::uint16_t* first, const std::uint16_t* second, std::int64_t count, std::uint16_t* to) {
  if (count == half && second) {
    std::uint32_t words[half];
    for (std::int64_t i = 0; i < half; ++i) words[i] = std::uint32_t{first[i]} | std::uint32_t{second[i]} << 16;
    std::memcpy(to, words, sizeof words);
    return;
  }
  for (std::int64_t i = 0; i < half; ++i) {
    to[2 * i] = i < count ? first[i] : 0;
    to[2 * i + 1] = i < count && second ? second[i] : 0;
  }
}

/// A tile of pairs: line p holds numbers 2p and 2p + 1 of each of `count` columns, which begin at from + c * from_row.
void pair_columns(const std::uint16_t* from, std::int64_t from_row, std::int64_t count, std::int64_t depth, std::uint16_t* to) {
  if (count == half && depth == bf16_block && from_row % 2 == 0) {  // pairs move like f32 numbers, whatever their bits mean
    transpose_block(reinterpret_cast<const float*>(from), from_row / 2, half, half, reinterpret_cast<float*>(to), half);
    return;
  }
  for (std::int64_t p = 0; p < half; ++p)
    for (std::int64_t c = 0; c < half; ++c)
      for (std::int64_t i = 2 * p; i < 2 * p + 2; ++i) *to++ = c < count && i < depth ? from[c * from_row + i] : 0;
}

}  // namespace

CANDOR_AVX512_BF16 void pack_right_bf16(const std::uint16_t* from, std::int64_t from_row, bool by_rows, std::int64_t depth, std::int64_t columns, std::uint16_t* to) {
  for (std::int64_t k = 0; k < depth; k += bf16_block) {
    const std::int64_t deep = std::min(bf16_block, depth - k);
    for (std::int64_t c = 0; c < bf16_block; c += half, to += tile) {
      const std::int64_t count = std::clamp<std::int64_t>(columns - c, 0, half);
      if (!by_rows) {
        pair_columns(from + (count ? c * from_row + k : 0), from_row, count, deep, to);
        continue;
      }
      for (std::int64_t p = 0; p < half; ++p) {
        const std::int64_t left = deep - 2 * p;
        const std::uint16_t* first = from + (left > 0 && count ? (k + 2 * p) * from_row + c : 0);
        interleave(first, left > 1 ? first + from_row : nullptr, left > 0 ? count : 0, to + p * bf16_block);
      }
    }
  }
}

CANDOR_AVX512_BF16 void pack_left_bf16(const std::uint16_t* from, std::int64_t from_row, bool by_rows, std::int64_t rows, std::int64_t depth, std::uint16_t* to) {
  for (std::int64_t k = 0; k < depth; k += bf16_block, to += bf16_step) {
    const std::int64_t deep = std::min(bf16_block, depth - k);
    if (by_rows) {
      for (std::int64_t r = 0; r < bf16_block; ++r) {
        const std::int64_t there = r < rows ? deep : 0;
        if (there) std::memcpy(to + r * bf16_block, from + r * from_row + k, static_cast<std::size_t>(there) * 2);
        std::fill(to + r * bf16_block + there, to + (r + 1) * bf16_block, std::uint16_t{0});
      }
      continue;
    }
    // Pairs of stored rows become words, which then turn: column r of the words is row r of the block.
    for (std::int64_t r = 0; r < bf16_block; r += half) {
      const std::int64_t count = std::clamp<std::int64_t>(rows - r, 0, half);
      alignas(64) std::uint16_t pairs[tile];
      for (std::int64_t p = 0; p < half; ++p) {
        const std::int64_t left = deep - 2 * p;
        const std::uint16_t* first = from + (left > 0 && count ? (k + 2 * p) * from_row + r : 0);
        interleave(first, left > 1 ? first + from_row : nullptr, left > 0 ? count : 0, pairs + p * bf16_block);
      }
      transpose_block(reinterpret_cast<const float*>(pairs), half, half, half, reinterpret_cast<float*>(to + r * bf16_block), half);
    }
  }
}

#if defined(__x86_64__)
namespace {

/// Numbers `first` to `first` + 15 of two rows in turns: 32 and more stand for the second row.
struct alignas(64) Turns {
  std::uint16_t at[bf16_block];
  constexpr explicit Turns(int first) : at() {
    for (int i = 0; i < half; ++i) at[2 * i] = static_cast<std::uint16_t>(first + i), at[2 * i + 1] = static_cast<std::uint16_t>(bf16_block + first + i);
  }
};
constexpr Turns low_turns(0), high_turns(half);

}  // namespace

CANDOR_AVX512_BF16 void pack_right_cells_bf16(const std::uint16_t* const* cells, std::uint16_t* to) {
  const __m512i low = _mm512_load_si512(low_turns.at), high = _mm512_load_si512(high_turns.at);
  for (std::int64_t p = 0; p < half; ++p, to += bf16_block) {
    const __m512i first = _mm512_loadu_si512(cells[2 * p]), second = _mm512_loadu_si512(cells[2 * p + 1]);
    _mm512_storeu_si512(to, _mm512_permutex2var_epi16(first, low, second));
    _mm512_storeu_si512(to + tile, _mm512_permutex2var_epi16(first, high, second));
  }
}
#else
void pack_right_cells_bf16(const std::uint16_t* const*, std::uint16_t*) {}  // nobody calls it here
#endif

}  // namespace candor::cpu
