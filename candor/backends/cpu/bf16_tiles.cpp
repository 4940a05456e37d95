#include "candor/backends/cpu/bf16_tiles.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace candor::cpu {

#if defined(__x86_64__)
namespace {

#define CANDOR_AMX __attribute__((target("amx-tile,amx-bf16")))

// Tiles 0 to 3 are the sums, 4 and 5 rows of a, 6 and 7 columns of b: each is used twice a step, so that a step loads four and multiplies four.
CANDOR_AMX void amx_block(const Bf16Block& block) {
  constexpr std::int64_t half = bf16_block / 2, tile_bytes = 1024;
  const auto* a = reinterpret_cast<const char*>(block.a);
  const auto* b = reinterpret_cast<const char*>(block.b);
  auto* c = reinterpret_cast<char*>(block.c);
  const auto* ahead = reinterpret_cast<const char*>(block.ahead);
  const std::int64_t row_bytes = block.c_row * 4, a_bytes = block.a_row * 2, second = half * a_bytes, step = block.a_step * 2;
  if (block.first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, c, row_bytes);
    _tile_loadd(1, c + 64, row_bytes);
    _tile_loadd(2, c + half * row_bytes, row_bytes);
    _tile_loadd(3, c + half * row_bytes + 64, row_bytes);
  }
  const char* rows = a;
  for (std::int64_t s = 0; s < block.steps; ++s, b += 2 * tile_bytes) {
    a = rows + (block.offsets ? 2 * block.offsets[s] : s * step);
    _tile_loadd(4, a, a_bytes);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, b + tile_bytes, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, a + second, a_bytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
    for (std::int64_t i = 0; i < block.ahead_lines; ++i, ahead += 64) __builtin_prefetch(ahead, 0, 2);
  }
  _tile_stored(0, c, row_bytes);
  _tile_stored(1, c + 64, row_bytes);
  _tile_stored(2, c + half * row_bytes, row_bytes);
  _tile_stored(3, c + half * row_bytes + 64, row_bytes);
}

// Not on the stack: GCC does not see that the instruction reads all of it.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start = 0, unused[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileShapes tile_shapes;

CANDOR_AMX void amx_begin() { _tile_loadconfig(&tile_shapes); }

// Registers in use make each switch of threads dearer.
CANDOR_AMX void amx_end() { _tile_release(); }

bool amx_permitted() {
  static const bool permitted = [] {
    constexpr long ask = 0x1023, tile_data = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA: for the whole process
    return ::syscall(SYS_arch_prctl, ask, tile_data) == 0;
  }();
  return permitted;
}

// Eight rows at a time: sixteen sums in registers, beside two vectors of b.
CANDOR_AVX512_BF16 void avx512_block(const Bf16Block& block) {
  constexpr std::int64_t at_once = 8;
  for (std::int64_t r = 0; r < bf16_block; r += at_once) {
    __m512 low[at_once], high[at_once];
    float* c = block.c + r * block.c_row;
    for (std::int64_t i = 0; i < at_once; ++i) {
      low[i] = block.first ? _mm512_setzero_ps() : _mm512_loadu_ps(c + i * block.c_row);
      high[i] = block.first ? _mm512_setzero_ps() : _mm512_loadu_ps(c + i * block.c_row + 16);
    }
    const std::uint16_t* b = block.b;
    for (std::int64_t s = 0; s < block.steps; ++s, b += bf16_step) {
      const std::uint16_t* a = block.a + r * block.a_row + (block.offsets ? block.offsets[s] : s * block.a_step);
      for (std::int64_t pair = 0; pair < bf16_block / 2; ++pair) {
        const auto left = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + pair * bf16_block));
        const auto right = reinterpret_cast<__m512bh>(_mm512_loadu_si512(b + bf16_step / 2 + pair * bf16_block));
        for (std::int64_t i = 0; i < at_once; ++i) {
          int two;
          __builtin_memcpy(&two, a + i * block.a_row + 2 * pair, sizeof two);
          const auto rows = reinterpret_cast<__m512bh>(_mm512_set1_epi32(two));
          low[i] = _mm512_dpbf16_ps(low[i], rows, left);
          high[i] = _mm512_dpbf16_ps(high[i], rows, right);
        }
      }
    }
    for (std::int64_t i = 0; i < at_once; ++i) {
      _mm512_storeu_ps(c + i * block.c_row, low[i]);
      _mm512_storeu_ps(c + i * block.c_row + 16, high[i]);
    }
  }
}

void nothing() {}

}  // namespace

CANDOR_AVX512_BF16 void narrow_rows_bf16(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, std::uint16_t* to, std::int64_t to_row) {
  const auto rest = static_cast<__mmask16>((1u << columns % 16) - 1);
  for (std::int64_t r = 0; r < rows; ++r, from += from_row, to += to_row) {
    std::int64_t i = 0;
    for (; i + 16 <= columns; i += 16) _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_loadu_ps(from + i))));
    if (rest) _mm256_mask_storeu_epi16(to + i, rest, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(rest, from + i))));
  }
}

// Under a mask of all lanes: without one GCC 12 warns of its own header.
CANDOR_AVX512_BF16 static inline __m512i widened(__m256i bits) { return _mm512_maskz_slli_epi32(0xFFFF, _mm512_maskz_cvtepu16_epi32(0xFFFF, bits), 16); }

CANDOR_AVX512_BF16 void widen_rows_bf16(const std::uint16_t* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  const auto rest = static_cast<__mmask16>((1u << columns % 16) - 1);
  for (std::int64_t r = 0; r < rows; ++r, from += from_row, to += to_row) {
    std::int64_t i = 0;
    for (; i + 16 <= columns; i += 16) _mm512_storeu_si512(to + i, widened(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i))));
    if (rest) _mm512_mask_storeu_epi32(to + i, rest, widened(_mm256_maskz_loadu_epi16(rest, from + i)));
  }
}

Bf16Tiles bf16_tiles(const Machine& machine) {
  if (machine.bf16 == Bf16::amx && amx_permitted()) return {amx_block, amx_begin, amx_end, Bf16::amx};
  if (machine.bf16 != Bf16::none) return {avx512_block, nothing, nothing, Bf16::avx512};
  return {};
}
#else
Bf16Tiles bf16_tiles(const Machine&) { return {}; }
// Nobody calls these here.
void narrow_rows_bf16(const float*, std::int64_t, std::int64_t, std::int64_t, std::uint16_t*, std::int64_t) {}
void widen_rows_bf16(const std::uint16_t*, std::int64_t, std::int64_t, std::int64_t, float*, std::int64_t) {}
#endif

}  // namespace candor::cpu
