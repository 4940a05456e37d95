#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

TEST(NormKernels, LayerAndRmsOverTheLastAxes) {
  const std::vector<std::pair<Shape, std::vector<std::int64_t>>> cases{{{1, 1}, {1}}, {{3, 10}, {1}}, {{128, 64}, {1}}, {{5, 6, 7}, {1, 2}}, {{2, 9001}, {1}}, {{600, 100}, {1}}};
  for (const auto& [shape, axes] : cases)
    for (bool scale : {false, true})
      for (bool center : {false, true}) {
        std::vector<std::int64_t> extents;
        for (std::int64_t axis : axes) extents.push_back(shape[static_cast<int>(axis)]);
        std::vector<TensorType> in{f32(shape)};
        if (scale) in.push_back(f32(Shape(extents)));
        if (!center) check_kernel(node_of("rms_norm", {{"axes", axes}, {"epsilon", 1e-6}, {"scale", scale}}, in), {"cpu.rms_norm", 1e-5});
        if (center) in.push_back(f32(Shape(extents)));
        check_kernel(node_of("layer_norm", {{"axes", axes}, {"epsilon", 1e-3}, {"scale", scale}, {"center", center}}, in), {"cpu.layer_norm", 1e-5});
      }
}

TEST(NormKernels, BackwardOverTheLastAxes) {
  const std::vector<std::pair<Shape, std::vector<std::int64_t>>> cases{{{1, 2}, {1}}, {{3, 10}, {1}}, {{5, 6, 7}, {1, 2}}, {{2, 9001}, {1}}, {{4099, 70}, {1}}};
  for (const auto& [shape, axes] : cases)
    for (bool scale : {false, true})
      for (bool center : {false, true})
        for (bool with_mean : {false, true}) {
          std::vector<std::int64_t> extents, kept(static_cast<std::size_t>(shape.rank()), 1);
          for (std::int64_t axis : axes) extents.push_back(shape[static_cast<int>(axis)]);
          kept[0] = shape[0];
          std::vector<TensorType> in{f32(shape)};
          if (scale) in.push_back(f32(Shape(extents)));
          if (with_mean) in.push_back(f32(Shape(kept)));
          in.insert(in.end(), {f32(Shape(kept)), f32(shape)});
          check_kernel(node_of("norm_gradient", {{"axes", axes}, {"epsilon", 1e-3}, {"scale", scale}, {"center", center}, {"with_mean", with_mean}}, in), {"cpu.norm_gradient", 3e-5});
        }
}

TEST(NormKernels, BatchNormalisationOfTheLastAxis) {
  for (const Shape& shape : {Shape{5, 3}, Shape{128, 64}, Shape{16, 9, 9, 20}, Shape{3000, 33}, Shape{1, 7}})
    for (bool scale : {false, true})
      for (bool center : {false, true}) {
        std::vector<TensorType> in{f32(shape)};
        for (bool there : {scale, center})
          if (there) in.push_back(f32(Shape{shape[-1]}));
        const Attrs attrs{{"axis", shape.rank() - std::int64_t{1}}, {"epsilon", 1e-3}, {"scale", scale}, {"center", center}};
        check_kernel(node_of("batch_norm_training", attrs, in), {"cpu.batch_norm_training", 1e-5});
      }
}

}  // namespace
}  // namespace candor::testing
