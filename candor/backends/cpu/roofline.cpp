#include "candor/backends/cpu/targets.h"
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "candor/backends/cpu/roofline.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "candor/backends/cpu/roofline.h"

HWY_BEFORE_NAMESPACE();
namespace candor::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `rounds` times twelve multiply-adds that do not wait for each other: more than the latency times the ports of any processor of today.
// Each begins with another of the twelve numbers at `sink`, since a compiler does the same work once; the sum goes there, so that none is left out.
// Gives back how many operations that were.
HWY_NOINLINE double multiply_add(std::int64_t rounds, float* sink) {
  const hn::ScalableTag<float> d;
  const auto keep = hn::Set(d, 0.999F), more = hn::Set(d, 0.001F);
  auto a0 = hn::Set(d, sink[0]), a1 = hn::Set(d, sink[1]), a2 = hn::Set(d, sink[2]), a3 = hn::Set(d, sink[3]), a4 = hn::Set(d, sink[4]), a5 = hn::Set(d, sink[5]);
  auto a6 = hn::Set(d, sink[6]), a7 = hn::Set(d, sink[7]), a8 = hn::Set(d, sink[8]), a9 = hn::Set(d, sink[9]), a10 = hn::Set(d, sink[10]), a11 = hn::Set(d, sink[11]);
  for (std::int64_t i = 0; i < rounds; ++i) {
    a0 = hn::MulAdd(a0, keep, more), a1 = hn::MulAdd(a1, keep, more), a2 = hn::MulAdd(a2, keep, more), a3 = hn::MulAdd(a3, keep, more);
    a4 = hn::MulAdd(a4, keep, more), a5 = hn::MulAdd(a5, keep, more), a6 = hn::MulAdd(a6, keep, more), a7 = hn::MulAdd(a7, keep, more);
    a8 = hn::MulAdd(a8, keep, more), a9 = hn::MulAdd(a9, keep, more), a10 = hn::MulAdd(a10, keep, more), a11 = hn::MulAdd(a11, keep, more);
  }
  const auto low = hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(a4, a5));
  sink[0] = hn::GetLane(hn::Add(low, hn::Add(hn::Add(hn::Add(a6, a7), hn::Add(a8, a9)), hn::Add(a10, a11))));
  return 24.0 * static_cast<double>(rounds) * static_cast<double>(hn::Lanes(d));
}

// y = a * y: each number is read once and written once.
HWY_NOINLINE void scale_in_place(float* y, std::int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const auto a = hn::Set(d, 0.9999F);
  for (std::int64_t i = 0; i + 4 * lanes <= count; i += 4 * lanes) {
    for (std::int64_t k = 0; k < 4; ++k) hn::StoreU(hn::Mul(a, hn::LoadU(d, y + i + k * lanes)), d, y + i + k * lanes);
  }
}

}  // namespace candor::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

#include "candor/backends/cpu/bf16_tiles.h"
#include "candor/base/clock.h"
#include "candor/base/threads.h"
#include "candor/tensor/tensor.h"

namespace candor::cpu {
namespace {


// The least time of `tries` calls: whatever else ran on the machine took time, none gave any.
template <class Work>
double least_seconds(int tries, Work work) {
  double least = std::numeric_limits<double>::infinity();
  for (int i = 0; i < tries; ++i) {
    const double start = seconds_now();
    work();
    least = std::min(least, seconds_now() - start);
  }
  return least;
}

// Operations a second of products whose operands lie in the first cache; 0: there are no instructions for them.
double bf16_rate(const Machine& processor) {
  const Bf16Tiles tiles = bf16_tiles(processor);
  if (!tiles.block) return 0;
  constexpr std::int64_t steps = 8, rounds = 2'000, sums = bf16_block * bf16_block;
  const std::int64_t team = threads();
  const Tensor ones = Tensor::full({2 * team * steps * bf16_step}, 1, DType::bf16), c = Tensor::zeros({team * sums});  // begin with a line of the cache
  const double seconds = least_seconds(12, [&] {
    parallel_for(team, [&](std::int64_t t) {
      const std::uint16_t* mine = static_cast<const std::uint16_t*>(ones.raw()) + 2 * t * steps * bf16_step;
      const Bf16Block block{.a = mine, .a_row = bf16_block, .a_step = bf16_step, .b = mine + steps * bf16_step, .steps = steps, .c = static_cast<float*>(c.raw()) + t * sums};
      tiles.begin();
      for (std::int64_t i = 0; i < rounds; ++i) tiles.block(block);
      tiles.end();
    });
  });
  return 2.0 * static_cast<double>(team * rounds * steps * sums) * static_cast<double>(bf16_block) / seconds;
}

}  // namespace

Roofline measure_roofline() {
  Roofline roofline;
  const Machine& processor = machine();
  if (processor.isa == Isa::none) return roofline;
  const auto multiply = CANDOR_PICK(multiply_add);
  const auto scale = CANDOR_PICK(scale_in_place);
  const std::int64_t team = threads();

  constexpr std::int64_t line = 16;  // floats in a cache line: each thread writes its own
  std::vector<float> sinks(static_cast<std::size_t>(team * line));
  for (std::size_t i = 0; i < sinks.size(); ++i) sinks[i] = 1.0F / static_cast<float>(i + 1);
  constexpr std::int64_t rounds = 400'000;
  double operations = 0;
  const double seconds = least_seconds(12, [&] {
    parallel_for(team, [&](std::int64_t t) {
      const double done = multiply(rounds, &sinks[static_cast<std::size_t>(t * line)]);
      if (t == 0) operations = done;
    });
  });
  roofline.flops_per_second = operations * static_cast<double>(team) / seconds;

  roofline.bf16_flops_per_second = bf16_rate(processor);

  const std::size_t cache = processor.l2_bytes;
  for (const std::size_t each : {cache / 2, 4 * cache, std::size_t{64} << 20}) {  // of each thread
    const auto count = static_cast<std::int64_t>(each / sizeof(float));
    std::vector<std::vector<float>> rows(static_cast<std::size_t>(team));
    parallel_for(team, [&](std::int64_t t) { rows[static_cast<std::size_t>(t)].assign(static_cast<std::size_t>(count), 1.0F); });
    const std::int64_t passes = std::max<std::int64_t>(1, (std::int64_t{4} << 20) / count);
    const double took = least_seconds(6, [&] {
      parallel_for(team, [&](std::int64_t t) {
        for (std::int64_t i = 0; i < passes; ++i) scale(rows[static_cast<std::size_t>(t)].data(), count);
      });
    });
    roofline.levels.push_back({2 * each * static_cast<std::size_t>(team), 2.0 * static_cast<double>(passes * count) * sizeof(float) * static_cast<double>(team) / took});
  }
  return roofline;
}

}  // namespace candor::cpu
#endif
