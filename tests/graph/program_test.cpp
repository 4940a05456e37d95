#include "candor/graph/program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/trace.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"
#include "tests/support/allocations.h"

namespace candor {
namespace {

/// A training step of a small network: forward, loss, gradients, plain descent.
struct Net {
  Variable w1{random_normal({20, 16}, 0, 0.3f, {1, 1}), "w1"}, b1{Tensor::zeros({16}), "b1"};
  Variable w2{random_normal({16, 3}, 0, 0.3f, {1, 2}), "w2"}, b2{Tensor::zeros({3}), "b2"};

  std::vector<Tensor> step(std::span<const Tensor> in) const {
    const std::vector<Variable> all{w1, b1, w2, b2};
    auto [loss, grads] = value_and_grad(
        [&] { return mean(sparse_softmax_cross_entropy(matmul(relu(matmul(in[0], w1) + b1), w2) + b2, in[1])); }, all);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].assign(all[i].value() - 0.1f * grads[i]);
    return {loss};
  }
  Program program(const PlanOptions& options = {}) const {
    const TensorType types[] = {{{32, 20}, DType::f32}, {{32}, DType::i64}};
    return Program(trace([&](auto in) { return step(in); }, types), options);
  }
};

const Tensor x = random_normal({32, 20}, 0, 1, {2, 0});
Tensor labels() {
  std::vector<std::int64_t> l;
  for (int i = 0; i < 32; ++i) l.push_back(i % 3);
  return Tensor::from(l);
}

TEST(Program, TrainsAndAllocatesNothing) {
  Net net;
  Program program = net.program();
  const Tensor y = labels();
  void* arguments[] = {x.raw(), y.raw()};
  float loss = 0, first = 0;
  void* results[] = {&loss};
  program.run(arguments, results);
  first = loss;
  const std::size_t before = test::allocations();
  for (int i = 0; i < 100; ++i) program.run(arguments, results);
  EXPECT_EQ(test::allocations(), before);
  EXPECT_LT(loss, 0.7f * first);
  check_memory(program);
}

TEST(Program, RewritesAndReuseDoNotChangeTheNumbers) {
  std::vector<float> losses;
  for (const PlanOptions& options : {PlanOptions{}, PlanOptions{.rewrite = false}, PlanOptions{.reuse = false}, PlanOptions{.device = "reference"}}) {
    Net net;
    Program program = net.program(options);
    const std::vector<Tensor> in{x, labels()};
    for (int i = 0; i < 20; ++i) program.run(in);
    losses.push_back(program.run(in)[0].item());
  }
  for (float loss : losses) EXPECT_NEAR(loss, losses[0], 1e-5f * losses[0]);
}

TEST(Program, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<float>> weights;
  const int before = threads();
  for (int count : {1, 2, 7}) {
    set_threads(count);
    Net net;
    Program program = net.program();
    for (int i = 0; i < 20; ++i) program.run(std::vector<Tensor>{x, labels()});
    weights.push_back(net.w1.tensor().to_vector());
  }
  set_threads(before);
  EXPECT_EQ(weights[0], weights[1]);
  EXPECT_EQ(weights[0], weights[2]);
}

TEST(Program, ReuseSavesMemory) {
  const auto chain = [](auto in) {
    Tensor t = in[0];
    for (int i = 0; i < 10; ++i) t = matmul(t, in[0]);
    return std::vector<Tensor>{t};
  };
  const TensorType square[] = {{{32, 32}, DType::f32}};
  const auto graph = trace(chain, square);
  EXPECT_LE(Program(graph).arena_bytes() * 3, Program(graph, {.reuse = false}).arena_bytes());
}

TEST(Program, TheNullDevicePlansAndCountsWithoutComputing) {
  Net net;
  Program program = net.program({.device = "null"});
  // Three products forward and back (no gradient to the data): 2 x 32 x (20 x 16 x 2 + 16 x 3 x 3).
  EXPECT_GE(program.flops(), 2.0 * 32 * (20 * 16 * 2 + 16 * 3 * 3));
  EXPECT_GT(program.arena_bytes(), 0u);
  EXPECT_THROW(program.run(std::vector<Tensor>{x, labels()}), Error);
}

TEST(Program, WrongArgumentsAreNamed) {
  Net net;
  Program program = net.program();
  try {
    program.run(std::vector<Tensor>{labels(), x});
    FAIL();
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("argument 0 is i64[32], planned for f32[32, 20]"), std::string::npos) << e.what();
  }
  EXPECT_THROW(program.run(std::vector<Tensor>{x}), Error);
}

}  // namespace
}  // namespace candor
