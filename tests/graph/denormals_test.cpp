// Numbers below 1.2e-38: zero in Programs and ops, on every thread; untouched outside.
#include "candor/base/denormals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

constexpr std::int64_t many = 1 << 20;  // enough that the pool is asked

int subnormals(const Tensor& t) {
  int n = 0;
  for (const float x : t.to_vector()) n += std::fpclassify(x) == FP_SUBNORMAL;
  return n;
}

/// A product that only an exact processor keeps: 2e-39 to 4e-39.
bool kept_here() {
  const volatile float a = 2e-20f, b = 1e-19f;
  const volatile float product = a * b;
  return std::fpclassify(product) == FP_SUBNORMAL;
}

struct Threads {
  explicit Threads(int n) : before(threads()) { set_threads(n); }
  ~Threads() { set_threads(before); }
  int before;
};

TEST(Denormals, AreZeroInAProgramOnEveryThread) {
  const Tensor x = random_uniform({many}, 1e-20f, 2e-20f, {1, 1});
  const TensorType types[] = {x.type()};
  for (const int n : {1, 2, 7}) {
    const Threads count(n);
    Program program(trace([](auto in) { return std::vector<Tensor>{in[0] * 1e-19f, exp(in[0] * -1e22f)}; }, types));
    const auto out = program.run(std::vector<Tensor>{x});
    for (const Tensor& t : out) {
      EXPECT_EQ(subnormals(t), 0) << n;
    }
    EXPECT_EQ(out[0].to_vector(), std::vector<float>(many)) << n;
    EXPECT_TRUE(kept_here()) << n;
  }
}

TEST(Denormals, AreZeroInOpsRunAtOnce) {
  const Tensor x = random_uniform({many}, 1e-20f, 2e-20f, {1, 1});
  EXPECT_EQ(subnormals(x * 1e-19f), 0);
  EXPECT_TRUE(kept_here());
}

TEST(Denormals, AreKeptWhereAProgramThrew) {
  const TensorType types[] = {{{4, 2}, DType::f32}, {{3}, DType::i64}};
  Program program(trace([](auto in) { return std::vector<Tensor>{take(in[0], in[1])}; }, types));
  EXPECT_THROW(program.run(std::vector<Tensor>{Tensor::zeros({4, 2}), Tensor::from(std::vector<std::int64_t>{0, 9, 1})}), Error);
  EXPECT_TRUE(kept_here());
}

TEST(Denormals, ParallelWorkComputesAsItsCallerDoes) {
  const Threads count(4);
  const auto kept = [] {
    std::vector<char> all(64);
    parallel_for(64, [&](std::int64_t i) { all[static_cast<std::size_t>(i)] = kept_here(); });
    return std::count(all.begin(), all.end(), 1);
  };
  EXPECT_EQ(kept(), 64);
  {
    const FlushDenormals flush;
    EXPECT_EQ(kept(), 0);
  }
  EXPECT_EQ(kept(), 64);
}

}  // namespace
}  // namespace candor
