#include <gtest/gtest.h>

#include "candor/base/error.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

const std::vector<Shape> shapes{{1}, {10}, {128, 10}, {3, 1}, {5, 16}, {16, 4}, {35, 4}, {33, 32}, {7, 33}, {2, 3, 1000}, {4000, 10}};

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

Buffers inputs(const NodeInfo& node, bool infinite) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  }
  const std::int64_t classes = node.in[0].shape[-1];
  auto* x = static_cast<float*>(in.at[0]);
  for (std::int64_t i = 0; i < node.in[0].size(); ++i) x[i] *= 20;
  if (infinite) x[0] = -INFINITY, x[node.in[0].size() - 1] = NAN;
  if (node.in.size() > 1 && node.in[1].dtype != DType::f32)
    for (std::int64_t i = 0; i < node.in[1].size(); ++i) {
      if (node.in[1].dtype == DType::i32) static_cast<std::int32_t*>(in.at[1])[i] = static_cast<std::int32_t>(i * 7 % classes);
      else static_cast<std::int64_t*>(in.at[1])[i] = i * 7 % classes;
    }
  return in;
}

TEST(SoftmaxKernels, SoftmaxAndItsLogarithm) {
  for (const Shape& shape : shapes)
    for (const char* name : {"softmax", "log_softmax"})
      for (bool infinite : {false, true}) {
        const NodeInfo node = node_of(name, {{"axis", shape.rank() - std::int64_t{1}}}, {f32(shape)});
        check_kernel(node, {"cpu." + node.op->name, 2e-6}, inputs(node, infinite));
      }
}

TEST(SoftmaxKernels, CrossEntropies) {
  for (const Shape& shape : shapes)
    for (bool infinite : {false, true}) {
      const Shape rows = shape.without(-1);
      for (DType label : {DType::i32, DType::i64}) {
        const NodeInfo loss = node_of("sparse_softmax_cross_entropy", {}, {f32(shape), {rows, label}});
        check_kernel(loss, {"cpu." + loss.op->name, 2e-6}, inputs(loss, infinite));
        const NodeInfo back = node_of("sparse_softmax_cross_entropy_gradient", {}, {f32(shape), {rows, label}, f32(rows)});
        check_kernel(back, {"cpu." + back.op->name, 2e-6}, inputs(back, infinite));
        const NodeInfo both = node_of("sparse_softmax_cross_entropy_with_gradient", {}, {f32(shape), {rows, label}, f32(rows)});
        check_kernel(both, {"cpu." + both.op->name, 2e-6}, inputs(both, infinite));
      }
      const NodeInfo loss = node_of("softmax_cross_entropy", {}, {f32(shape), f32(shape)});
      check_kernel(loss, {"cpu." + loss.op->name, 1e-4}, inputs(loss, infinite));
      const NodeInfo back = node_of("softmax_cross_entropy_gradient", {}, {f32(shape), f32(shape), f32(rows)});
      check_kernel(back, {"cpu." + back.op->name, 1e-5}, inputs(back, infinite));
    }
}

TEST(SoftmaxKernels, LabelOutsideTheClassesIsNamed) {
  const NodeInfo node = node_of("sparse_softmax_cross_entropy", {}, {f32({2, 3}), {Shape{2}, DType::i32}});
  Buffers in = inputs(node, false);
  static_cast<std::int32_t*>(in.at[1])[1] = 3;
  try {
    run_kernel(node, backend("cpu").choose(node, nullptr), in);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("label 3 in row 1"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace candor::testing
