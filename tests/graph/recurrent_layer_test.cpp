// The rewrite recurrent_layer: sequences with their products become one node and one for all gradients, and give what they gave before.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/rewrite/rewrite.h"
#include "candor/graph/trace.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/recurrent.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

enum class Result { all, last, state };  ///< what is made of the states: all of them, the last, or c as well

struct Case {
  std::string cell;
  bool mask = false, reverse = false, bias = true, of_x = true, zeros = true;
  Result result = Result::all;
};

constexpr std::int64_t batch = 5, time_steps = 7, features = 6, units = 9;

std::int64_t gates_of(const Case& c) { return c.cell == "lstm" ? 4 : c.cell == "gru" ? 3 : 1; }

/// x, W, U, b, b of U, and the first state.
std::vector<Tensor> inputs_of(const Case& c) {
  const std::int64_t columns = gates_of(c) * units;
  std::vector<Tensor> in;
  for (const Shape& shape : {Shape{batch, time_steps, features}, Shape{features, columns}, Shape{units, columns}, Shape{columns}, Shape{columns}, Shape{batch, units}}) {
    std::vector<float> numbers;
    for (std::int64_t i = 0; i < shape.size(); ++i) numbers.push_back(static_cast<float>(0.5 * std::sin(static_cast<double>(3 * in.size() + 1) * 0.37 * static_cast<double>(i + 1))));
    in.push_back(Tensor::from(numbers, shape));
  }
  return in;
}

Tensor loss_of(const Case& c, std::span<const Tensor> in) {
  Tensor projected = matmul(reshape(in[0], {batch * time_steps, features}), in[1]);
  if (c.bias) projected = projected + in[3];
  projected = reshape(projected, {batch, time_steps, gates_of(c) * units});
  const Tensor first = c.zeros ? Tensor::zeros({batch, units}) : in[5];
  Tensor mask;
  if (c.mask) mask = greater(narrow(in[0], 2, 0, 1), Tensor(-0.2f)), mask = reshape(mask, {batch, time_steps});
  Tensor h, cells;
  if (c.cell == "rnn") h = rnn_sequence(projected, in[2], first, mask, c.reverse);
  else if (c.cell == "gru") h = std::get<0>(gru_sequence(projected, in[2], in[4], first, mask, c.reverse));
  else std::tie(h, cells, std::ignore) = lstm_sequence(projected, in[2], first, first, mask, c.reverse);
  if (c.result == Result::last) return sum(square(narrow(h, 1, c.reverse ? 0 : time_steps - 1, c.reverse ? 1 : time_steps)));
  Tensor loss = sum(h * sin(h + 1));
  if (c.result == Result::state && cells.defined()) loss = loss + sum(square(cells));
  return loss;
}

std::vector<Tensor> trained(const Case& c, std::span<const Tensor> in, float cotangent = 1) {
  const Tensor loss = loss_of(c, in);
  std::vector<Tensor> wanted{in[1], in[2]};
  if (c.bias) wanted.push_back(in[3]);
  if (c.cell == "gru") wanted.push_back(in[4]);
  if (c.of_x) wanted.push_back(in[0]);
  if (!c.zeros) wanted.push_back(in[5]);
  std::vector<Tensor> out = gradients(std::vector<Tensor>{loss}, std::vector<Tensor>{Tensor(cotangent)}, wanted);
  out.push_back(loss);
  return out;
}

std::shared_ptr<const Graph> traced(const std::vector<Tensor>& in, const TensorFunction& f) {
  std::vector<TensorType> types;
  for (const Tensor& t : in) types.push_back(t.type());
  return trace(f, types);
}

std::vector<Tensor> run_without(const char* rewrite, const std::shared_ptr<const Graph>& graph, const std::vector<Tensor>& in) {
  setenv("CANDOR_REWRITES", (std::string("-") + rewrite).c_str(), 1);
  Program program(graph);
  unsetenv("CANDOR_REWRITES");
  return program.run(in);
}

int count_of(const Graph& g, const std::string& op) {
  int count = 0;
  for (const Node& node : g.nodes) count += node.info.op->name == op;
  return count;
}

void compare(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t o = 0; o < got.size(); ++o) {
    ASSERT_EQ(got[o].shape(), want[o].shape());
    const std::vector<float> a = got[o].to_vector(), b = want[o].to_vector();
    float largest = 1e-3f;
    for (float x : b) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-6 * largest) << "result " << o << ", number " << i;
  }
}

void check_case(const Case& c) {
  SCOPED_TRACE(c.cell + (c.mask ? " mask" : "") + (c.reverse ? " reverse" : "") + (c.bias ? "" : " no bias") + (c.of_x ? " of x" : "") + (c.zeros ? "" : " state") +
               " result " + std::to_string(static_cast<int>(c.result)));
  const std::vector<Tensor> in = inputs_of(c);
  const auto graph = traced(in, [&](std::span<const Tensor> xs) { return trained(c, xs); });
  Graph g = *graph;
  rewrites::simplify(g), rewrites::constant_folding(g), rewrites::common_subexpressions(g), rewrites::fold_transpose(g), rewrites::dead_code(g);
  EXPECT_EQ(rewrites::recurrent_layer(g), 1);
  check(g);
  EXPECT_EQ(count_of(g, "recurrent_layer"), 1);
  EXPECT_EQ(count_of(g, "recurrent_layer_gradient"), 1);
  EXPECT_EQ(count_of(g, "matmul"), 0);
  EXPECT_EQ(count_of(g, "slice_scatter"), 0);
  compare(Program(graph).run(in), run_without("recurrent_layer", graph, in));
}

TEST(RecurrentLayerRewrite, TrainingOfEveryCell) {
  for (const char* cell : {"rnn", "gru", "lstm"})
    for (const bool reverse : {false, true})
      for (const bool mask : {false, true}) {
        check_case({.cell = cell, .mask = mask, .reverse = reverse});
        check_case({.cell = cell, .mask = mask, .reverse = reverse, .bias = false, .of_x = false, .result = Result::last});
        check_case({.cell = cell, .mask = mask, .reverse = reverse, .zeros = false, .result = Result::state});
      }
}

TEST(RecurrentLayerRewrite, InferenceKeepsNoGates) {
  const Case c{.cell = "lstm"};
  const std::vector<Tensor> in = inputs_of(c);
  const auto graph = traced(in, [&](std::span<const Tensor> xs) { return std::vector<Tensor>{loss_of(c, xs)}; });
  Graph g = *graph;
  EXPECT_EQ(rewrites::recurrent_layer(g), 1);
  check(g);
  EXPECT_EQ(count_of(g, "recurrent_layer"), 1);
  for (const Node& node : g.nodes) {
    if (node.info.op->name == "recurrent_layer") {
      EXPECT_EQ(node.info.out.size(), 2u);
    }
  }
  compare(Program(graph).run(in), run_without("recurrent_layer", graph, in));
}

// Over many steps a cotangent passes through the numbers below 1.2e-38, each of which may cost a processor a hundred ordinary ones.
TEST(RecurrentLayerRewrite, CotangentsThatVanishAreZero) {
  for (const char* cell : {"rnn", "gru", "lstm"}) {
    const std::vector<Tensor> in = inputs_of({.cell = cell});
    int vanished = 0, subnormal = 0, others = 0;
    for (const float cotangent : {1e-36f, 3e-37f, 1e-37f, 3e-38f}) {
      Program program(traced(in, [&](std::span<const Tensor> xs) { return trained({.cell = cell}, xs, cotangent); }));
      ASSERT_EQ(count_of(program.graph(), "recurrent_layer_gradient"), 1);
      const std::vector<Tensor> out = program.run(in);
      for (const float d : out[out.size() - 2].to_vector()) {  // of x
        vanished += d == 0, subnormal += std::fpclassify(d) == FP_SUBNORMAL, others += std::fpclassify(d) == FP_NORMAL;
      }
    }
    EXPECT_EQ(subnormal, 0) << cell;
    EXPECT_GT(vanished, 0) << cell;
    EXPECT_GT(others, 0) << cell;
  }
}

TEST(RecurrentLayerRewrite, LeavesWhatOthersRead) {
  const Case c{.cell = "gru"};
  const std::vector<Tensor> in = inputs_of(c);
  // The projected inputs are a result, too.
  const auto shared = traced(in, [&](std::span<const Tensor> xs) {
    const Tensor projected = reshape(matmul(reshape(xs[0], {batch * time_steps, features}), xs[1]), {batch, time_steps, 3 * units});
    return std::vector<Tensor>{std::get<0>(gru_sequence(projected, xs[2], xs[4], xs[5])), projected};
  });
  Graph g = *shared;
  EXPECT_EQ(rewrites::recurrent_layer(g), 0);
  // The gates are a result.
  const auto gates = traced(in, [&](std::span<const Tensor> xs) {
    const Tensor projected = reshape(matmul(reshape(xs[0], {batch * time_steps, features}), xs[1]), {batch, time_steps, 3 * units});
    return std::vector<Tensor>{std::get<1>(gru_sequence(projected, xs[2], xs[4], xs[5]))};
  });
  g = *gates;
  EXPECT_EQ(rewrites::recurrent_layer(g), 0);
  // The gradient of what is projected is a result.
  const auto middle = traced(in, [&](std::span<const Tensor> xs) {
    const Tensor projected = reshape(matmul(reshape(xs[0], {batch * time_steps, features}), xs[1]), {batch, time_steps, 3 * units});
    const Tensor loss = sum(square(std::get<0>(gru_sequence(projected, xs[2], xs[4], xs[5]))));
    return gradients(std::vector<Tensor>{loss}, std::vector<Tensor>{Tensor(1.f)}, std::vector<Tensor>{projected, xs[1], xs[2]});
  });
  g = *middle;
  rewrites::common_subexpressions(g), rewrites::fold_transpose(g), rewrites::dead_code(g);
  EXPECT_EQ(rewrites::recurrent_layer(g), 0);
}

}  // namespace
}  // namespace candor
