// The row take_scaled: rows of u8 (pixels) gathered, converted to f32 and multiplied by a number, made by the rewrite scale_taken.
#include "candor/base/error.h"
#include "candor/graph/graph_ops.h"
#include "candor/ops/index_range.h"
#include "candor/ops/op.h"

namespace candor {
namespace {

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  std::vector<TensorType> out = op("take").infer(in, attrs);
  if (in[0].dtype != DType::u8) fail(ErrorKind::internal, "take_scaled: expected u8, got " + to_string(in[0]));
  out[0].dtype = DType::f32;
  return out;
}

void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const reference::Around around(node.in[0].shape, 0);
  const auto scale = static_cast<float>(node.attrs.number("scale"));
  reference::visit_index(node.in[1].dtype, [&](auto zero) {
    const auto* index = args.input<decltype(zero)>(1);
    float* out = args.output<float>(0);
    for (std::int64_t k = 0; k < node.in[1].size(); ++k) {
      const std::uint8_t* from = args.input<std::uint8_t>(0) + reference::checked_index("take", index[k], k, node.in[1].shape, around.extent) * around.inner;
      for (std::int64_t j = 0; j < around.inner; ++j) *out++ = static_cast<float>(from[j]) * scale;
    }
  });
}

double flops(const NodeInfo& node) { return static_cast<double>(node.out[0].size()); }

}  // namespace

void register_take_scaled() { register_op({.name = "take_scaled", .infer = infer, .reference = run, .flops = flops}); }

}  // namespace candor
