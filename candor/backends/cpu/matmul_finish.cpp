#include "candor/backends/cpu/matmul_finish.h"

#include <limits>

#include "candor/backends/cpu/targets.h"
#include "candor/base/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/matmul_finish.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "candor/backends/cpu/math.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

template <class F>
void each_vector(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns, F f) {
  const hn::ScalableTag<float> d;
  constexpr std::int64_t lanes = HWY_LANES(float);
  for (std::int64_t r = 0; r < rows; ++r, block += stride) {
    std::int64_t c = 0;
    for (; c + lanes <= columns; c += lanes) hn::StoreU(f(hn::LoadU(d, block + c)), d, block + c);
    if (c == columns) continue;
    alignas(64) float rest[lanes] = {};
    for (std::int64_t i = 0; c + i < columns; ++i) rest[i] = block[c + i];
    hn::Store(f(hn::Load(d, rest)), d, rest);
    for (std::int64_t i = 0; c + i < columns; ++i) block[c + i] = rest[i];
  }
}

void gate_relu(float* block, const float* gate, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  const hn::ScalableTag<float> d;
  constexpr std::int64_t lanes = HWY_LANES(float);
  const auto zero = hn::Zero(d);
  if (columns == stride) columns *= rows, rows = 1;
  for (std::int64_t r = 0; r < rows; ++r, block += stride, gate += stride) {
    std::int64_t c = 0;
    for (; c + lanes <= columns; c += lanes) hn::StoreU(hn::IfThenElseZero(hn::Gt(hn::LoadU(d, gate + c), zero), hn::LoadU(d, block + c)), d, block + c);
    for (; c < columns; ++c) block[c] = gate[c] > 0 ? block[c] : 0.f;
  }
}

/// Calls f(block's vector, second's) and puts back what it leaves in both, or in the first alone.
template <bool writes_second, class F>
void each_pair(float* block, float* second, std::int64_t stride, std::int64_t rows, std::int64_t columns, F f) {
  const hn::ScalableTag<float> d;
  constexpr std::int64_t lanes = HWY_LANES(float);
  for (std::int64_t r = 0; r < rows; ++r, block += stride, second += stride) {
    for (std::int64_t c = 0; c < columns; c += lanes) {
      const std::int64_t rest = columns - c;
      if (rest >= lanes) {
        auto x = hn::LoadU(d, block + c), y = writes_second ? hn::Zero(d) : hn::LoadU(d, second + c);
        f(x, y);
        hn::StoreU(x, d, block + c);
        if constexpr (writes_second) hn::StoreU(y, d, second + c);
        continue;
      }
      alignas(64) float a[lanes] = {}, b[lanes] = {};
      for (std::int64_t i = 0; i < rest; ++i) a[i] = block[c + i], b[i] = writes_second ? 0.f : second[c + i];
      auto x = hn::Load(d, a), y = hn::Load(d, b);
      f(x, y);
      hn::Store(x, d, a);
      hn::Store(y, d, b);
      for (std::int64_t i = 0; i < rest; ++i) {
        block[c + i] = a[i];
        if constexpr (writes_second) second[c + i] = b[i];
      }
    }
  }
}

void times_factors(float* block, float* second, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_pair<false>(block, second, stride, rows, columns, [](auto& x, auto& y) HWY_ATTR { x = hn::Mul(x, y); });
}

/// A product that stays one: GCC joins it with a sum behind it, and a gate must round as the ops by themselves do.
template <class V>
HWY_INLINE V rounded(V v) {
#if HWY_COMPILER_GCC_ACTUAL && HWY_ARCH_X86
  asm("" : "+v"(v.raw));
#elif HWY_COMPILER_GCC_ACTUAL && HWY_ARCH_ARM_A64
  asm("" : "+w"(v.raw));
#endif
  return v;
}

void gate_tanh(float* block, const float* gate, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_pair<false>(block, const_cast<float*>(gate), stride, rows, columns, [](auto& x, auto& y) HWY_ATTR {
    x = hn::Mul(x, hn::Sub(hn::Set(hn::ScalableTag<float>(), 1.f), rounded(hn::Mul(y, y))));
  });
}

void gelu_tanh_and_slope(float* block, float* second, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_pair<true>(block, second, stride, rows, columns, [](auto& x, auto& y) HWY_ATTR { x = gelu_tanh(hn::ScalableTag<float>(), x, y); });
}

void finish_relu6(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  const hn::ScalableTag<float> d;
  each_vector(block, stride, rows, columns, [=](auto v) HWY_ATTR { return hn::Min(hn::Set(d, 6.f), v); });  // in this order a NaN stays
}

void finish_tanh(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_vector(block, stride, rows, columns, [](auto v) HWY_ATTR { return tanh(hn::ScalableTag<float>(), v); });
}

void finish_sigmoid(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_vector(block, stride, rows, columns, [](auto v) HWY_ATTR { return sigmoid(hn::ScalableTag<float>(), v); });
}

void finish_gelu(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_vector(block, stride, rows, columns, [](auto v) HWY_ATTR { return gelu(hn::ScalableTag<float>(), v); });
}

void finish_gelu_tanh(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns) {
  each_vector(block, stride, rows, columns, [](auto v) HWY_ATTR { return gelu_tanh(hn::ScalableTag<float>(), v); });
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu {

Epilogue epilogue_of(std::string_view activation) {
  constexpr float none = -std::numeric_limits<float>::infinity();
  if (activation == "linear") return {none, nullptr};
  if (activation == "relu") return {0.f, nullptr};
  if (activation == "relu6") return {0.f, CANDOR_PICK(finish_relu6), nullptr, 6.f};
  if (activation == "tanh") return {none, CANDOR_PICK(finish_tanh)};
  if (activation == "sigmoid") return {none, CANDOR_PICK(finish_sigmoid)};
  if (activation == "gelu") return {none, CANDOR_PICK(finish_gelu)};
  if (activation == "gelu_tanh") return {none, CANDOR_PICK(finish_gelu_tanh), CANDOR_PICK(gelu_tanh_and_slope)};
  fail(ErrorKind::internal, "fused product: no activation '" + std::string(activation) + "'; there are linear, relu, relu6, tanh, sigmoid, gelu and gelu_tanh");
}

GateFn gate_of(std::string_view activation) { return activation == "tanh" ? CANDOR_PICK(gate_tanh) : CANDOR_PICK(gate_relu); }
PairFinishFn finish_by_factors() { return CANDOR_PICK(times_factors); }

}  // namespace candor::cpu
#endif
