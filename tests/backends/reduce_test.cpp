#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

struct Case {
  Shape shape;
  std::vector<std::int64_t> axes;
};
const std::vector<Case> cases{
    {{1}, {0}},           {{10}, {0}},        {{1041}, {0}},        {{100000}, {0}},      {{7, 9}, {0, 1}},  {{128, 64}, {0}},       {{128, 10}, {0}},
    {{128, 10}, {1}},     {{3, 2}, {0}},      {{5, 7}, {0}},        {{4000, 7}, {0}},     {{4000, 33}, {0}}, {{33, 1000}, {1}},      {{2, 40000}, {1}},
    {{8, 9, 10, 6}, {0, 1, 2}}, {{8, 9, 10}, {1}}, {{200, 30, 20}, {1}}, {{8, 9, 10, 6}, {1, 3}}, {{8, 9, 10}, {0, 2}}, {{50, 40, 30}, {0, 2}}, {{3, 4, 5}, {}},
    {{5000, 16}, {0}},    {{5000, 100}, {1}}, {{1, 64}, {0}},       {{600, 1}, {1}}};

TEST(ReduceKernels, SumMeanMaxMin) {
  for (const Case& c : cases)
    for (const char* name : {"sum", "mean", "max", "min"}) {
      const NodeInfo node = node_of(name, {{"axes", c.axes}, {"keepdims", false}}, {{c.shape, DType::f32}});
      check_kernel(node, {"cpu.reduce", 1e-5});
    }
}

TEST(ReduceKernels, NanAndInfinityReachTheResult) {
  for (const Case& c : cases)
    for (const char* name : {"sum", "max", "min"}) {
      const NodeInfo node = node_of(name, {{"axes", c.axes}, {"keepdims", true}}, {{c.shape, DType::f32}});
      Buffers in;
      in.add(node.in[0]);
      auto* x = static_cast<float*>(in.at[0]);
      fill(x, c.shape.size(), 1);
      x[c.shape.size() / 2] = NAN;
      x[c.shape.size() / 3] = INFINITY;
      check_kernel(node, {"cpu.reduce", 1e-5}, in);
    }
}

TEST(ReduceKernels, ArgmaxTakesTheFirst) {
  for (const Shape& shape : {Shape{1}, Shape{128, 10}, Shape{3, 5, 100}, Shape{9000, 7}})
    for (const char* name : {"argmax", "argmin"})
      for (bool special : {false, true}) {
        const NodeInfo node = node_of(name, {{"axis", shape.rank() - std::int64_t{1}}, {"keepdims", false}}, {{shape, DType::f32}});
        Buffers in;
        in.add(node.in[0]);
        auto* x = static_cast<float*>(in.at[0]);
        fill(x, shape.size(), 1);
        for (std::int64_t i = 0; i < shape.size(); ++i) x[i] = std::round(3 * x[i]);  // many ties
        if (special) x[shape.size() / 2] = NAN;
        check_kernel(node, {"cpu.reduce", 0}, in);
      }
}

TEST(ReduceKernels, LongSumsKeepTheirDigits) {
  const NodeInfo node = node_of("sum", {{"axes", std::vector<std::int64_t>{0}}, {"keepdims", false}}, {{Shape{3000000}, DType::f32}});
  Buffers in;
  in.add(node.in[0]);
  std::fill_n(static_cast<float*>(in.at[0]), 3000000, 0.1f);
  check_kernel(node, {"cpu.reduce", 1e-6}, in);
}

}  // namespace
}  // namespace candor::testing
