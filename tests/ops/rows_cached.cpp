// Rows of what goes on step by step: attention over a cache, products with weights of few bits.
#include "candor/ops/attention.h"
#include "candor/ops/narrow_matmul.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

OpRow cached(std::string name, std::vector<Input> inputs, std::int64_t start, CachedAttentionOptions options = {}, std::vector<std::vector<Shape>> sizes = {}, std::vector<Shape> large = {}) {
  OpRow result;
  result.name = "cached_attention_" + std::move(name);
  result.inputs = std::move(inputs);
  result.f = [=](auto in) { return Tensors{cached_attention(in[0], in[1], in[2], Tensor::full({}, static_cast<double>(start), DType::i32), options)}; };
  result.sizes = std::move(sizes);
  result.large = std::move(large);
  result.tolerance = 2e-5;
  return result;
}

const AddRows caches({
    cached("one", {{{2, 1, 2, 4}}, {{2, 5, 2, 4}}, {{2, 5, 2, 3}}}, 2, {}, {{{0, 1, 2, 4}, {0, 5, 2, 4}, {0, 5, 2, 3}}, {{1, 2, 2, 17}, {1, 4, 1, 17}, {1, 4, 1, 67}}}, {{3, 1, 4, 64}, {3, 300, 4, 64}, {3, 300, 4, 64}}),
    cached("first", {{{2, 2, 2, 3}}, {{2, 4, 2, 3}}, {{2, 4, 2, 3}}}, 0),
    cached("grouped", {{{1, 3, 4, 2}}, {{1, 6, 2, 2}}, {{1, 6, 2, 3}}}, 3, {.scale = 0.3}, {}, {{2, 40, 6, 20}, {2, 90, 2, 20}, {2, 90, 2, 133}}),
    cached("window", {{{1, 3, 2, 2}}, {{1, 6, 2, 2}}, {{1, 6, 2, 2}}}, 2, {.window = 2}, {}, {{2, 40, 6, 20}, {2, 90, 2, 20}, {2, 90, 2, 36}}),
});

/// Weights that depend on nothing but the shape.
NarrowWeights fixed_narrow(std::int64_t outputs, std::int64_t inputs, DType dtype) {
  Tensor w = Tensor::empty({outputs, inputs});
  for (std::int64_t k = 0; k < w.size(); ++k) w.mutable_data<float>()[k] = static_cast<float>((k * 37 % 101) - 50) / 40;
  return narrow_rows(w, dtype);
}

OpRow narrow(std::string name, DType dtype, std::int64_t outputs, std::vector<Shape> shapes, Shape large) {
  OpRow result;
  result.name = "narrow_matmul_" + std::move(name);
  result.inputs = {{shapes[0]}};
  for (std::size_t i = 1; i < shapes.size(); ++i) result.sizes.push_back({shapes[i]});
  result.large = {large};
  result.dtypes = {};
  result.f = [=](auto in) { return Tensors{narrow_matmul(in[0], fixed_narrow(outputs, in[0].shape(-1), dtype))}; };
  return result;
}

const AddRows products({
    narrow("i8_row", DType::i8, 7, {{5}, {1}, {67}, {0}}, {1000}),
    narrow("bf16_row", DType::bf16, 7, {{5}, {1}, {131}, {0}}, {1000}),
    narrow("i8_rows", DType::i8, 70, {{2, 3}, {3, 33}, {4, 65}, {0, 3}, {5, 1}}, {40, 600}),
    narrow("bf16_rows", DType::bf16, 70, {{2, 3}, {3, 33}, {4, 65}, {0, 3}, {5, 1}}, {3, 13, 600}),
    narrow("i8_few", DType::i8, 130, {{2, 3}}, {3, 600}),
    narrow("bf16_few", DType::bf16, 130, {{2, 3}}, {4, 600}),
});

}  // namespace
}  // namespace candor::testing
