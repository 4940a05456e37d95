#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor {
namespace {

using testing::check_kernel;
using testing::node_of;
using I = std::int64_t;

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }
Shape matrix(I rows, I columns, bool transposed) { return transposed ? Shape{columns, rows} : Shape{rows, columns}; }

NodeInfo product(I m, I n, I k, bool ta, bool tb) {
  return node_of("matmul", {{"transpose_a", ta}, {"transpose_b", tb}}, {f32(matrix(m, k, ta)), f32(matrix(k, n, tb))});
}

}  // namespace

TEST(CpuMatmul, EverySmallShape) {
  for (I m : {1, 2, 3, 7, 15, 16, 17, 33})
    for (I n : {1, 2, 3, 7, 15, 16, 17, 33, 65})
      for (I k : {1, 2, 3, 16, 17, 33})
        for (int flags = 0; flags < 4; ++flags) check_kernel(product(m, n, k, flags & 1, flags & 2), {"cpu.matmul"});
}

TEST(CpuMatmul, ShapesThatAreCutIntoTasks) {
  for (int flags = 0; flags < 4; ++flags) {
    check_kernel(product(128, 128, 784, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(131, 67, 129, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(64, 600, 512, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(60, 40, 2051, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(1, 300, 900, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(3, 257, 300, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
  }
}

TEST(CpuMatmul, NothingToDoOrToAdd) {
  for (int flags = 0; flags < 4; ++flags) {
    check_kernel(product(0, 3, 4, flags & 1, flags & 2), {"cpu.matmul"});
    check_kernel(product(3, 0, 4, flags & 1, flags & 2), {"cpu.matmul"});
    check_kernel(product(3, 4, 0, flags & 1, flags & 2), {"cpu.matmul"});
  }
}

TEST(CpuMatmul, BatchesBroadcast) {
  for (int flags = 0; flags < 4; ++flags) {
    const bool ta = flags & 1, tb = flags & 2;
    const auto batched = [&](Shape a, Shape b, I m, I n, I k) {
      for (I extent : matrix(m, k, ta)) a = a.inserted(a.rank(), extent);
      for (I extent : matrix(k, n, tb)) b = b.inserted(b.rank(), extent);
      check_kernel(node_of("matmul", {{"transpose_a", ta}, {"transpose_b", tb}}, {f32(a), f32(b)}), {"cpu.matmul", 1e-4});
    };
    batched({4}, {4}, 5, 6, 7);
    batched({2, 3}, {3}, 5, 17, 7);
    batched({2, 1}, {1, 3}, 5, 6, 7);
    batched({3}, {}, 5, 6, 7);
    batched({}, {3}, 5, 6, 7);
    batched({40}, {}, 32, 48, 33);
    batched({40}, {40}, 32, 48, 33);
    batched({0}, {}, 5, 6, 7);
  }
}

TEST(CpuMatmul, FewColumnsAreTurned) {
  for (I m : {16, 17, 64, 100})
    for (I n : {1, 4, 7, 10, 12})
      for (I k : {1, 32, 129}) check_kernel(product(m, n, k, true, false), {"cpu.matmul", 1e-4});
  check_kernel(product(512, 10, 700, true, false), {"cpu.matmul", 1e-4});
}

TEST(CpuMatmul, GatesMultiplyByTheSlope) {
  for (const char* kind : {"relu", "tanh"})
    for (int flags = 0; flags < 4; ++flags)
      for (const bool residual : {false, true})
        for (const Shape& shape : {Shape{5, 10}, Shape{32, 16}, Shape{1, 64}, Shape{131, 67}, Shape{40, 1}}) {
          const I m = shape[0], n = shape[1], k = 70;
          const bool ta = flags & 1, tb = flags & 2;
          std::vector<TensorType> in{f32(matrix(m, k, ta)), f32(matrix(k, n, tb))};
          if (residual) in.push_back(f32(shape));
          in.push_back(f32(shape));
          const NodeInfo node = node_of("fused_matmul",
                                        {{"transpose_a", ta}, {"transpose_b", tb}, {"bias", false}, {"residual", residual}, {"activation", std::string("linear")}, {"gate", true}, {"gate_of", std::string(kind)}}, in);
          testing::Buffers buffers;
          for (const TensorType& type : in) buffers.add(type), testing::fill(buffers.at.back(), type, static_cast<std::uint32_t>(buffers.at.size()));
          auto* gate = static_cast<float*>(buffers.at.back());
          gate[0] = 0, gate[m * n - 1] = std::numeric_limits<float>::quiet_NaN();
          check_kernel(node, {"cpu.matmul", 1e-4}, buffers);
        }
}

TEST(CpuMatmul, Epilogues) {
  for (const char* activation : {"linear", "relu", "tanh", "sigmoid"})
    for (int flags = 0; flags < 4; ++flags)
      for (Shape shape : {Shape{5, 10}, Shape{1, 64}, Shape{128, 130}}) {
        const I m = shape[0], n = shape[1], k = 70;
        const bool bias = flags & 1, residual = flags & 2;
        std::vector<TensorType> in = {f32({m, k}), f32({k, n})};
        if (bias) in.push_back(f32({n}));
        if (residual) in.push_back(f32({m, n}));
        check_kernel(node_of("fused_matmul",
                             {{"transpose_a", false}, {"transpose_b", false}, {"bias", bias}, {"residual", residual}, {"activation", std::string(activation)}}, in),
                     {"cpu.matmul", 1e-4});
      }
}

TEST(CpuMatmul, EpiloguesWithASecondBlock) {
  for (const Shape& shape : {Shape{5, 10}, Shape{1, 64}, Shape{128, 130}, Shape{1030, 67}})
    for (int flags = 0; flags < 8; ++flags) {
      const I m = shape[0], n = shape[1], k = 70;
      const bool bias = flags & 1, residual = flags & 2, times = flags & 4;
      std::vector<TensorType> in = {f32({m, k}), f32({n, k})};
      if (bias) in.push_back(f32({n}));
      if (residual) in.push_back(f32({m, n}));
      if (times) in.push_back(f32({m, n}));
      Attrs attrs{{"transpose_a", false}, {"transpose_b", true}, {"bias", bias}, {"residual", residual}, {"activation", std::string(times ? "linear" : "gelu_tanh")}};
      attrs.set(times ? "times" : "slope", true);
      check_kernel(node_of("fused_matmul", attrs, in), {"cpu.matmul", 1e-4});
    }
}

TEST(CpuMatmul, FewRowsReadALargeMatrixOnce) {
  for (I m = 1; m <= 4; ++m) {
    for (const bool tb : {false, true}) {
      check_kernel(product(m, 517, 1031, false, tb), {"cpu.matmul.few", 1e-4});
      check_kernel(product(m, 67, 5003, false, tb), {"cpu.matmul.few", 1e-4});
      check_kernel(product(m, 4099, 66, false, tb), {"cpu.matmul.few", 1e-4});
    }
    for (const char* activation : {"linear", "relu", "gelu_tanh"})
      for (int flags = 0; flags < 8; ++flags) {
        const bool bias = flags & 1, residual = flags & 2, tb = flags & 4;
        const I n = 1030, k = 259;
        std::vector<TensorType> in = {f32({m, k}), f32(matrix(k, n, tb))};
        if (bias) in.push_back(f32({n}));
        if (residual) in.push_back(f32({m, n}));
        check_kernel(node_of("fused_matmul", {{"transpose_a", false}, {"transpose_b", tb}, {"bias", bias}, {"residual", residual}, {"activation", std::string(activation)}}, in), {"cpu.matmul.few", 1e-4});
      }
  }
}

TEST(CpuMatmul, TallProductsPackBOnceAThread) {
  for (int flags = 0; flags < 4; ++flags) {
    check_kernel(product(1031, 130, 67, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(1100, 300, 64, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
    check_kernel(product(1024, 33, 700, flags & 1, flags & 2), {"cpu.matmul", 1e-4});
  }
}

}  // namespace candor
