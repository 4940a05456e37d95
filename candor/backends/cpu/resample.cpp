#include "candor/backends/cpu/resample.h"

#include <algorithm>

#include "candor/backends/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/resample.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace resample {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int kBits = ResampleKernels::bits;

inline std::uint8_t byte_of(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> kBits, 0, 255)); }

void rows(const std::uint8_t* from, std::int64_t stride, const std::int32_t* weights, std::int64_t taps, std::int64_t count, std::uint8_t* out) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  constexpr std::int64_t lanes = HWY_LANES(std::int32_t);
  const auto half = hn::Set(d, 1 << (kBits - 1));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    auto sum = half;
    const std::uint8_t* at = from + i;
    for (std::int64_t k = 0; k < taps; ++k, at += stride) sum = hn::Add(sum, hn::Mul(hn::Set(d, weights[k]), hn::PromoteTo(d, hn::LoadU(bytes, at))));
    hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kBits>(sum)), bytes, out + i);
  }
  for (; i < count; ++i) {
    std::int32_t sum = 1 << (kBits - 1);
    for (std::int64_t k = 0; k < taps; ++k) sum += weights[k] * from[k * stride + i];
    out[i] = byte_of(sum);
  }
}

// Four lanes for the three bytes of a pixel: the fourth is the next pixel's first, and is written over by it.
void pixels(const std::uint8_t* from, const std::uint8_t* end, const std::int64_t* first, const std::int64_t* taps, const std::int32_t* weights, std::int64_t most, std::int64_t count, std::uint8_t* out) {
  const hn::FixedTag<std::int32_t, 4> d;
  const hn::FixedTag<std::uint8_t, 4> bytes;
  const auto half = hn::Set(d, 1 << (kBits - 1));
  for (std::int64_t x = 0; x < count; ++x, weights += most, out += 3) {
    const std::uint8_t* at = from + first[x] * 3;
    if (x + 1 < count && at + taps[x] * 3 < end) {
      auto sum = half;
      for (std::int64_t k = 0; k < taps[x]; ++k, at += 3) sum = hn::Add(sum, hn::Mul(hn::Set(d, weights[k]), hn::PromoteTo(d, hn::LoadU(bytes, at))));
      hn::StoreU(hn::DemoteTo(bytes, hn::ShiftRight<kBits>(sum)), bytes, out);
      continue;
    }
    for (int c = 0; c < 3; ++c) {
      std::int32_t sum = 1 << (kBits - 1);
      for (std::int64_t k = 0; k < taps[x]; ++k) sum += weights[k] * at[k * 3 + c];
      out[c] = byte_of(sum);
    }
  }
}

}  // namespace resample

const ResampleKernels* Resampling() {
  static constexpr ResampleKernels kernels{resample::rows, resample::pixels};
  return &kernels;
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {
namespace {

std::uint8_t byte_of(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> ResampleKernels::bits, 0, 255)); }

void plain_rows(const std::uint8_t* from, std::int64_t stride, const std::int32_t* weights, std::int64_t taps, std::int64_t count, std::uint8_t* out) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::int32_t sum = 1 << (ResampleKernels::bits - 1);
    for (std::int64_t k = 0; k < taps; ++k) sum += weights[k] * from[k * stride + i];
    out[i] = byte_of(sum);
  }
}

void plain_pixels(const std::uint8_t* from, const std::uint8_t*, const std::int64_t* first, const std::int64_t* taps, const std::int32_t* weights, std::int64_t most, std::int64_t count, std::uint8_t* out) {
  for (std::int64_t x = 0; x < count; ++x, weights += most, out += 3) plain_rows(from + first[x] * 3, 3, weights, taps[x], 3, out);
}

constexpr ResampleKernels kPlain{plain_rows, plain_pixels};

}  // namespace

const ResampleKernels& resample_kernels() { return machine().isa == Isa::none ? kPlain : *CANDOR_PICK(Resampling)(); }

}  // namespace candor::cpu
#endif
