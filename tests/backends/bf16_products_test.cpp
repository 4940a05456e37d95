// Products of bf16 matrices and attention by AMX and by AVX-512 BF16, against the reference kernel; skipped where the processor has neither.
#include <gtest/gtest.h>

#include "tests/backends/bf16_check.h"

namespace candor {
namespace {

using cpu::Bf16;
using testing::Buffers;
using testing::check_bf16;
using testing::filled;
using testing::node_of;

TensorType bf16(Shape shape) { return {std::move(shape), DType::bf16}; }

int check(const NodeInfo& node, const Buffers& in, double tolerance = 1e-2, const std::string& name = "cpu.matmul.bf16") { return check_bf16(node, in, tolerance, name); }

NodeInfo product(const Shape& a, const Shape& b, bool transpose_a, bool transpose_b, bool constant = false) {
  NodeInfo node = node_of("matmul", {{"transpose_a", transpose_a}, {"transpose_b", transpose_b}}, {bf16(a), bf16(b)});
  if (constant) node.attrs.set("constant", true);
  return node;
}

TEST(CpuBf16Matmul, AllTranspositionsAndTails) {
  int ways = 0;
  for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{1, 1, 1}, {32, 32, 32}, {33, 70, 65}, {5, 100, 31}, {64, 17, 96}, {300, 40, 520}, {31, 33, 1030}, {2, 3, 2049}})
    for (const bool ta : {false, true})
      for (const bool tb : {false, true}) {
        const NodeInfo node = product(ta ? Shape{k, m} : Shape{m, k}, tb ? Shape{n, k} : Shape{k, n}, ta, tb);
        ways = check(node, filled(node));
      }
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Matmul, ManyTasks) {
  int ways = 0;
  for (const bool ta : {false, true})
    for (const bool tb : {false, true}) {
      const NodeInfo node = product(ta ? Shape{256, 700} : Shape{700, 256}, tb ? Shape{384, 256} : Shape{256, 384}, ta, tb);
      ways = check(node, filled(node));
    }
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Matmul, BatchesAndBroadcasts) {
  int ways = 0;
  for (const NodeInfo& node : {product({3, 40, 64}, {3, 64, 50}, false, false), product({2, 3, 33, 20}, {3, 20, 9}, false, false), product({4, 16, 32}, {4, 24, 32}, false, true),
                               product({5, 20, 48}, {48, 33}, false, false), product({3, 48, 20}, {1, 48, 33}, true, false)})
    ways = check(node, filled(node));
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Matmul, ConstantWeightsArePackedOnce) {
  const NodeInfo node = product({70, 96}, {96, 80}, false, false, true);
  const Buffers in = filled(node), expected = testing::run_kernel(node, testing::reference_of(node), in);
  cpu::limit_isa(cpu::Isa::avx512);
  SKIP_WITHOUT_BF16(cpu::machine().bf16 == Bf16::none ? 0 : 1);
  const Kernel kernel = backend("cpu").choose(node, nullptr);
  EXPECT_NE(kernel.note.find("b packed once"), std::string::npos) << kernel.note;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(testing::difference(node.out[0], testing::run_kernel(node, kernel, in).at[0], expected.at[0], 1e-2), "");
  std::memset(in.at[1], 0, in.bytes[1]);  // nobody looks at them any more
  EXPECT_EQ(testing::difference(node.out[0], testing::run_kernel(node, kernel, in).at[0], expected.at[0], 1e-2), "");
}

TEST(CpuBf16Matmul, BiasResidualActivationGateSlopeAndFactors) {
  const Shape c{37, 75};
  const auto fused = [&](Attrs more, std::vector<TensorType> extra) {
    Attrs attrs{{"transpose_a", false}, {"transpose_b", false}, {"bias", false}, {"activation", std::string("linear")}};
    for (const auto& [name, value] : more.items()) attrs.set(name, value);
    std::vector<TensorType> in{bf16({37, 64}), bf16({64, 75})};
    in.insert(in.end(), extra.begin(), extra.end());
    return node_of("fused_matmul", attrs, in);
  };
  int ways = 0;
  for (const char* activation : {"linear", "relu", "relu6", "tanh", "sigmoid", "gelu", "gelu_tanh"}) {
    const NodeInfo node = fused({{"bias", true}, {"activation", std::string(activation)}}, {bf16({75})});
    ways = check(node, filled(node), 2e-2);
  }
  for (const NodeInfo& node : {fused({{"residual", true}}, {bf16(c)}), fused({{"bias", true}, {"residual", true}}, {bf16({75}), bf16(c)}), fused({{"gate", true}, {"gate_of", std::string("relu")}}, {bf16(c)}),
                               fused({{"gate", true}, {"gate_of", std::string("tanh")}}, {bf16(c)}), fused({{"times", true}}, {bf16(c)}),
                               fused({{"bias", true}, {"slope", true}, {"activation", std::string("gelu_tanh")}}, {bf16({75})})})
    check(node, filled(node), 2e-2);
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Attention, HeadsMasksAndLongSequences) {
  struct Extents {
    std::int64_t batch, queries, keys, heads, key_heads, head, value_head;
  };
  int ways = 0;
  for (const Extents& e : {Extents{1, 1, 1, 1, 1, 1, 1}, {2, 128, 128, 4, 4, 32, 32}, {3, 33, 57, 2, 2, 5, 9}, {1, 300, 530, 2, 1, 16, 24}, {2, 70, 20, 6, 2, 64, 40}, {1, 20, 300, 1, 1, 8, 65}})
    for (const bool causal : {false, true})
      for (const bool mask : {false, true}) {
        std::vector<TensorType> in{bf16({e.batch, e.queries, e.heads, e.head}), bf16({e.batch, e.keys, e.key_heads, e.head}), bf16({e.batch, e.keys, e.key_heads, e.value_head})};
        if (mask) in.push_back({Shape{e.batch, 1, e.queries, e.keys}, DType::boolean});
        const NodeInfo node = node_of("dot_product_attention", {{"scale", .8}, {"causal", causal}, {"bias", false}, {"mask", mask}}, in);
        ways = check(node, filled(node), 2e-2, "cpu.dot_product_attention.bf16");
      }
  SKIP_WITHOUT_BF16(ways);
}

TEST(CpuBf16Matmul, NotANumberStaysInItsRowAndInfinityStays) {
  const NodeInfo node = product({34, 40}, {40, 34}, false, false);
  Buffers in = filled(node);
  auto* a = static_cast<bf16_t*>(in.at[0]);
  a[33 * 40 + 39] = bf16_t(std::numeric_limits<float>::quiet_NaN());
  for (int i = 0; i < 40; ++i) a[i] = bf16_t(3e38f), static_cast<bf16_t*>(in.at[1])[i * 34] = bf16_t(3.f);
  cpu::limit_isa(cpu::Isa::avx512);
  SKIP_WITHOUT_BF16(cpu::machine().bf16 == Bf16::none ? 0 : 1);
  const Buffers out = testing::run_kernel(node, backend("cpu").choose(node, nullptr), in);
  const auto* c = static_cast<const bf16_t*>(out.at[0]);
  EXPECT_TRUE(std::isinf(static_cast<float>(c[0])));
  for (int i = 34; i < 33 * 34; ++i) ASSERT_TRUE(std::isfinite(static_cast<float>(c[i]))) << i;
  for (int i = 0; i < 34; ++i) EXPECT_TRUE(std::isnan(static_cast<float>(c[33 * 34 + i])));
}

}  // namespace
}  // namespace candor
