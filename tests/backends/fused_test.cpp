// Tile programs of several ops: graphs as the fusing rewrite makes them, against the reference kernel of fused_elementwise.
#include <gtest/gtest.h>

#include "candor/graph/graph.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

struct Builder {
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  int argument(const TensorType& type) { return graph->add_argument(type); }
  int number(float value) { return graph->add_constant(Tensor(value)); }
  int node(std::string_view name, std::vector<int> in, Attrs attrs = {}) { return graph->add_node(op(name), std::move(attrs), std::move(in), "")[0]; }
  NodeInfo done(std::vector<int> results) {
    graph->results = std::move(results);
    std::vector<TensorType> in;
    for (int v : graph->arguments) in.push_back(graph->values[static_cast<std::size_t>(v)].type);
    return node_of("fused_elementwise", {{"body", std::shared_ptr<const Graph>(graph)}}, std::move(in));
  }
};

const std::vector<Shape> shapes{{1}, {10}, {16}, {7, 9}, {128, 64}, {64, 100}, {50, 700}, {3, 5, 333}, {300, 300}, {5, 4, 3, 2}};

TEST(TileFused, ChainWithRowsAndColumns) {
  for (const Shape& shape : shapes) {
    Builder b;
    const int x = b.argument(f32(shape)), row = b.argument(f32(Shape{shape[-1]})), column = b.argument(f32(shape.with(-1, 1))), s = b.argument(f32({}));
    const int scale = b.node("rsqrt", {b.node("add", {b.node("square", {column}), b.number(0.5f)})});  // computed once a row
    const int shift = b.node("tanh", {row});                                                           // computed once a tile
    const int twice = b.node("multiply", {s, b.number(2.f)});                                          // computed once
    const int y = b.node("add", {b.node("multiply", {b.node("subtract", {x, shift}), scale}), twice});
    check_kernel(b.done({b.node("relu", {y})}), {"cpu.tile", 1e-6});
  }
}

TEST(TileFused, SeveralResults) {
  for (const Shape& shape : shapes) {
    Builder b;
    const int x = b.argument(f32(shape)), y = b.argument(f32(shape));
    const int sum = b.node("add", {x, y}), product = b.node("multiply", {sum, x}), positive = b.node("greater", {product, b.number(0)});
    const int chosen = b.node("where", {positive, y, b.node("exp", {sum})});
    check_kernel(b.done({sum, chosen, positive, sum, x}), {"cpu.tile", 1e-6});
  }
}

TEST(TileFused, ResultsThatShareMemoryWithInputs) {
  for (const Shape& shape : shapes) {
    Builder b;
    const int x = b.argument(f32(shape)), y = b.argument(f32(shape));
    const int first = b.node("add", {x, y});                                          // takes x's memory
    const int second = b.node("multiply", {b.node("subtract", {x, first}), y});      // reads x after the first is known; takes y's
    const NodeInfo node = b.done({first, second});
    Buffers in, fresh;
    for (const TensorType& type : node.in) {
      in.add(type), fresh.add(type);
      fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
      fill(fresh.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
    }
    const Buffers want = run_kernel(node, reference_of(node), fresh);
    const Kernel kernel = backend("cpu").choose(node, nullptr);
    const RunState state;
    kernel.run({&node, in.at.data(), in.at.data(), nullptr, kernel.block.get(), &state});
    for (std::size_t o = 0; o < 2; ++o) EXPECT_EQ(difference(node.out[o], in.at[o], want.at[o], 1e-6), "") << to_string(shape) << ", output " << o;
  }
}

TEST(TileFused, PixelsToNormalisedNumbers) {
  for (const Shape& shape : {Shape{128, 784}, Shape{3, 5}, Shape{2, 28, 28, 3}}) {
    Builder b;
    const int pixels = b.argument({shape, DType::u8}), mean = b.argument(f32(Shape{shape[-1]}));
    const int x = b.node("multiply", {b.node("cast", {pixels}, {{"dtype", DType::f32}}), b.number(1 / 255.f)});
    check_kernel(b.done({b.node("subtract", {x, mean})}), {"cpu.tile", 1e-6});
  }
}

TEST(TileFused, DropoutDrawsItsMask) {
  for (const Shape& shape : shapes) {
    Builder b;
    const int x = b.argument(f32(shape));
    const int keep = b.node("bernoulli", {}, {{"shape", shape.to_vector()}, {"probability", 0.8}, {"op_id", std::int64_t{3}}});
    const int noise = b.node("uniform", {}, {{"shape", shape.to_vector()}, {"low", 0.0}, {"high", 1.0}, {"dtype", DType::f32}, {"op_id", std::int64_t{4}}});
    const int y = b.node("where", {keep, b.node("multiply", {x, b.number(1.25f)}), b.number(0)});
    check_kernel(b.done({b.node("add", {y, noise})}), {"cpu.tile", 1e-6});
  }
}

TEST(TileFused, DoublesAndOpsWithoutVectorForm) {
  for (const Shape& shape : shapes) {
    Builder b;
    const int x = b.argument({shape, DType::f64}), row = b.argument({Shape{shape[-1]}, DType::f64});
    const int y = b.node("add", {b.node("erfc", {x}), b.node("power", {b.node("abs", {x}), row})});
    const int small = b.node("less", {y, row});
    check_kernel(b.done({b.node("where", {small, x, y}), b.node("cast", {y}, {{"dtype", DType::f32}})}), {"cpu.tile", 1e-12});
  }
}

TEST(TileFused, ManyLiveValuesStillFit) {
  Builder b;
  const int x = b.argument(f32({5000}));
  std::vector<int> values;
  for (int i = 0; i < 30; ++i) values.push_back(b.node("add", {x, b.number(static_cast<float>(i))}));
  int sum = values[0];
  for (std::size_t i = 1; i < values.size(); ++i) sum = b.node("multiply", {b.node("tanh", {sum}), values[i]});
  check_kernel(b.done({sum}), {"cpu.tile", 1e-4});
}

}  // namespace
}  // namespace candor::testing
