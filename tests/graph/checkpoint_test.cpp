// Checkpoints: the same bits, less memory.
#include "candor/graph/checkpoint.h"

#include <gtest/gtest.h>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;

struct Made {
  Tensors results;
  std::size_t arena;
  std::string text;
};

/// Blocks of a matmul and elementwise work, each in a checkpoint or not; loss and gradients to input and weights.
struct Net {
  int blocks;
  bool random = false;
  Tensors run(bool checkpoints, std::span<const Tensor> in) const {
    Tensor x = in[0];
    Tensors wanted{x};
    for (int b = 0; b < blocks; ++b) {
      const Tensor w = in[1 + static_cast<std::size_t>(b)];
      wanted.push_back(w);
      const auto block = [&] {
        Tensor y = tanh(matmul(x, w));
        y = y * sigmoid(y) + exp(-square(y));
        if (random) y = ops::dropout(y, 0.25);
        return Tensors{tanh(matmul(y, w))};
      };
      x = checkpoints ? checkpoint(block)[0] : block()[0];
    }
    Tensors out{mean(square(x))};
    for (const Tensor& g : gradients(out[0], wanted)) out.push_back(g);
    return out;
  }
  Made make(bool checkpoints, const PlanOptions& options = {}) const {
    Tensors in{random_normal({64, 96}, 0, 1, {1, 1})};
    for (int b = 0; b < blocks; ++b) in.push_back(random_normal({96, 96}, 0, 0.1f, {2, static_cast<std::uint64_t>(b)}));
    std::vector<TensorType> types;
    for (const Tensor& t : in) types.push_back(t.type());
    Program program(trace([&](std::span<const Tensor> a) { return run(checkpoints, a); }, types), options);
    check_memory(program);
    return {program.run(in, {7, 3}), program.arena_bytes(), to_string(program.graph())};
  }
};

void expect_same_bits(const Tensors& a, const Tensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].to_vector(), b[i].to_vector()) << "result " << i;
}

TEST(Checkpoint, TheSameBitsInASmallerArena) {
  for (bool random : {false, true}) {
    const Net net{6, random};
    const Made without = net.make(false), with = net.make(true);
    expect_same_bits(with.results, without.results);
    EXPECT_LT(with.arena, without.arena * 2 / 3) << "with " << with.arena << ", without " << without.arena;
    EXPECT_NE(with.text.find("again"), std::string::npos);
    EXPECT_EQ(without.text.find("again"), std::string::npos);
  }
}

TEST(Checkpoint, AsTracedWithoutRewritesToo) {
  const Net net{3, true};
  expect_same_bits(net.make(true, {.rewrite = false}).results, net.make(false, {.rewrite = false}).results);
}

TEST(Checkpoint, WithinOneTheOuterCounts) {
  const auto f = [](std::span<const Tensor> in) {
    const Tensors y = checkpoint([&] { return Tensors{tanh(checkpoint([&] { return Tensors{exp(in[0])}; })[0])}; });
    return gradients(sum(y[0]), in);
  };
  const Tensor x = random_normal({5}, 0, 1, {1, 1});
  const TensorType type = x.type();
  const Tensors got = Program(trace(f, std::span(&type, 1))).run(std::span(&x, 1));
  const Tensors want = grad([](std::span<const Tensor> in) { return sum(tanh(exp(in[0]))); })(std::span(&x, 1));
  expect_same_bits(got, want);
}

TEST(Checkpoint, SecondDerivativesAndVariables) {
  const Variable w(random_normal({4, 4}, 0, 1, {1, 2}), "w"), seen(Tensor::zeros({4}), "seen", false);
  const auto f = [&](bool checkpoints, std::span<const Tensor> in) {
    const auto block = [&] {
      const Tensor y = tanh(matmul(in[0], w.value()));
      seen.assign(seen.value() + mean(y, {0}));
      return Tensors{y * y};
    };
    const Tensor y = sum(checkpoints ? checkpoint(block)[0] : block()[0]);
    const Tensor first = gradients(y, in)[0];
    return gradients(sum(square(first)), Tensors{in[0], w.value()});
  };
  const Tensor x = random_normal({3, 4}, 0, 1, {1, 1});
  const TensorType type = x.type();
  Tensors results[2];
  std::vector<float> running[2];
  for (int c : {0, 1}) {
    seen.assign(Tensor::zeros({4}));
    Program program(trace([&](std::span<const Tensor> in) { return f(c == 1, in); }, std::span(&type, 1)));
    results[c] = program.run(std::span(&x, 1));
    running[c] = seen.tensor().to_vector();
  }
  expect_same_bits(results[0], results[1]);
  EXPECT_EQ(running[0], running[1]);
  EXPECT_NE(running[0][0], 0);
}

TEST(Checkpoint, OutsideATraceItIsTheFunction) {
  EXPECT_EQ(checkpoint([] { return Tensors{Tensor(2.f) * Tensor(3.f)}; })[0].item(), 6);
}

}  // namespace
}  // namespace candor
