#include <gtest/gtest.h>

#include "candor/backends/cpu/matmul_pack.h"
#include "candor/base/error.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

using Ints = std::vector<std::int64_t>;

TEST(MovementKernels, BlocksOfAnyShapeAreTurned) {
  for (const cpu::Isa isa : {cpu::Isa::sse4, cpu::Isa::avx512}) {
    cpu::limit_isa(isa);
    for (std::int64_t rows = 0; rows <= 37; ++rows)
      for (std::int64_t columns = 0; columns <= 21; ++columns) {
        const std::int64_t from_row = columns + rows % 3, to_row = rows + columns % 5;
        std::vector<float> from(static_cast<std::size_t>(rows * from_row)), to(static_cast<std::size_t>(columns * to_row), -1.f);
        for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i);
        cpu::transpose_block(from.data(), from_row, rows, columns, to.data(), to_row);
        for (std::int64_t c = 0; c < columns; ++c)
          for (std::int64_t r = 0; r < to_row; ++r) ASSERT_EQ(to[static_cast<std::size_t>(c * to_row + r)], r < rows ? static_cast<float>(r * from_row + c) : -1.f) << rows << " x " << columns << " at " << r << ", " << c;
      }
  }
  cpu::limit_isa(cpu::Isa::avx512);
}

TEST(MovementKernels, Transpose) {
  const std::vector<std::pair<Shape, Ints>> cases{{{5}, {0}}, {{3, 4}, {1, 0}}, {{100, 37}, {1, 0}}, {{500, 300}, {1, 0}}, {{2, 3, 4}, {2, 0, 1}}, {{2, 3, 4}, {1, 0, 2}},
                                                  {{8, 9, 10, 11}, {0, 3, 1, 2}}, {{8, 9, 10, 11}, {3, 2, 1, 0}}, {{0, 4}, {1, 0}}, {{1, 1}, {1, 0}}, {{40, 30, 20}, {1, 2, 0}}};
  for (const auto& [shape, axes] : cases)
    for (DType dtype : {DType::f32, DType::u8, DType::f64, DType::bf16, DType::boolean}) check_kernel(node_of("transpose", {{"axes", axes}}, {{shape, dtype}}), {"cpu.copy", 0});
}

TEST(MovementKernels, BroadcastTo) {
  const std::vector<std::pair<Shape, Shape>> cases{{{}, {5}}, {{7}, {3, 7}}, {{3, 1}, {3, 7}}, {{1, 500}, {300, 500}}, {{2, 1, 4}, {2, 3, 4}}, {{3, 1, 5, 1}, {2, 3, 4, 5, 6}}, {{1}, {0}}};
  for (const auto& [from, to] : cases)
    for (DType dtype : {DType::f32, DType::i64, DType::u8}) check_kernel(node_of("broadcast_to", {{"shape", to.to_vector()}}, {{from, dtype}}), {"cpu.copy", 0});
}

TEST(MovementKernels, SliceAndItsGradient) {
  struct Case {
    Shape shape;
    Ints start, stop, step;
  };
  const std::vector<Case> cases{{{10}, {2}, {9}, {3}}, {{10}, {9}, {-1}, {-1}}, {{6, 7}, {1, 0}, {5, 7}, {1, 1}}, {{6, 7}, {0, 3}, {6, 4}, {1, 1}}, {{400, 100}, {10, 99}, {390, -1}, {1, -2}},
                                {{4, 5, 6}, {3, 0, 1}, {-1, 5, 6}, {-2, 2, 1}}, {{5}, {2}, {2}, {1}}};
  for (const Case& c : cases)
    for (DType dtype : {DType::f32, DType::u8}) {
      const NodeInfo node = node_of("slice", {{"start", c.start}, {"stop", c.stop}, {"step", c.step}}, {{c.shape, dtype}});
      check_kernel(node, {"cpu.copy", 0});
      check_kernel(node_of("slice_scatter", Attrs(node.attrs).set("shape", c.shape), {node.out[0]}), {"cpu.copy", 0});
    }
}

TEST(MovementKernels, PadAndConcatenate) {
  const std::vector<std::pair<Shape, std::pair<Ints, Ints>>> cases{{{5}, {{2}, {0}}}, {{3, 4}, {{1, 0}, {0, 2}}}, {{0, 4}, {{1, 1}, {1, 1}}}, {{300, 200}, {{1, 2}, {3, 4}}}, {{2, 5, 5, 3}, {{0, 1, 1, 0}, {0, 1, 1, 0}}}};
  for (const auto& [shape, width] : cases)
    for (DType dtype : {DType::f32, DType::u8, DType::f64, DType::boolean})
      check_kernel(node_of("pad", {{"low", width.first}, {"high", width.second}, {"mode", std::string("constant")}, {"value", 1.0}}, {{shape, dtype}}), {"cpu.copy", 0});
  for (DType dtype : {DType::f32, DType::u8, DType::bf16}) {
    check_kernel(node_of("concatenate", {{"axis", std::int64_t{0}}}, {{Shape{2, 3}, dtype}, {Shape{0, 3}, dtype}, {Shape{4, 3}, dtype}}), {"cpu.copy", 0});
    check_kernel(node_of("concatenate", {{"axis", std::int64_t{1}}}, {{Shape{200, 300}, dtype}, {Shape{200, 1}, dtype}, {Shape{200, 77}, dtype}}), {"cpu.copy", 0});
    check_kernel(node_of("concatenate", {{"axis", std::int64_t{2}}}, {{Shape{2, 3, 1}, dtype}, {Shape{2, 3, 1}, dtype}}), {"cpu.copy", 0});
  }
}

TEST(MovementKernels, TakeRows) {
  for (DType dtype : {DType::u8, DType::f32})
    for (DType index : {DType::i32, DType::i64})
      for (int axis : {0, 1}) {
        const NodeInfo node = node_of("take", {{"axis", std::int64_t{axis}}}, {{Shape{200, 200, 9}, dtype}, {Shape{64}, index}});
        check_kernel(node, {"cpu.take", 0});
      }
}

TEST(MovementKernels, IndexOutsideIsNamed) {
  const NodeInfo node = node_of("take", {{"axis", std::int64_t{0}}}, {{Shape{3, 2}, DType::f32}, {Shape{2}, DType::i32}});
  Buffers in;
  for (const TensorType& type : node.in) in.add(type);
  static_cast<std::int32_t*>(in.at[1])[0] = 2;
  static_cast<std::int32_t*>(in.at[1])[1] = 3;
  try {
    run_kernel(node, backend("cpu").choose(node, nullptr), in);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("index 3 at place"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace candor::testing
