// Random ops: the numbers are a function of seed, step, op and element; their distributions are what they say.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/graph/program.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using Floats = std::vector<float>;

Program program_of(std::function<Tensor()> f, const char* device = "cpu") {
  PlanOptions options;
  options.device = device;
  return Program(trace([f](std::span<const Tensor>) { return std::vector<Tensor>{f()}; }, {}), options);
}
Floats run(Program& p, RunState state) { return p.run(std::span<const Tensor>{}, state)[0].to_vector(); }

TEST(RandomOps, DependOnSeedStepAndOp) {
  Program p = program_of([] { return ops::uniform({1000}); });
  const Floats first = run(p, {1, 0});
  EXPECT_EQ(first, run(p, {1, 0}));
  EXPECT_NE(first, run(p, {2, 0}));
  EXPECT_NE(first, run(p, {1, 1}));
  Program two = program_of([] { return ops::uniform({1000}) - ops::uniform({1000}); });
  EXPECT_GT(std::abs(run(two, {1, 0})[0]), 0);
}

TEST(RandomOps, SameNumbersOnEveryDeviceAndForAnyNumberOfThreads) {
  const auto f = [] { return where(ops::bernoulli({70001}, 0.25), ops::normal({70001}), ops::uniform({70001})) + ops::truncated_normal({70001}); };
  Program reference = program_of(f, "reference"), cpu = program_of(f);
  const Floats want = run(reference, {5, 9});
  const int before = threads();
  for (int count : {1, 2, 7}) {
    set_threads(count);
    const Floats got = run(cpu, {5, 9});
    float worst = 0;
    for (std::size_t i = 0; i < got.size(); ++i) worst = std::max(worst, std::abs(got[i] - want[i]));
    EXPECT_LT(worst, 1e-5f);
  }
  set_threads(before);
}

TEST(RandomOps, Distributions) {
  const std::int64_t n = 200000;
  const auto check = [](const char* what, const Tensor& x, double mean_wanted, double deviation) {
    const double root = std::sqrt(static_cast<double>(x.size()));
    EXPECT_NEAR(mean(x).item<double>(), mean_wanted, 5 * deviation / root) << what;
    EXPECT_NEAR(std(x).item<double>(), deviation, 5 * deviation / root) << what;
  };
  check("uniform", ops::uniform({n}, -1, 3), 1, 4 / std::sqrt(12.0));
  check("normal", ops::normal({n}, 2, 3), 2, 3);
  check("truncated", ops::truncated_normal({n}, 2, 3), 2, 3 * 0.87962566);
  check("bernoulli", cast(ops::bernoulli({n}, 0.3), DType::f32), 0.3, std::sqrt(0.21));
  const Tensor cut = ops::truncated_normal({n}, 2, 3);
  EXPECT_LE(max(cut).item(), 8);
  EXPECT_GE(min(cut).item(), -4);
  const Tensor u = ops::uniform({n});
  EXPECT_LT(max(u).item(), 1);
  EXPECT_GE(min(u).item(), 0);
}

TEST(RandomOps, PermutationHasEveryIndexOnce) {
  std::vector<std::int64_t> p = ops::permutation(1001).to_vector<std::int64_t>();
  EXPECT_FALSE(std::is_sorted(p.begin(), p.end()));
  EXPECT_EQ(std::set<std::int64_t>(p.begin(), p.end()).size(), 1001u);
  EXPECT_EQ(*std::max_element(p.begin(), p.end()), 1000);
}

TEST(RandomOps, DropoutKeepsTheMeanAndUsesTheSameMaskBackwards) {
  const auto f = compile([](const Tensor& x) {
    const Tensor y = ops::dropout(x, 0.25);
    return std::pair(y, gradients(sum(y), std::span(&x, 1))[0]);
  });
  const Tensor x = Tensor::full({100000}, 1);
  const auto [y, g] = f(x);
  EXPECT_EQ(y.to_vector(), g.to_vector());
  EXPECT_NEAR(mean(y).item(), 1, 0.02);
  const auto [next, unused] = f(x);
  EXPECT_NE(y.to_vector(), next.to_vector()) << "each step draws again";
  EXPECT_EQ(ops::dropout(x, 0).to_vector(), x.to_vector());
}

TEST(RandomOps, NoiseShapeDropsWholeRows) {
  const Floats y = ops::dropout(Tensor::full({50, 4}, 1), 0.5, {50, 1}).to_vector();
  int kept = 0;
  for (std::size_t row = 0; row < 50; ++row) {
    for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(y[row * 4], y[row * 4 + i]);
    kept += y[row * 4] > 0;
  }
  EXPECT_GT(kept, 10);
  EXPECT_LT(kept, 40);
}

}  // namespace
}  // namespace candor
