// Tile programs of single elementwise ops against the ops' reference kernels.
#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

const std::vector<Shape> sizes{Shape{0}, Shape{}, Shape{1}, Shape{10}, Shape{16}, Shape{17}, Shape{100}, Shape{1023}, Shape{1024}, Shape{1041}, Shape{70001}};

// Made-up numbers with infinities, NaN, zeros and large values between.
Buffers awkward(const std::vector<TensorType>& types) {
  Buffers in;
  for (const TensorType& type : types) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
    if (type.dtype != DType::f32) continue;
    const float odd[] = {INFINITY, -INFINITY, NAN, 0.f, -0.f, 1e30f, -1e30f, 1.f, 0.5f, 1.5f, 2.5f, -1e-40f};
    auto* x = static_cast<float*>(in.at.back());
    for (std::int64_t i = 0; i < type.size(); i += 3) x[i] = odd[static_cast<std::size_t>(i * 7 + static_cast<std::int64_t>(in.at.size()) * 5) % std::size(odd)];
  }
  return in;
}

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

TEST(TileElementwise, CountersAreNotTiles) {
  const TensorType count{Shape{}, DType::i64};
  check_kernel(node_of("add", {}, {count, count}), {"cpu.counter.add"});
  check_kernel(node_of("add", {}, {{Shape{1, 1}, DType::i64}, count}), {"cpu.counter.add"});
  check_kernel(node_of("add", {}, {{Shape{2}, DType::i64}, count}), {"cpu.tile.add"});
  check_kernel(node_of("add", {}, {{Shape{}, DType::i32}, {Shape{}, DType::i32}}), {"cpu.tile.add"});
  for (DType to : {DType::f64, DType::f32}) check_kernel(node_of("cast", {{"dtype", to}}, {count}), {"cpu.counter.cast"});
  check_kernel(node_of("cast", {{"dtype", DType::i32}}, {count}), {""});
}

TEST(TileElementwise, UnaryOps) {
  for (const char* name : {"negative", "abs", "sign", "square", "sqrt", "rsqrt", "reciprocal", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "tanh",
                           "erf", "sigmoid", "relu", "floor", "ceil", "round", "trunc", "isfinite", "isnan", "log2", "arcsin", "arctan", "sinh", "erfc"})
    for (const Shape& shape : sizes) {
      const NodeInfo node = node_of(name, {}, {f32(shape)});
      check_kernel(node, {"cpu.tile", 1e-6});
      check_kernel(node, {"cpu.tile", 1e-6}, awkward(node.in));
    }
}

TEST(TileElementwise, OpsWithNumbers) {
  for (const Shape& shape : sizes) {
    const NodeInfo clip = node_of("clip", {{"low", -0.25}, {"high", 0.5}}, {f32(shape)});
    check_kernel(clip, {"cpu.tile", 0}, awkward(clip.in));
    for (double beta : {1.0, 2.5}) check_kernel(node_of("softplus", {{"beta", beta}}, {f32(shape)}), {"cpu.tile", 1e-6});
  }
}

// Pairs of shapes that broadcast in every way the loader knows.
const std::vector<std::pair<Shape, Shape>> pairs{
    {{1041}, {1041}}, {{1041}, {}}, {{}, {7}},      {{}, {}},       {{0}, {1}},           {{128, 64}, {64}},   {{33, 7}, {7}},
    {{7}, {33, 7}},   {{33, 7}, {33, 1}}, {{5, 300}, {300}}, {{5, 300}, {5, 1}}, {{9, 1}, {1, 11}}, {{9, 1}, {1, 500}}, {{3, 1, 5}, {1, 4, 1}},
    {{2, 3, 4, 5}, {3, 1, 5}}, {{6, 400}, {6, 400}}, {{700, 100}, {100}}, {{700, 100}, {700, 1}}, {{2, 3, 300}, {2, 1, 300}}, {{2, 3, 300}, {3, 1}}, {{130, 513}, {513}}};

TEST(TileElementwise, BinaryOps) {
  for (const char* name : {"add", "subtract", "multiply", "divide", "maximum", "minimum", "equal", "not_equal", "less", "less_equal", "greater", "greater_equal",
                           "power", "fmod", "mod", "arctan2"})
    for (const auto& [a, b] : pairs) {
      const NodeInfo node = node_of(name, {}, {f32(a), f32(b)});
      check_kernel(node, {"cpu.tile", 1e-6});
      check_kernel(node, {"cpu.tile", 1e-6}, awkward(node.in));
    }
}

/// One whole number is counted without a tile.
const char* kernel_of(const NodeInfo& node) {
  const DType to = node.out[0].dtype;
  const bool counts = node.out[0].size() == 1 && node.in[0].dtype == DType::i64 && (node.op->name == "add" || (node.op->name == "cast" && (to == DType::f32 || to == DType::f64)));
  return counts ? "cpu.counter" : "cpu.tile";
}

TEST(TileElementwise, OtherDtypes) {
  for (DType dtype : {DType::i32, DType::i64, DType::u8, DType::i8, DType::f64, DType::bf16, DType::f16})
    for (const auto& [a, b] : pairs)
      for (const char* name : {"add", "multiply", "maximum", "divide", "less", "less_equal", "equal", "greater_equal"}) {
        const NodeInfo node = node_of(name, {}, {{a, dtype}, {b, dtype}});
        check_kernel(node, {kernel_of(node), 0});
      }
  for (DType dtype : {DType::i32, DType::i8, DType::f64, DType::bf16})
    for (const char* name : {"negative", "abs", "square", "sign", "relu"}) check_kernel(node_of(name, {}, {{Shape{100}, dtype}}), {"cpu.tile", 0});
}

TEST(TileElementwise, LogicAndChoice) {
  for (const auto& [a, b] : pairs) {
    for (const char* name : {"logical_and", "logical_or", "logical_xor", "equal", "less"})
      check_kernel(node_of(name, {}, {{a, DType::boolean}, {b, DType::boolean}}), {"cpu.tile", 0});
    check_kernel(node_of("logical_not", {}, {{a, DType::boolean}}), {"cpu.tile", 0});
    for (DType dtype : {DType::f32, DType::i32, DType::f64, DType::boolean, DType::u8, DType::bf16}) {
      check_kernel(node_of("where", {}, {{a, DType::boolean}, {b, dtype}, {a, dtype}}), {"cpu.tile", 0});
      check_kernel(node_of("where", {}, {{b, DType::boolean}, {Shape{}, dtype}, {a, dtype}}), {"cpu.tile", 0});
      check_kernel(node_of("where", {}, {{a, DType::boolean}, {b, dtype}, {Shape{}, dtype}}), {"cpu.tile", 0});
    }
  }
}

TEST(TileElementwise, CastsBetweenAllDtypes) {
  const DType all[] = {DType::f32, DType::f64, DType::bf16, DType::f16, DType::i8, DType::u8, DType::i32, DType::i64, DType::boolean};
  for (DType from : all)
    for (DType to : all)
      for (const Shape& shape : sizes) {
        const NodeInfo node = node_of("cast", {{"dtype", to}}, {{shape, from}});
        check_kernel(node, {kernel_of(node), 0});
      }
  for (DType to : all) {
    const NodeInfo node = node_of("cast", {{"dtype", to}}, {f32(Shape{1041})});
    check_kernel(node, {"cpu.tile", 0}, awkward(node.in));
  }
}

TEST(TileElementwise, RandomNumbersAreTheReferences) {
  for (const Shape& shape : sizes) {
    const Attrs attrs{{"shape", shape.to_vector()}, {"op_id", std::int64_t{7}}};
    check_kernel(node_of("bernoulli", Attrs(attrs).set("probability", 0.3), {}), {"cpu.tile", 0});
    check_kernel(node_of("uniform", Attrs(attrs).set("low", -1.5).set("high", 4.0).set("dtype", DType::f32), {}), {"cpu.tile", 1e-6});
  }
}

}  // namespace
}  // namespace candor::testing
