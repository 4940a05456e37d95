#include "candor/backends/cpu/bf16_patches.h"

#include <algorithm>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "candor/backends/cpu/bf16_pack.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;

/// The input that a tap of an output reads; -1: none.
std::int64_t input_of(const ConvAxis& axis, std::int64_t output, std::int64_t tap) {
  const std::int64_t place = output * axis.stride - axis.low + tap * axis.dilation;
  if (axis.spread == 1) return place < axis.in ? std::max<std::int64_t>(place, -1) : -1;
  if (place < 0 || place >= axis.spread_in() || place % axis.spread != 0) return -1;
  return place / axis.spread;
}

/// Outputs one after the other.
struct Output {
  std::int64_t image = 0, at[3] = {};

  Output(const ConvGeometry& g, std::int64_t index) {
    for (std::size_t i = 3; i-- > 0; index /= g.axes[i].out) at[i] = index % g.axes[i].out;
    image = index;
  }
  void next(const ConvGeometry& g) {
    for (std::size_t i = 3; i-- > 0;) {
      if (++at[i] < g.axes[i].out) return;
      at[i] = 0;
    }
    ++image;
  }
};

// Mostly a few numbers, for which a call takes longer than the copy.
#if defined(__x86_64__)
CANDOR_AVX512_BF16 inline Bits* zeros(Bits* to, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + bf16_block <= count; i += bf16_block) _mm512_storeu_si512(to + i, _mm512_setzero_si512());
  if (i < count) _mm512_mask_storeu_epi16(to + i, (__mmask32{1} << (count - i)) - 1, _mm512_setzero_si512());
  return to + count;
}

CANDOR_AVX512_BF16 inline Bits* copied(const Bits* from, std::int64_t count, Bits* to) {
  std::int64_t i = 0;
  for (; i + bf16_block <= count; i += bf16_block) _mm512_storeu_si512(to + i, _mm512_loadu_si512(from + i));
  const __mmask32 rest = (__mmask32{1} << (count - i)) - 1;
  if (rest) _mm512_mask_storeu_epi16(to + i, rest, _mm512_maskz_loadu_epi16(rest, from + i));
  return to + count;
}
#else
Bits* zeros(Bits* to, std::int64_t count) { return std::fill_n(to, count, Bits{0}); }
Bits* copied(const Bits* from, std::int64_t count, Bits* to) { return std::copy_n(from, count, to); }
#endif

}  // namespace

PatchRows::PatchRows(const ConvGeometry& geometry)
    : g_(geometry), outputs_(g_.images * g_.out_cells()), numbers_(g_.taps() * g_.in_channels), room_((numbers_ + bf16_block - 1) / bf16_block * bf16_block),
      together_(g_.axes[2].dilation == 1 && g_.axes[2].spread == 1) {}

/// 32 channels at a time: number i of row r, step s lies at to + (s * 32 + r) * 32 + i.
CANDOR_AVX512_BF16 void PatchRows::pack_steps(const std::uint16_t* a, std::int64_t first, std::int64_t last, std::uint16_t* to) const {
  const std::int64_t channels = g_.in_channels, taps = g_.axes[2].kernel;
  Output output(g_, first);
  for (std::int64_t row = first; row < first + bf16_block; ++row, to += bf16_block) {
    Bits* step = to;
    for (std::int64_t d = 0; d < g_.axes[0].kernel; ++d) {
      const std::int64_t plane = row < last ? input_of(g_.axes[0], output.at[0], d) : -1;
      for (std::int64_t h = 0; h < g_.axes[1].kernel; ++h) {
        const std::int64_t line = plane < 0 ? -1 : input_of(g_.axes[1], output.at[1], h);
        const Bits* base = line < 0 ? nullptr : a + ((output.image * g_.axes[0].in + plane) * g_.axes[1].in + line) * g_.axes[2].in * channels;
        for (std::int64_t w = 0; w < taps; ++w) {
          const std::int64_t cell = base ? input_of(g_.axes[2], output.at[2], w) : -1;
          for (std::int64_t c = 0; c < channels; c += bf16_block, step += bf16_step) cell < 0 ? zeros(step, bf16_block) : copied(base + cell * channels + c, bf16_block, step);
        }
      }
    }
    if (row + 1 < last) output.next(g_);
  }
}

CANDOR_AVX512_BF16 void PatchRows::pack(const std::uint16_t* a, std::int64_t block, std::uint16_t* to) const {
  const std::int64_t first = block * bf16_block, last = std::min(outputs_, first + bf16_block), channels = g_.in_channels;
  if (by_steps()) return pack_steps(a, first, last, to);
  const ConvAxis& along = g_.axes[2];
  Output output(g_, first);
  for (std::int64_t row = first; row < last; ++row, output.next(g_)) {
    const std::int64_t start = output.at[2] * along.stride - along.low;  // of the first tap along a row
    const std::int64_t from = std::clamp<std::int64_t>(-start, 0, along.kernel), behind = std::clamp(along.in - start, from, along.kernel);
    for (std::int64_t d = 0; d < g_.axes[0].kernel; ++d) {
      const std::int64_t plane = input_of(g_.axes[0], output.at[0], d);
      for (std::int64_t h = 0; h < g_.axes[1].kernel; ++h) {
        const std::int64_t line = input_of(g_.axes[1], output.at[1], h);
        if (plane < 0 || line < 0) {
          to = zeros(to, along.kernel * channels);
          continue;
        }
        const Bits* base = a + ((output.image * g_.axes[0].in + plane) * g_.axes[1].in + line) * along.in * channels;
        if (together_) {
          to = zeros(to, from * channels);
          to = copied(base + (start + from) * channels, (behind - from) * channels, to);
          to = zeros(to, (along.kernel - behind) * channels);
          continue;
        }
        for (std::int64_t w = 0; w < along.kernel; ++w) {
          const std::int64_t cell = input_of(along, output.at[2], w);
          to = cell < 0 ? zeros(to, channels) : copied(base + cell * channels, channels, to);
        }
      }
    }
    to = zeros(to, room_ - numbers_);
  }
  zeros(to, (first + bf16_block - last) * room_);
}

void pack_patch_columns(const ConvGeometry& g, const std::uint16_t* x, std::int64_t panel, std::int64_t first, std::int64_t steps, std::uint16_t* to) {
  static constexpr Bits nothing[bf16_block] = {};
  const std::int64_t channels = g.in_channels, column = panel * bf16_block, tap = column / channels, channel = column % channels;
  const std::int64_t taps[3] = {tap / (g.axes[1].kernel * g.axes[2].kernel), tap / g.axes[2].kernel % g.axes[1].kernel, tap % g.axes[2].kernel};
  const ConvAxis& along = g.axes[2];
  const std::int64_t outputs = g.images * g.out_cells(), from = along.first_output(taps[2]), behind = along.last_output(taps[2]), stride = along.stride * channels;
  std::int64_t at = first * bf16_block;
  Output output(g, std::min(at, outputs));
  for (const std::int64_t end = at + steps * bf16_block; at < end; to += bf16_step) {
    const Bits* cells[bf16_block];
    for (std::int64_t i = 0; i < bf16_block;) {
      if (at >= outputs) {
        std::fill(cells + i, cells + bf16_block, nothing);
        at += bf16_block - i;
        break;
      }
      // Outputs of one row read inputs of one row.
      const std::int64_t run = std::min(bf16_block - i, along.out - output.at[2]);
      const std::int64_t plane = input_of(g.axes[0], output.at[0], taps[0]), line = input_of(g.axes[1], output.at[1], taps[1]);
      if (plane < 0 || line < 0) {
        std::fill(cells + i, cells + i + run, nothing);
      } else {
        const std::int64_t row = ((output.image * g.axes[0].in + plane) * g.axes[1].in + line) * along.in + taps[2] * along.dilation - along.low;
        for (std::int64_t j = 0; j < run; ++j) {
          const std::int64_t w = output.at[2] + j;
          cells[i + j] = w >= from && w < behind ? x + row * channels + channel + w * stride : nothing;
        }
      }
      i += run, at += run;
      output.at[2] += run - 1;
      output.next(g);
    }
    pack_right_cells_bf16(cells, to);
  }
}

}  // namespace candor::cpu
