#include "candor/backends/cpu/bf16_patches.h"

#include <algorithm>
#include <cstring>

#include "candor/backends/cpu/bf16_pack.h"

namespace candor::cpu {
namespace {

using Bits = std::uint16_t;

/// The input that a tap of an output reads; -1: none.
std::int64_t input_of(const ConvAxis& axis, std::int64_t output, std::int64_t tap) {
  const std::int64_t place = output * axis.stride - axis.low + tap * axis.dilation;
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

Bits* zeros(Bits* to, std::int64_t count) {
  std::memset(to, 0, static_cast<std::size_t>(count) * sizeof(Bits));
  return to + count;
}

Bits* copied(const Bits* from, std::int64_t count, Bits* to) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(Bits));
  return to + count;
}

}  // namespace

PatchRows::PatchRows(const ConvGeometry& geometry)
    : g_(geometry), outputs_(g_.images * g_.out_cells()), numbers_(g_.taps() * g_.in_channels), room_((numbers_ + bf16_block - 1) / bf16_block * bf16_block),
      together_(g_.axes[2].dilation == 1 && g_.axes[2].spread == 1) {}

void PatchRows::pack(const std::uint16_t* a, std::int64_t block, std::uint16_t* to) const {
  const std::int64_t first = block * bf16_block, last = std::min(outputs_, first + bf16_block), channels = g_.in_channels;
  const ConvAxis& along = g_.axes[2];
  Output output(g_, first);
  for (std::int64_t row = first; row < last; ++row, output.next(g_)) {
    const std::int64_t from = together_ ? along.first_tap(output.at[2]) : 0, behind = together_ ? along.last_tap(output.at[2]) : 0;
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
          to = copied(base + (output.at[2] * along.stride - along.low + from) * channels, (behind - from) * channels, to);
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

void pack_patch_columns(const ConvGeometry& g, const std::uint16_t* x, std::int64_t block, std::int64_t first, std::int64_t steps, std::uint16_t* to) {
  static constexpr Bits nothing[bf16_block] = {};
  const std::int64_t channels = g.in_channels, row = block * bf16_block, tap = row / channels, channel = row % channels;
  const std::int64_t taps[3] = {tap / (g.axes[1].kernel * g.axes[2].kernel), tap / g.axes[2].kernel % g.axes[1].kernel, tap % g.axes[2].kernel};
  const std::int64_t outputs = g.images * g.out_cells();
  Output output(g, std::min(first * bf16_block, outputs));
  for (std::int64_t at = first * bf16_block, end = at + steps * bf16_block; at < end; to += bf16_step) {
    const Bits* cells[bf16_block];
    for (const Bits*& cell : cells) {
      cell = nothing;
      if (at++ >= outputs) continue;
      std::int64_t place = output.image;
      bool inside = true;
      for (std::size_t i = 0; i < 3; ++i) {
        const ConvAxis& axis = g.axes[i];
        const std::int64_t input = output.at[i] * axis.stride - axis.low + taps[i] * axis.dilation;
        inside &= input >= 0 && input < axis.in;
        place = place * axis.in + input;
      }
      if (inside) cell = x + place * channels + channel;
      output.next(g);
    }
    pack_left_cells_bf16(cells, to);
  }
}

}  // namespace candor::cpu
