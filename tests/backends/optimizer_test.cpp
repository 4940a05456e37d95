#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

// Parameters of these shapes, their states and gradients, then the rate and, for Adam, the step.
NodeInfo update(const char* name, const std::vector<Shape>& shapes, std::int64_t lists, int scalars, Attrs attrs) {
  std::vector<TensorType> in;
  for (std::int64_t list = 0; list <= lists; ++list)
    for (const Shape& shape : shapes) in.push_back({shape, DType::f32});
  for (int i = 0; i < scalars; ++i) in.push_back({Shape{}, DType::f32});
  return node_of(name, attrs.set("count", static_cast<std::int64_t>(shapes.size())).set("lists", lists), in);
}

void check(const NodeInfo& node, int scalars) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    auto* x = static_cast<float*>(in.at.back());
    fill(x, type.size(), static_cast<std::uint32_t>(in.at.size()));
    // The second list may be mean squares: these are larger than the squares of means.
    const bool second = (in.at.size() - 1) / static_cast<std::size_t>(node.attrs.integer("count")) == 1;
    for (std::int64_t i = 0; i < type.size(); ++i) x[i] = std::abs(x[i]) + (second ? 2.f : 0.01f);
  }
  const std::size_t last = node.in.size() - 1;
  *static_cast<float*>(in.at[last]) = scalars == 2 ? 3.f : 0.01f;
  if (scalars == 2) *static_cast<float*>(in.at[last - 1]) = 0.01f;
  check_kernel(node, {"cpu." + node.op->name, 1e-6}, in);
}

const std::vector<std::vector<Shape>> models{{{1}}, {{4, 32}, {32}, {32, 16}, {16}, {16, 4}, {4}}, {{784, 128}, {128}, {0}, {128, 10}, {10}}};

TEST(OptimizerKernels, Sgd) {
  for (const auto& shapes : models)
    for (double decay : {0.0, 0.1}) {
      check(update("sgd_update", shapes, 1, 1, {{"momentum", 0.0}, {"nesterov", false}, {"weight_decay", decay}}), 1);
      for (bool nesterov : {false, true}) check(update("sgd_update", shapes, 2, 1, {{"momentum", 0.9}, {"nesterov", nesterov}, {"weight_decay", decay}}), 1);
    }
}

TEST(OptimizerKernels, Adam) {
  for (const auto& shapes : models)
    for (bool torch : {false, true})
      for (std::int64_t lists : {3, 4}) check(update("adam_update", shapes, lists, 2, {{"beta1", 0.9}, {"beta2", 0.999}, {"epsilon", 1e-7}, {"weight_decay", torch ? 0.01 : 0.0}, {"torch_epsilon", torch}}), 2);
}

TEST(OptimizerKernels, Rmsprop) {
  for (const auto& shapes : models)
    for (double momentum : {0.0, 0.9})
      for (bool centered : {false, true})
        for (bool torch : {false, true}) {
          NodeInfo node = update("rmsprop_update", shapes, 2 + (momentum != 0) + centered, 1,
                                 {{"rho", 0.9}, {"momentum", momentum}, {"epsilon", 1e-7}, {"centered", centered}, {"torch_epsilon", torch}});
          check(node, 1);
        }
}

}  // namespace
}  // namespace candor::testing
