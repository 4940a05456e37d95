#include "candor/backends/cpu/norm.h"

#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/norm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include <algorithm>
#include <cmath>

#include "candor/backends/cpu/partial.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr std::int64_t lanes = HWY_LANES(float);

// Sum over a row of f(x), in f32 within blocks of 4096, in double beyond.
template <class Fn>
HWY_INLINE double row_sum(const float* x, std::int64_t n, Fn f) {
  const F d;
  double total = 0;
  for (std::int64_t from = 0; from < n; from += 4096) {
    const std::int64_t end = std::min(n, from + 4096);
    V a = hn::Zero(d), b = a;
    std::int64_t i = from;
    for (; i + 2 * lanes <= end; i += 2 * lanes) {
      a = hn::Add(a, f(hn::LoadU(d, x + i)));
      b = hn::Add(b, f(hn::LoadU(d, x + i + lanes)));
    }
    for (; i + lanes <= end; i += lanes) a = hn::Add(a, f(hn::LoadU(d, x + i)));
    if (const int rest = static_cast<int>(end - i); rest > 0) {
      const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
      b = hn::Add(b, hn::IfThenElseZero(mask, f(load_part(d, x + i, mask, rest))));
    }
    total += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b))));
  }
  return total;
}

void normalise_rows(const normalise::Rows& r) {
  const F d;
  const auto count = static_cast<double>(r.length);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float* x = r.x + row * r.length;
    float* y = r.y + row * r.length;
    const auto mean = r.mean ? static_cast<float>(row_sum(x, r.length, [](V v) HWY_ATTR { return v; }) / count) : 0.f;
    const V center = hn::Set(d, mean);
    const double squares = row_sum(x, r.length, [=](V v) HWY_ATTR { return hn::Mul(hn::Sub(v, center), hn::Sub(v, center)); });
    const auto rstd = static_cast<float>(1 / std::sqrt(squares / count + r.epsilon));
    const V scale = hn::Set(d, rstd);
    const auto one = [&](std::int64_t i, auto load, auto store) HWY_ATTR {
      V v = hn::Mul(hn::Sub(load(x + i), center), scale);
      if (r.gamma) v = hn::Mul(v, load(r.gamma + i));
      if (r.beta) v = hn::Add(v, load(r.beta + i));
      store(v, y + i);
    };
    std::int64_t i = 0;
    for (; i + lanes <= r.length; i += lanes)
      one(i, [=](const float* p) HWY_ATTR { return hn::LoadU(d, p); }, [=](V v, float* p) HWY_ATTR { hn::StoreU(v, d, p); });
    if (const int rest = static_cast<int>(r.length - i); rest > 0) {
      const auto mask = hn::FirstN(d, static_cast<std::size_t>(rest));
      one(i, [=](const float* p) HWY_ATTR { return load_part(d, p, mask, rest); }, [=](V v, float* p) HWY_ATTR { store_part(v, d, p, mask, rest); });
    }
    if (r.mean) r.mean[row] = mean;
    r.rstd[row] = rstd;
  }
}

void normalise_backward(const normalise::BackwardRows& r) {
  const F d;
  const auto count = static_cast<float>(r.length);
  const std::int64_t whole = r.length / lanes * lanes;
  const int last = static_cast<int>(r.length - whole);
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(last));
  // f(offset, load, store) for each vector of a row; loads behind the end give zeros.
  const auto each = [&](auto f) HWY_ATTR {
    for (std::int64_t i = 0; i < whole; i += lanes) f(i, [=](const float* p) HWY_ATTR { return hn::LoadU(d, p); }, [=](V v, float* p) HWY_ATTR { hn::StoreU(v, d, p); });
    if (last) f(whole, [=](const float* p) HWY_ATTR { return load_part(d, p, mask, last); }, [=](V v, float* p) HWY_ATTR { store_part(v, d, p, mask, last); });
  };
  for (float* sums : {r.dgamma, r.dbeta})
    if (sums) std::fill_n(sums, r.length, 0.f);
  for (std::int64_t row = 0; row < r.rows; ++row) {
    const float *x = r.x + row * r.length, *ct = r.cotangent + row * r.length;
    float* dx = r.dx + row * r.length;
    const V center = hn::Set(d, r.mean ? r.mean[row] : 0.f), rstd = hn::Set(d, r.rstd[row]);
    V total = hn::Zero(d), along = hn::Zero(d);
    each([&](std::int64_t i, auto load, auto store) HWY_ATTR {
      const V c = load(ct + i), n = hn::Mul(hn::Sub(load(x + i), center), rstd), g = r.gamma ? hn::Mul(c, load(r.gamma + i)) : c;
      if (r.dgamma) store(hn::MulAdd(c, n, load(r.dgamma + i)), r.dgamma + i);
      if (r.dbeta) store(hn::Add(c, load(r.dbeta + i)), r.dbeta + i);
      total = hn::Add(total, g);
      along = hn::MulAdd(g, n, along);  // g is zero behind the end
    });
    const V shift = r.mean ? hn::Set(d, hn::GetLane(hn::SumOfLanes(d, total)) / count) : hn::Zero(d), slope = hn::Set(d, hn::GetLane(hn::SumOfLanes(d, along)) / count);
    each([&](std::int64_t i, auto load, auto store) HWY_ATTR {
      const V c = load(ct + i), n = hn::Mul(hn::Sub(load(x + i), center), rstd), g = r.gamma ? hn::Mul(c, load(r.gamma + i)) : c;
      store(hn::Mul(rstd, hn::NegMulAdd(n, slope, hn::Sub(g, shift))), dx + i);
    });
  }
}

void normalise_channels(const float* x, float* y, std::int64_t rows, std::int64_t channels, const float* mean, const float* factor, const float* shift) {
  const F d;
  const std::int64_t whole = channels / lanes * lanes;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    for (std::int64_t c = 0; c < whole; c += lanes) {
      V v = hn::Mul(hn::Sub(hn::LoadU(d, x + c), hn::LoadU(d, mean + c)), hn::LoadU(d, factor + c));
      if (shift) v = hn::Add(v, hn::LoadU(d, shift + c));
      hn::StoreU(v, d, y + c);
    }
    for (std::int64_t c = whole; c < channels; ++c) y[c] = (x[c] - mean[c]) * factor[c] + (shift ? shift[c] : 0.f);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace candor::cpu::normalise {
RowFunction row_function() { return CANDOR_PICK(normalise_rows); }
BackwardFunction backward_function() { return CANDOR_PICK(normalise_backward); }
ChannelFunction channel_function() { return CANDOR_PICK(normalise_channels); }
}  // namespace candor::cpu::normalise
#endif
