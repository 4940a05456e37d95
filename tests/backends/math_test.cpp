// The vector functions against the C library's in double precision, on every instruction set of this machine.
#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/backends/math_test.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/math.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {

#define CANDOR_MAP(name)                                              \
  void map_##name(const float* in, float* out, std::size_t n) {      \
    const hn::ScalableTag<float> d;                                   \
    for (std::size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(name(d, hn::LoadU(d, in + i)), d, out + i); \
  }
CANDOR_MAP(exp) CANDOR_MAP(expm1) CANDOR_MAP(log) CANDOR_MAP(log1p) CANDOR_MAP(tanh) CANDOR_MAP(erf)
CANDOR_MAP(exp_down) CANDOR_MAP(sin) CANDOR_MAP(cos) CANDOR_MAP(tan) CANDOR_MAP(sigmoid) CANDOR_MAP(softplus)
#undef CANDOR_MAP

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace candor::cpu {
namespace {

// Distance of `got` from the exact value in units of the exact value's last place (of the smallest denormal near zero).
double ulps(float got, double want) {
  const auto nearest = static_cast<float>(want);
  if (std::isnan(want)) return std::isnan(got) ? 0 : 1e9;
  if (std::isinf(nearest) || std::isinf(got)) return got == nearest ? 0 : (std::fabs(got) == std::numeric_limits<float>::max() || std::fabs(nearest) == std::numeric_limits<float>::max()) ? 1 : 1e9;
  const int exponent = want == 0 ? -126 : std::max(-126, std::ilogb(want));
  return std::fabs(got - want) / std::ldexp(1.0, exponent - 23);
}

using Map = void (*)(const float*, float*, std::size_t);

void check(const char* name, Map (*map)(), double (*exact)(double), double limit) {
  const std::vector<float> edges{0.f, -0.f, 1.f, -1.f, 0.5f, 1e-45f, -1e-45f, 1.1754944e-38f, 1.1754942e-38f, 3.4028235e38f, -3.4028235e38f,
                                 INFINITY, -INFINITY, NAN, 88.72283f, 88.72284f, 89.f, -87.33655f, -103.97208f, -104.f, -150.f, 0.625f, 0.93f,
                                 0.92999995f, 3.92f, 3.95f, 9.01f, 1.5707964f, 3.1415927f, 131072.f, 131073.f, 1e10f, 1e38f, 0.70710677f,
                                 1.4142135f, 1.4142137f, 16777216.f, -0.99999994f, 0.99999994f, 1.0000001f};
  for (const Isa isa : {Isa::sse4, Isa::avx2, Isa::avx512}) {
    limit_isa(isa);
    if (machine().isa != isa) continue;
    const Map run = map();
    double worst = 0;
    float where = 0;
    std::vector<float> in(4096), out(4096);
    const auto flush = [&](std::size_t n) {
      run(in.data(), out.data(), (n + 15) / 16 * 16);
      for (std::size_t i = 0; i < n; ++i)
        if (const double e = ulps(out[i], exact(in[i])); e > worst) worst = e, where = in[i];
    };
    std::copy(edges.begin(), edges.end(), in.begin());
    flush(edges.size());
    std::size_t n = 0;
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 9973) {  // a prime: every mantissa pattern in turn
      in[n++] = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
      if (n == in.size()) flush(n), n = 0;
    }
    flush(n);
    EXPECT_LE(worst, limit) << name << " with " << to_string(isa) << " at " << std::hexfloat << where;
    ::testing::Test::RecordProperty(std::string(name) + "_" + std::to_string(static_cast<int>(isa)), std::to_string(worst));
    if (std::getenv("CANDOR_VERBOSE")) std::printf("%-9s %-8s %.3f ulp at %a\n", name, std::string(to_string(isa)).c_str(), worst, static_cast<double>(where));
  }
  limit_isa(Isa::avx512);
}

#define CANDOR_CHECK(name, exact, limit)                                   \
  HWY_EXPORT_PICK(name)                                                    \
  TEST(VectorMath, name) { check(#name, pick_##name, exact, limit); }
#define HWY_EXPORT_PICK(name) \
  Map pick_##name() { return CANDOR_PICK(map_##name); }

CANDOR_CHECK(exp, [](double x) { return std::exp(x); }, 2)
CANDOR_CHECK(log, [](double x) { return std::log(x); }, 2)
CANDOR_CHECK(tanh, [](double x) { return std::tanh(x); }, 2)
CANDOR_CHECK(erf, [](double x) { return std::erf(x); }, 2)
CANDOR_CHECK(sin, [](double x) { return std::sin(x); }, 2)
CANDOR_CHECK(cos, [](double x) { return std::cos(x); }, 2)
CANDOR_CHECK(tan, [](double x) { return std::tan(x); }, 4)
CANDOR_CHECK(expm1, [](double x) { return std::expm1(x); }, 3)
CANDOR_CHECK(log1p, [](double x) { return std::log1p(x); }, 3)
CANDOR_CHECK(sigmoid, [](double x) { return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }, 3)
CANDOR_CHECK(softplus, [](double x) { return std::fmax(x, 0.) + std::log1p(std::exp(-std::fabs(x))) + (std::isnan(x) ? x : 0); }, 3)

HWY_EXPORT_PICK(exp_down)
// Above 88 it promises nothing, and below -87 the result would leave the normal numbers.
TEST(VectorMath, exp_down) {
  for (const Isa isa : {Isa::sse4, Isa::avx2, Isa::avx512}) {
    limit_isa(isa);
    if (machine().isa != isa) continue;
    const Map run = pick_exp_down();
    std::vector<float> in(4096), out(4096);
    for (int block = 0; block < 200; ++block) {
      for (std::size_t i = 0; i < in.size(); ++i) in[i] = -100.f + 188.f * static_cast<float>(static_cast<std::size_t>(block) * in.size() + i) / (200.f * 4096.f);
      run(in.data(), out.data(), in.size());
      for (std::size_t i = 0; i < in.size(); ++i) ASSERT_LE(ulps(out[i], in[i] < -87.f ? 0. : std::exp(static_cast<double>(in[i]))), 2) << in[i] << " with " << to_string(isa);
    }
    std::vector<float> edges{-INFINITY, -3e38f, 0.f, -0.f, NAN, 1e-45f, -1e-45f, 88.f};
    edges.resize(16);
    run(edges.data(), out.data(), edges.size());
    EXPECT_EQ(out[0], 0);
    EXPECT_EQ(out[1], 0);
    EXPECT_EQ(out[2], 1);
    EXPECT_EQ(out[3], 1);
    EXPECT_TRUE(std::isnan(out[4]));
    EXPECT_EQ(out[5], 1);
    EXPECT_EQ(out[6], 1);
    EXPECT_LE(ulps(out[7], std::exp(88.)), 2);
  }
  limit_isa(Isa::avx512);
}

}  // namespace
}  // namespace candor::cpu
#endif
