#include <algorithm>
#include <array>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/data/generators.h"
#include "candor/tensor/random.h"

namespace candor::data {
namespace {

struct Group {
  std::int32_t risk;
  float speed, age, miles, deviation;
};
constexpr std::array<Group, 9> groups{{
    {0, 150, 35, 50, 4},    // young and fast
    {0, 120, 75, 20, 8},    // very old
    {0, 120, 30, 30, 9},    // young
    {1, 110, 50, 25, 9},    // reasonable
    {1, 140, 45, 40, 5},    // good in spite of speed
    {1, 110, 40, 15, 8},    // drive little
    {2, 120, 55, 30, 18},   // noise
    {2, 130, 50, 45, 12},   // drive much
    {2, 100, 25, 15, 5},    // young and slow
}};

}  // namespace

Dataset insurance_risk(std::int64_t rows, std::uint64_t seed) {
  if (rows < 1) fail(ErrorKind::invalid_argument, "insurance_risk: at least 1 row is needed, got " + std::to_string(rows));
  Dataset result;
  result.features = Tensor::empty({rows, 3});
  result.targets = Tensor::empty({rows}, DType::i32);
  result.feature_names = {"speed", "age", "miles"};
  result.target_names = {"group"};
  result.class_names = {"0", "1", "2"};
  result.source = "insurance_risk (seed " + std::to_string(seed) + ")";
  auto* x = result.features.mutable_data<float>();
  auto* y = result.targets.mutable_data<std::int32_t>();
  const RandomStream stream{seed, 0x696E73757265};
  const Permutation order(static_cast<std::uint64_t>(rows), stream.derived(1));  // equal shares, in random order
  constexpr std::int64_t piece = 4096;
  parallel_for((rows + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(rows, (p + 1) * piece); ++i) {
      const auto n = static_cast<std::uint64_t>(i);
      const Group& group = groups[order.at(n) % groups.size()];
      const auto draw = [&](std::uint64_t column, float centre, float low, float high) {
        return std::clamp(std::round(centre + group.deviation * stream.normal(4 * n + column)), low, high);
      };
      x[3 * i] = draw(0, group.speed, 60, 200);
      x[3 * i + 1] = draw(1, group.age, 16, 100);
      x[3 * i + 2] = draw(2, group.miles, 1, 500);
      y[i] = group.risk;
    }
  });
  return result;
}

}  // namespace candor::data
