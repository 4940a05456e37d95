#include <gtest/gtest.h>

#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

TensorType f32(const Shape& shape) { return {shape, DType::f32}; }

struct Extents {
  std::int64_t batch, queries, keys, heads, key_heads, head, value_head;
};
const std::vector<Extents> extents{{1, 1, 1, 1, 1, 1, 1}, {2, 128, 128, 4, 4, 32, 32}, {3, 33, 57, 2, 2, 5, 9}, {1, 300, 530, 2, 1, 16, 24}, {2, 70, 20, 6, 2, 64, 40}, {1, 20, 300, 1, 1, 8, 65}};

struct Option {
  bool causal, bias, mask;
};
const std::vector<Option> options{{false, false, false}, {true, false, false}, {false, true, false}, {true, true, false}, {false, false, true}, {true, false, true}, {false, true, true}};

std::vector<TensorType> operands(const Extents& e, const Option& o) {
  std::vector<TensorType> in{f32({e.batch, e.queries, e.heads, e.head}), f32({e.batch, e.keys, e.key_heads, e.head}), f32({e.batch, e.keys, e.key_heads, e.value_head})};
  if (o.bias) in.push_back(f32({1, e.heads, e.queries, e.keys}));
  if (o.mask) in.push_back({Shape{e.batch, 1, o.bias ? 1 : e.queries, e.keys}, DType::boolean});
  return in;
}

Attrs attrs_of(const Option& o) { return {{"scale", 0.8}, {"causal", o.causal}, {"bias", o.bias}, {"mask", o.mask}}; }

void compare(const NodeInfo& node, const Buffers& in) { check_kernel(node, {"cpu." + node.op->name, 2e-5}, in); }

Buffers filled(const NodeInfo& node) {
  Buffers in;
  for (const TensorType& type : node.in) {
    in.add(type);
    fill(in.at.back(), type, static_cast<std::uint32_t>(in.at.size()));
  }
  return in;
}

TEST(AttentionKernels, ForwardAndBackward) {
  for (const Extents& e : extents)
    for (const Option& o : options) {
      const NodeInfo forward = node_of("dot_product_attention", attrs_of(o), operands(e, o));
      const Buffers in = filled(forward);
      compare(forward, in);
      const Buffers result = run_kernel(forward, reference_of(forward), in);
      std::vector<TensorType> types = forward.in;
      types.insert(types.end(), {forward.out[0], forward.out[1], forward.out[0]});
      const NodeInfo backward = node_of("dot_product_attention_gradient", attrs_of(o).set("bias_gradient", o.bias), types);
      const Buffers all = filled(backward);
      for (std::size_t i = 0; i < in.at.size(); ++i) std::memcpy(all.at[i], in.at[i], in.bytes[i]);
      for (std::size_t i = 0; i < 2; ++i) std::memcpy(all.at[in.at.size() + i], result.at[i], result.bytes[i]);
      compare(backward, all);
    }
}

}  // namespace
}  // namespace candor::testing
