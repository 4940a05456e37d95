#include "candor/graph/rewrite/rewrite.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
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
