#include "candor/base/error.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "tests/backends/kernel_check.h"

namespace candor::testing {
namespace {

Buffers inputs(const NodeInfo& node) {
  Buffers in;
  for (const TensorType& type : node.in) in.add(type);
  fill(in.at[0], node.in[0], 3);
  const std::int64_t rows = node.in[0].shape[0];
  for (std::int64_t k = 0; k < node.in[1].size(); ++k) {
    const std::int64_t row = k % 3 ? k * 7 % rows : -1 - k % rows;
    if (node.in[1].dtype == DType::i32) static_cast<std::int32_t*>(in.at[1])[k] = static_cast<std::int32_t>(row);
    else static_cast<std::int64_t*>(in.at[1])[k] = row;
  }
  return in;
}

NodeInfo taking(const Shape& pixels, std::int64_t rows, DType index) {
  return node_of("take_scaled", {{"axis", std::int64_t{0}}, {"scale", 1 / 255.0}}, {{pixels, DType::u8}, {Shape{rows}, index}});
}

TEST(TakeScaled, LikeItsReference) {
  for (DType index : {DType::i32, DType::i64})
    for (const NodeInfo& node : {taking({5, 28, 28, 1}, 3, index), taking({300, 784}, 128, index), taking({7, 3}, 20, index), taking({2, 1}, 1, index)})
      check_kernel(node, {"cpu.take_scaled", 0}, inputs(node));
}

TEST(TakeScaled, ByColumns) {
  for (std::int64_t length : {784, 259, 300})
    for (std::int64_t rows : {32, 128, 512, 513}) {
      NodeInfo node = taking({300, length}, rows, DType::i32);
      node.attrs.set("columns", true);
      check_kernel(node, {"cpu.take_scaled", 0}, inputs(node));
    }
}

TEST(TakeScaled, IsMadeFromTakeCastAndMultiply) {
  const std::vector<TensorType> types{{{9, 4, 4, 1}, DType::u8}, {{3}, DType::i64}};
  const auto graph = trace([](std::span<const Tensor> in) { return std::vector<Tensor>{cast(take(in[0], in[1]), DType::f32) * Tensor(1 / 255.f)}; }, types);
  Program fused(graph), plain(graph, {.device = "reference", .rewrite = false});
  ASSERT_EQ(fused.graph().nodes.size(), 1u);
  EXPECT_EQ(fused.graph().nodes[0].info.op->name, "take_scaled");
  Tensor pixels = Tensor::empty(types[0].shape, DType::u8);
  for (std::int64_t i = 0; i < pixels.size(); ++i) pixels.mutable_data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 37);
  const std::vector<Tensor> in{pixels, Tensor::from(std::vector<std::int64_t>{8, 0, -2})};
  EXPECT_EQ(fused.run(in)[0].to_vector(), plain.run(in)[0].to_vector());
  const std::vector<Tensor> bad{pixels, Tensor::from(std::vector<std::int64_t>{8, 9, 0})};
  EXPECT_THROW(fused.run(bad), Error);
}

}  // namespace
}  // namespace candor::testing
