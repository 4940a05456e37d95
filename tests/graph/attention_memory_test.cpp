// Attention never stores the scores of all queries and keys: the memory of a training step grows as the text does.
#include <gtest/gtest.h>

#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor::testing {
namespace {

/// Bytes of the arena for a step forward and backward over so many tokens.
std::size_t arena_of(std::int64_t tokens, const char* device, bool causal, std::int64_t key_heads) {
  const std::int64_t heads = 4, head = 32;
  const std::vector<TensorType> types{{{1, tokens, heads, head}, DType::f32}, {{1, tokens, key_heads, head}, DType::f32}, {{1, tokens, key_heads, head}, DType::f32}};
  const auto graph = trace([&](std::span<const Tensor> in) {
    const Tensor loss = sum(square(dot_product_attention(in[0], in[1], in[2], {.is_causal = causal})));
    std::vector<Tensor> all = gradients(loss, in);
    all.push_back(loss);
    return all;
  }, types);
  return Program(graph, {.device = device}).arena_bytes();
}

TEST(AttentionMemory, OfEightThousandTokensIsThatOfAThousandForEach) {
  for (const char* device : {"null", "cpu"})
    for (const bool causal : {false, true})
      for (const std::int64_t key_heads : {4, 2}) {
        const double few = static_cast<double>(arena_of(1024, device, causal, key_heads)) / 1024, many = static_cast<double>(arena_of(8192, device, causal, key_heads)) / 8192;
        EXPECT_GT(few, 0);
        EXPECT_LT(many, 1.5 * few) << device << (causal ? ", causal, " : ", ") << key_heads << " key heads";
        // A row of scores for each query would be more than that by itself.
        EXPECT_LT(many, 8192.0 * 4 * 4);
      }
}

}  // namespace
}  // namespace candor::testing
