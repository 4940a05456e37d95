// What an optimizer keeps is zeros at first: pages nobody has touched until the first step.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor::testing {
namespace {

std::int64_t resident_bytes() {
  std::int64_t all = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(OptimizerMemory, MomentsOfALargeWeightAreNotTouchedWhileAStepIsTraced) {
  if (resident_bytes() == 0) GTEST_SKIP() << "no /proc/self/statm here";
  constexpr std::int64_t bytes = std::int64_t{64} << 20;
  const Variable weight(Tensor::full({bytes / 4}, 0.5f), "weight");
  const std::vector<Variable> weights{weight};
  const Adam adam(0.1);
  const auto step = compile([&](Tensor x) -> Tensor {
    auto [loss, gradients] = value_and_grad([&] { return sum(square(weight.value() - x)); }, weights);
    adam.apply(gradients, weights);
    return loss;
  });
  const std::int64_t before = resident_bytes();
  const std::vector<TensorType> types{{{}, DType::f32}};
  step.function().program(types);
  EXPECT_LT(resident_bytes() - before, bytes / 4) << "of " << 2 * bytes << " bytes of moments";
  step(Tensor::full({}, 1.f));
  EXPECT_NEAR(weight.tensor().to_vector<float>()[12345], 0.6f, 1e-5f);
  EXPECT_GT(resident_bytes() - before, 2 * bytes);
}

TEST(OptimizerMemory, StatesThatBeginWithGivenNumbersAreCopies) {
  const Variable weight(Tensor::full({3}, 2.f), "weight");
  const Tensor first = weight.tensor().clone();
  const Variable other(first, "other");
  other.assign(Tensor::zeros({3}));
  EXPECT_EQ(first.to_vector<float>(), (std::vector<float>{2, 2, 2}));
}

}  // namespace
}  // namespace candor::testing
