// Weighted sums of pixels: every instruction set gives the bytes of plain loops, and touches nothing beyond them.
#include "candor/backends/cpu/resample.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "candor/backends/cpu/machine.h"

namespace candor::cpu {
namespace {

/// As many bytes as asked for and no more, so that a sanitizer sees a step beyond them.
std::unique_ptr<std::uint8_t[]> noise(std::int64_t count) {
  auto bytes = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(count));
  std::uint32_t state = 77;
  for (std::int64_t i = 0; i < count; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

/// Weights of so many taps; some below zero, so that sums leave [0, 255].
std::vector<std::int32_t> weights_of(std::int64_t places, std::int64_t taps) {
  constexpr std::int32_t one = 1 << ResampleKernels::bits;
  std::vector<std::int32_t> weights;
  for (std::int64_t x = 0; x < places; ++x) {
    std::int32_t left = one;
    for (std::int64_t k = 0; k + 1 < taps; ++k) weights.push_back((k + x) % 3 == 0 ? one / 2 + one / 3 : -one / 5), left -= weights.back();
    weights.push_back(left);
  }
  return weights;
}

template <class Run>
void same_bytes_everywhere(std::int64_t size, Run&& run) {
  limit_isa(Isa::none);
  std::vector<std::uint8_t> want(static_cast<std::size_t>(size));
  run(resample_kernels(), want.data());
  for (Isa isa : {Isa::sse4, Isa::avx2, Isa::avx512}) {
    limit_isa(isa);
    const auto got = std::make_unique<std::uint8_t[]>(want.size());
    run(resample_kernels(), got.get());
    for (std::size_t i = 0; i < want.size(); ++i) ASSERT_EQ(got[i], want[i]) << to_string(machine().isa) << " at " << i;
  }
  limit_isa(Isa::avx512);
}

TEST(Resample, Rows) {
  for (std::int64_t count : {1, 3, 15, 16, 17, 63, 64, 200})
    for (std::int64_t taps : {1, 2, 5}) {
      const auto from = noise(count * taps);
      const auto weights = weights_of(1, taps);
      same_bytes_everywhere(count, [&](const ResampleKernels& k, std::uint8_t* out) { k.rows(from.get(), count, weights.data(), taps, count, out); });
    }
}

TEST(Resample, PixelsOfThreeBytes) {
  for (std::int64_t count : {1, 2, 7, 40})
    for (std::int64_t taps : {1, 2, 4}) {
      std::vector<std::int64_t> first, taken;
      for (std::int64_t x = 0; x < count; ++x) first.push_back(x * 3 / 2), taken.push_back(x % 5 == 2 ? 1 : taps);
      const std::int64_t size = (first.back() + taps) * 3;
      const auto from = noise(size);
      const auto weights = weights_of(count, taps);
      same_bytes_everywhere(count * 3, [&](const ResampleKernels& k, std::uint8_t* out) { k.pixels(from.get(), from.get() + size, first.data(), taken.data(), weights.data(), taps, count, out); });
    }
}

}  // namespace
}  // namespace candor::cpu
