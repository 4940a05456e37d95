// The rewrite early_updates: the same bits as one update at the end, less memory, and nothing that still reads the old weights is overtaken.
#include <gtest/gtest.h>

#include <cstdlib>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/matmul.h"
#include "candor/ops/optimizer.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor {
namespace {

constexpr std::int64_t width = 300, batch = 24, layers = 4;

struct Form {
  std::string rule = "adam";
  bool clip = false;     // gradients wait for the norm of all of them
  DType state = DType::f32;
  bool returns = false;  // the step also gives the old weights of the second layer
};

/// Dense layers with tanh, and a step that moves towards the target.
struct Net {
  std::vector<Variable> w, b, first, second;
  Variable steps{Tensor::full({}, 0, DType::f64), "steps"};

  explicit Net(DType state) {
    for (std::uint32_t l = 0; l < layers; ++l) {
      w.emplace_back(random_normal({width, width}, 0, 0.05f, {1, l}), "w");
      b.emplace_back(Tensor::zeros({width}), "b");
      for (const Shape& shape : {Shape{width, width}, Shape{width}}) first.emplace_back(Tensor::zeros(shape, state), "m"), second.emplace_back(Tensor::zeros(shape, state), "v");
    }
  }

  std::vector<Variable> parameters() const {
    std::vector<Variable> all;
    for (std::size_t l = 0; l < w.size(); ++l) all.push_back(w[l]), all.push_back(b[l]);
    return all;
  }

  std::vector<Tensor> step(const Tensor& x, const Tensor& y, const Form& form) const {
    const std::vector<Variable> all = parameters();
    auto [loss, gradients] = value_and_grad(
        [&] {
          Tensor h = x;
          for (std::size_t l = 0; l < w.size(); ++l) h = tanh(matmul(h, w[l]) + b[l]);
          return mean(square(h - y));
        },
        all);
    if (form.clip) {
      Tensor norm = Tensor(0.f);
      for (const Tensor& g : gradients) norm = norm + sum(square(g));
      for (Tensor& g : gradients) g = g / sqrt(norm);
    }
    std::vector<Tensor> p, m, v, results{loss};
    for (std::size_t i = 0; i < all.size(); ++i) p.push_back(all[i].value()), m.push_back(first[i].value()), v.push_back(second[i].value());
    if (form.returns) results.push_back(all[2].value() * 2.f);
    const Tensor count = steps.value() + Tensor::full({}, 1, DType::f64), rate = 1e-3f / cast(sqrt(count), DType::f32);
    steps.assign(count);
    std::vector<Tensor> out;
    if (form.rule == "sgd") out = ops::sgd_update(p, gradients, m, rate, {.momentum = 0.9});
    else if (form.rule == "rmsprop") out = ops::rmsprop_update(p, gradients, m, {}, {}, rate, {});
    else out = ops::adam_update(p, gradients, m, v, rate, count, {});
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].assign(out[i]);
      first[i].assign(out[all.size() + i]);
      if (form.rule == "adam") second[i].assign(out[2 * all.size() + i]);
    }
    return results;
  }
};

struct Outcome {
  std::vector<std::vector<float>> numbers;
  std::size_t arena = 0;
  int updates = 0, moved = 0;  // nodes that update; how many of them run before the last product
};

Outcome train(const Form& form, bool early) {
  if (!early) ::setenv("CANDOR_REWRITES", "-early_updates", 1);
  const Net net(form.state);
  const TensorType type{{batch, width}, DType::f32}, types[] = {type, type};
  Program program(trace([&](auto in) { return net.step(in[0], in[1], form); }, types));
  ::unsetenv("CANDOR_REWRITES");
  Outcome outcome;
  outcome.arena = program.arena_bytes();
  int products = 0, all_products = 0;
  const auto is_product = [](const Node& n) { return n.info.op->name.find("matmul") != std::string::npos; };
  for (const Node& n : program.graph().nodes) all_products += is_product(n);
  for (const Node& n : program.graph().nodes) {
    products += is_product(n);
    if (n.info.op->in_place_updates) ++outcome.updates, outcome.moved += products < all_products;
  }
  for (std::uint32_t s = 0; s < 4; ++s)
    for (const Tensor& t : program.run(std::vector<Tensor>{random_normal({batch, width}, 0, 1, {7, s}), random_normal({batch, width}, 0, 0.3f, {8, s})})) outcome.numbers.push_back(t.to_vector());
  for (const Variable& v : net.parameters()) outcome.numbers.push_back(v.value().to_vector());
  outcome.numbers.push_back({static_cast<float>(net.steps.value().item<double>())});
  return outcome;
}

TEST(EarlyUpdates, SameBitsInLessMemory) {
  for (const char* rule : {"adam", "sgd", "rmsprop"}) {
    const Outcome early = train({.rule = rule}, true), late = train({.rule = rule}, false);
    EXPECT_EQ(late.updates, 1) << rule;
    EXPECT_EQ(late.moved, 0) << rule;
    EXPECT_EQ(early.updates, layers) << rule;
    EXPECT_EQ(early.moved, layers - 1) << rule;
    EXPECT_EQ(early.numbers, late.numbers) << rule;
    // Two layers' gradients, not four.
    EXPECT_LT(early.arena + std::size_t{3} * width * width, late.arena) << rule;
  }
}

TEST(EarlyUpdates, StatesOf16BitsKeepTheirNoise) {
  const Outcome early = train({.state = DType::bf16}, true), late = train({.state = DType::bf16}, false);
  EXPECT_EQ(early.moved, layers - 1);
  EXPECT_EQ(early.numbers, late.numbers);
}

TEST(EarlyUpdates, GradientsThatWaitForTheirNormStay) {
  const Outcome early = train({.clip = true}, true), late = train({.clip = true}, false);
  EXPECT_EQ(early.moved, 0);
  EXPECT_EQ(early.numbers, late.numbers);
}

TEST(EarlyUpdates, WeightsReadLaterAreTheOldOnes) {
  const Outcome early = train({.returns = true}, true), late = train({.returns = true}, false);
  EXPECT_EQ(early.numbers, late.numbers);
}

}  // namespace
}  // namespace candor
