#include "candor/graph/rewrite/rewrite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/optimizer.h"
#include "candor/ops/random.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using Names = std::vector<std::string>;

Graph traced(std::vector<Shape> shapes, const TensorFunction& f) {
  std::vector<TensorType> types;
  for (const Shape& s : shapes) types.push_back({s, DType::f32});
  return *trace(f, types);
}
Names names(const Graph& g) {
  Names out;
  for (const Node& n : g.nodes) out.push_back(n.info.op->name);
  return out;
}

TEST(Rewrite, ALossKeepsItsRepeatedTargets) {
  const auto f = [](std::span<const Tensor> in) { return std::vector<Tensor>{sigmoid_cross_entropy(in[0], broadcast_to(in[1], in[0].shape()))}; };
  const std::vector<Tensor> in{Tensor::zeros({3, 2}), Tensor::from<float>({0, 1})};
  const std::vector<TensorType> types{in[0].type(), in[1].type()};
  EXPECT_FLOAT_EQ(Program(trace(f, types)).run(in)[0].to_vector()[1], 0.6931472f);
}

TEST(Rewrite, CommonSubexpressions) {
  Graph g = traced({{4}}, [](auto in) { return std::vector<Tensor>{exp(in[0]) + exp(in[0])}; });
  EXPECT_EQ(names(g), (Names{"exp", "exp", "add"}));
  EXPECT_EQ(rewrites::common_subexpressions(g), 1);
  check(g);
  EXPECT_EQ(rewrites::dead_code(g), 0);
  EXPECT_EQ(names(g), (Names{"exp", "add"}));
}

TEST(Rewrite, DeadCode) {
  Graph g = traced({{4}}, [](auto in) {
    exp(in[0]);
    return std::vector<Tensor>{-in[0]};
  });
  EXPECT_EQ(rewrites::dead_code(g), 1);
  check(g);
  EXPECT_EQ(names(g), (Names{"negative"}));
}

TEST(Rewrite, ConstantFolding) {
  Graph g = traced({{4}}, [](auto in) { return std::vector<Tensor>{in[0] * exp(Tensor(1.f) + Tensor(2.f))}; });
  EXPECT_EQ(rewrites::constant_folding(g), 2);
  check(g);
  EXPECT_EQ(names(g), (Names{"multiply"}));
}

TEST(Rewrite, Simplify) {
  Graph g = traced({{4, 2}}, [](auto in) {
    return std::vector<Tensor>{reshape(reshape(transpose(transpose(in[0] * 1.f)), Shape{8}), Shape{2, 4})};
  });
  EXPECT_GT(rewrites::simplify(g), 0);
  rewrites::dead_code(g);
  check(g);
  EXPECT_EQ(names(g), (Names{"reshape"}));
}

TEST(Rewrite, SimplifyCasts) {
  Graph g = traced({{4, 2}}, [](auto in) {
    const Tensor half = cast(in[0], DType::bf16);
    return std::vector<Tensor>{cast(cast(half, DType::f32), DType::bf16), cast(cast(half, DType::f32), DType::f64), cast(cast(in[0], DType::bf16), DType::f32)};
  });
  EXPECT_EQ(rewrites::simplify(g), 2);
  rewrites::dead_code(g);
  check(g);
  // The second goes to f64 at once; the third has lost digits on its way and stays.
  EXPECT_EQ(names(g), (Names{"cast", "cast", "cast", "cast"}));
  EXPECT_EQ(g.results[0], g.nodes[0].outputs[0]);
  EXPECT_EQ(g.nodes[1].info.in[0].dtype, DType::bf16);
  EXPECT_EQ(g.nodes[1].info.out[0].dtype, DType::f64);
}

TEST(Rewrite, ConstantsInFewerBitsAreFoldedWhateverTheirSize) {
  const Tensor weights = random_normal({300, 300}, 0, 1, {1, 2});
  Graph g = traced({{2, 300}}, [&](auto in) { return std::vector<Tensor>{matmul(cast(in[0], DType::bf16), cast(reshape(weights, Shape{300, 300}), DType::bf16)), in[0] + exp(slice(weights, {0, 0}, {1, 300}))}; });
  EXPECT_GE(rewrites::constant_folding(g), 1);
  EXPECT_GE(rewrites::constant_kernels(g), 1);  // those that products read, behind the factors that join them
  check(g);
  for (const Node& node : g.nodes) EXPECT_FALSE(node.info.op->name == "cast" && node.info.in[0].shape == (Shape{300, 300}));
  Graph wider = traced({{2, 300}}, [&](auto in) { return std::vector<Tensor>{matmul(cast(in[0], DType::f64), cast(weights, DType::f64))}; });
  EXPECT_EQ(rewrites::constant_folding(wider), 0) << "in more bits a large constant takes more memory than its conversion time is worth";
}

TEST(Rewrite, DropBroadcast) {
  Graph g = traced({{3}, {2, 3}}, [](auto in) {
    const Tensor repeated = broadcast_to(in[0], Shape{2, 3});
    return std::vector<Tensor>{repeated * in[1], repeated + repeated};  // the sum needs one of its operands for its shape
  });
  EXPECT_EQ(rewrites::drop_broadcast(g), 2);
  check(g);
  EXPECT_EQ(g.nodes[1].inputs, (std::vector<int>{g.arguments[0], g.arguments[1]}));
  EXPECT_EQ(g.nodes[2].info.out[0].shape, (Shape{2, 3}));
}

TEST(Rewrite, FoldTranspose) {
  Graph g = traced({{3, 4}, {3, 5}}, [](auto in) { return std::vector<Tensor>{matmul(transpose(in[0]), in[1])}; });
  EXPECT_EQ(rewrites::fold_transpose(g), 1);
  rewrites::dead_code(g);
  check(g);
  ASSERT_EQ(names(g), (Names{"matmul"}));
  EXPECT_TRUE(g.nodes[0].info.attrs.flag("transpose_a"));
}

TEST(Rewrite, FuseEpilogue) {
  Graph g = traced({{3, 4}, {4, 5}, {5}}, [](auto in) { return std::vector<Tensor>{relu(matmul(in[0], in[1]) + in[2])}; });
  EXPECT_EQ(rewrites::fuse_epilogue(g), 1);
  check(g);
  ASSERT_EQ(names(g), (Names{"fused_matmul"}));
  EXPECT_EQ(g.nodes[0].info.attrs.text("activation"), "relu");
}

TEST(Rewrite, FuseEpilogueTakesABiasThatIsConvertedBehindTheProduct) {
  const Variable bias(Tensor::full({2, 3}, .5));
  Graph g = traced({{3, 4}, {4, 6}}, [&](auto in) {
    const Tensor product = matmul(cast(in[0], DType::bf16), cast(in[1], DType::bf16));
    return std::vector<Tensor>{relu(product + reshape(cast(bias.value(), DType::bf16), Shape{6}))};
  });
  EXPECT_EQ(rewrites::fuse_epilogue(g), 1);
  check(g);
  EXPECT_EQ(names(g), (Names{"cast", "reshape", "cast", "cast", "fused_matmul"}));
  EXPECT_EQ(g.nodes.back().info.in.size(), 3u);
}

TEST(Rewrite, FuseEpilogueKeepsAValueThatIsReadTwice) {
  Graph g = traced({{3, 4}, {4, 5}, {5}}, [](auto in) {
    const Tensor z = matmul(in[0], in[1]) + in[2];
    return std::vector<Tensor>{relu(z), z};
  });
  EXPECT_EQ(rewrites::fuse_epilogue(g), 1);
  check(g);
  EXPECT_EQ(names(g), (Names{"fused_matmul", "relu"}));
}

TEST(Rewrite, GateProducts) {
  Graph g = traced({{3, 4}, {5, 4}, {3, 5}}, [](auto in) {
    const Tensor y = relu(in[2]);
    return std::vector<Tensor>{where(greater(y, Tensor(0.f)), matmul(in[0], in[1], false, true), Tensor(0.f))};
  });
  EXPECT_EQ(rewrites::gate_products(g), 1);
  check(g);
  EXPECT_EQ(names(g), (Names{"relu", "fused_matmul"}));
  EXPECT_TRUE(g.nodes[1].info.attrs.flag("gate"));
  EXPECT_EQ(g.nodes[1].info.attrs.text("gate_of"), "relu");
}

TEST(Rewrite, TheSlopeOfATanhIsAGateToo) {
  for (const bool product_first : {true, false}) {
    Graph g = traced({{3, 4}, {5, 4}, {3, 5}}, [&](auto in) {
      const Tensor y = tanh(in[2]), product = matmul(in[0], in[1], false, true), slope = Tensor(1.f) - square(y);
      return std::vector<Tensor>{product_first ? product * slope : slope * product};
    });
    EXPECT_EQ(rewrites::gate_products(g), 1);
    check(g);
    EXPECT_EQ(names(g), (Names{"tanh", "fused_matmul"}));
    EXPECT_EQ(g.nodes[1].info.attrs.text("gate_of"), "tanh");
  }
  Graph other = traced({{3, 4}, {4, 5}, {3, 5}}, [](auto in) { return std::vector<Tensor>{matmul(in[0], in[1]) * (Tensor(2.f) - square(in[2]))}; });
  EXPECT_EQ(rewrites::gate_products(other), 0);
}

TEST(Rewrite, AProductThatIsReadTwiceOrHasAnotherGateStays) {
  Graph read_twice = traced({{3, 4}, {4, 5}, {3, 5}}, [](auto in) {
    const Tensor product = matmul(in[0], in[1]);
    return std::vector<Tensor>{where(greater(in[2], Tensor(0.f)), product, Tensor(0.f)), product};
  });
  EXPECT_EQ(rewrites::gate_products(read_twice), 0);
  Graph broadcast = traced({{3, 4}, {4, 5}, {5}}, [](auto in) { return std::vector<Tensor>{where(greater(in[2], Tensor(0.f)), matmul(in[0], in[1]), Tensor(0.f))}; });
  EXPECT_EQ(rewrites::gate_products(broadcast), 0);
  Graph other_zero = traced({{3, 4}, {4, 5}, {3, 5}}, [](auto in) { return std::vector<Tensor>{where(greater(in[2], Tensor(1.f)), matmul(in[0], in[1]), Tensor(0.f))}; });
  EXPECT_EQ(rewrites::gate_products(other_zero), 0);
  Graph later = traced({{3, 4}, {4, 5}}, [](auto in) {
    const Tensor product = matmul(in[0], in[1]), gate = exp(in[0] * in[0]);  // made after the product
    return std::vector<Tensor>{where(greater(matmul(gate, in[1]), Tensor(0.f)), product, Tensor(0.f))};
  });
  EXPECT_EQ(rewrites::gate_products(later), 0);
}

TEST(Rewrite, LossWithGradient) {
  const std::vector<TensorType> types{{Shape{3, 4}, DType::f32}, {Shape{3}, DType::i32}};
  const auto f = [](std::span<const Tensor> in) {
    const Tensor loss = mean(sparse_softmax_cross_entropy(in[0], in[1]));
    return std::vector<Tensor>{loss, gradients(loss, in.first(1))[0]};
  };
  Graph g = *trace(f, types);
  for (auto rewrite : {rewrites::drop_broadcast, rewrites::constant_folding, rewrites::dead_code}) rewrite(g);
  EXPECT_EQ(rewrites::loss_with_gradient(g), 1);
  check(g);
  EXPECT_EQ(names(g), (Names{"sparse_softmax_cross_entropy_with_gradient", "mean"}));
  // A cotangent that hangs on the loss itself is not there in time.
  Graph late = *trace([](std::span<const Tensor> in) {
    const Tensor loss = sum(square(sparse_softmax_cross_entropy(in[0], in[1])));
    return std::vector<Tensor>{loss, gradients(loss, in.first(1))[0]};
  }, types);
  EXPECT_EQ(rewrites::loss_with_gradient(late), 0);
}

/// An update of a table and of a bias, whose gradients are those of taking some rows.
Graph update_of_a_table(std::int64_t rows, std::int64_t taken, bool gradient_is_a_result) {
  const auto f = [gradient_is_a_result](std::span<const Tensor> in) {
    const Tensor loss = sum(square(take(in[0], in[1], 0)) * 0.5f) + sum(square(in[2]));
    const std::vector<Tensor> by{in[0], in[2]}, g = gradients(loss, by);
    std::vector<Tensor> out = ops::sgd_update(by, g, {}, Tensor(0.1f), {});
    if (gradient_is_a_result) out.push_back(g[0]);
    return out;
  };
  Graph g = *trace(f, std::vector<TensorType>{{Shape{rows, 3}, DType::f32}, {Shape{taken}, DType::i32}, {Shape{5}, DType::f32}});
  rewrites::dead_code(g);
  return g;
}

TEST(Rewrite, AnOptimizerAddsUpTheRowsOfATable) {
  Graph g = update_of_a_table(9, 4, false);
  const Graph before = g;
  EXPECT_EQ(rewrites::sparse_updates(g), 1);
  check(g);
  const Names after = names(g);
  EXPECT_EQ(std::count(after.begin(), after.end(), "take_gradient"), 0);
  EXPECT_EQ(rewrites::sparse_updates(g), 0);  // once is enough
  const std::vector<Tensor> in{reshape(Tensor::from<float>(std::vector<float>(27, 0.25f)), {9, 3}), Tensor::from<std::int32_t>({7, 0, 7, -1}), Tensor::from<float>({1, 2, 3, 4, 5})};
  const auto a = Program(std::make_shared<Graph>(before)).run(in), b = Program(std::make_shared<Graph>(g)).run(in);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].to_vector(), b[i].to_vector());
  EXPECT_FLOAT_EQ(static_cast<float>(b[0].to_vector()[7 * 3]), 0.2f);  // row 7 was taken twice: .25 less .1 of .5
}

TEST(Rewrite, AGradientThatIsReadOrHasMoreRowsThanTheTableStays) {
  Graph read = update_of_a_table(9, 4, true), dense = update_of_a_table(9, 9, false);
  EXPECT_EQ(rewrites::sparse_updates(read), 0);
  EXPECT_EQ(rewrites::sparse_updates(dense), 0);
}

/// The graph's results and, after the rewrite, the same numbers.
void expect_the_same_after_fusing(const Graph& before, const Graph& after) {
  std::vector<Tensor> in;
  for (int v : before.arguments) {
    std::vector<float> numbers(static_cast<std::size_t>(before.values[static_cast<std::size_t>(v)].type.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>((i * 37 + static_cast<std::size_t>(v) * 11) % 23) / 10.f - 1.f;
    in.push_back(reshape(Tensor::from(numbers), before.values[static_cast<std::size_t>(v)].type.shape));
  }
  const auto a = Program(std::make_shared<Graph>(before)).run(in), b = Program(std::make_shared<Graph>(after)).run(in);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto x = a[i].to_vector(), y = b[i].to_vector();
    for (std::size_t k = 0; k < x.size(); ++k) EXPECT_NEAR(x[k], y[k], 1e-5 * (1 + std::abs(x[k]))) << i << ", " << k;
  }
}

TEST(Rewrite, FuseEpilogueAddsAResidualThatIsThere) {
  const Variable w(Tensor::full({5, 5}, 0.3)), v(Tensor::full({5, 5}, -0.2)), b(Tensor::full({5}, 0.1));
  Graph g = traced({{3, 5}}, [&](auto in) {
    const Tensor h = matmul(in[0] * 2.f, w.value() * 1.5f);
    const Tensor first = matmul(h * b.value(), v.value()), second = matmul(h - b.value(), w.value());
    return std::vector<Tensor>{h + (matmul(tanh(h) + b.value(), v.value()) + b.value()), first + second};
  });
  const Graph before = g;
  rewrites::fuse_epilogue(g);
  check(g);
  int residuals = 0;
  for (const Node& node : g.nodes) residuals += node.info.op->name == "fused_matmul" && node.info.attrs.flag("residual");
  EXPECT_EQ(residuals, 2);
  expect_the_same_after_fusing(before, g);
}

TEST(Rewrite, FuseEpilogueLeavesResidualsToProductsOfWeights) {
  Graph g = traced({{3, 4}, {4, 5}, {3, 5}, {3, 5}}, [](auto in) { return std::vector<Tensor>{matmul(in[0], in[1]) + in[2], matmul(in[0], in[3], true)}; });
  EXPECT_EQ(rewrites::fuse_epilogue(g), 0);
}

TEST(Rewrite, FuseEpilogueKeepsSlopesInPlaceOfWhatTheyAreOf) {
  const Variable w(Tensor::full({5, 7}, 0.3)), v(Tensor::full({7, 5}, -0.2)), b(Tensor::full({7}, 0.1));
  Graph g = traced({{3, 5}}, [&](auto in) {
    const Tensor x = in[0] * sum(w.value());
    const std::vector<Variable> weights{w, v, b};
    auto [loss, gradients] = value_and_grad([&] { return sum(square(matmul(gelu_tanh(matmul(x, w.value()) + b.value()), v.value()) - in[0])); }, weights);
    return std::vector<Tensor>{loss, gradients[0], gradients[1], gradients[2]};
  });
  const Graph before = g;
  for (const auto apply : {rewrites::simplify, rewrites::common_subexpressions, rewrites::fold_transpose, rewrites::dead_code, rewrites::fuse_epilogue}) apply(g), check(g);
  int slopes = 0, factors = 0;
  for (const Node& node : g.nodes) {
    EXPECT_NE(node.info.op->name, "gelu_tanh_slope");
    if (node.info.op->name == "fused_matmul") slopes += node.info.attrs.has("slope"), factors += node.info.attrs.has("times");
  }
  EXPECT_EQ(slopes, 1);
  EXPECT_EQ(factors, 2);  // the slopes, and in[0] for the gradient of sum(w)
  expect_the_same_after_fusing(before, g);
}

TEST(Rewrite, FuseElementwise) {
  Graph g = traced({{3, 4}, {4}}, [](auto in) {
    const Tensor a = in[0] * 2.f + in[1];
    const Tensor b = sum(a, {1}, true);  // not elementwise: a leaves its group and the rest forms another
    return std::vector<Tensor>{tanh(a) * b + a};
  });
  EXPECT_EQ(rewrites::fuse_elementwise(g), 2);
  check(g);
  EXPECT_EQ(names(g), (Names{"fused_elementwise", "sum", "fused_elementwise"}));
}

TEST(Rewrite, FuseElementwiseRecomputesDropoutMasks) {
  Graph g = traced({{64}, {64}}, [](auto in) {
    const Tensor keep = ops::bernoulli({64}, 0.5);
    const Tensor a = where(keep, in[0] * 2.f, Tensor(0.f)), s = sum(a);
    return std::vector<Tensor>{where(keep, in[1] * s, Tensor(0.f))};
  });
  rewrites::common_subexpressions(g);
  EXPECT_EQ(rewrites::fuse_elementwise(g), 2);
  check(g);
  EXPECT_EQ(names(g), (Names{"fused_elementwise", "sum", "fused_elementwise"}));
}

TEST(Rewrite, CanBeSwitchedOffByName) {
  setenv("CANDOR_REWRITES", "-cse,-dead_code", 1);
  Graph g = traced({{4}}, [](auto in) { return std::vector<Tensor>{exp(in[0]) + exp(in[0])}; });
  for (const auto& [name, count] : rewrite(g)) EXPECT_NE(name, "cse");
  setenv("CANDOR_REWRITES", "none", 1);
  EXPECT_TRUE(rewrite(g).empty());
  unsetenv("CANDOR_REWRITES");
}

TEST(Rewrite, NamesAreDifferentAndExplained) {
  for (const Rewrite& r : all_rewrites()) EXPECT_GT(std::string(r.what).size(), 10u) << r.name;
}

}  // namespace
}  // namespace candor
