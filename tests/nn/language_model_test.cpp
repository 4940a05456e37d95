// GPT from its options, and generation: greedy, drawn, beyond the context, with an end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/language_model.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

Tensor tokens(const std::vector<std::int32_t>& ids, std::int64_t rows = 1) { return Tensor::from(ids, {rows, static_cast<std::int64_t>(ids.size()) / rows}); }

/// A model, causal as can be, whose scores at a step are a row of a table that the token chooses: [context] -> [context, vocabulary].
Model by_table(const std::vector<float>& table, std::int64_t vocabulary, std::int64_t context) {
  const Symbol in = Input({context}, {.dtype = DType::i32});
  return Model(in, Embedding{vocabulary, vocabulary, {.weights = Tensor::from(table, {vocabulary, vocabulary})}}(in));
}

TEST(LanguageModel, CountsOnAfterTraining) {
  set_random_seed(3);
  for (const TransformerOptions& block : {TransformerOptions{.activation = "gelu_tanh", .normalize_first = true},
                                          TransformerOptions{.activation = "silu", .normalize_first = true, .use_bias = false, .gated = true, .rms_normalization = true, .num_key_value_heads = 1, .rotary = RotaryEmbeddingOptions{}}}) {
    const Model model = causal_language_model({.vocabulary_size = 7, .sequence_length = 8, .hidden_dim = 16, .num_layers = 2, .num_heads = 2, .block = block});
    std::vector<std::int32_t> x, y;
    for (std::int32_t row = 0; row < 32; ++row)
      for (std::int32_t t = 0; t < 8; ++t) x.push_back((row * 3 + t) % 7), y.push_back((row * 3 + t + 1) % 7);
    const SparseCategoricalCrossentropy loss_of{.from_logits = true};
    const Adam adam{0.01};
    const auto step = compile([&](Tensor in, Tensor want) {
      const auto [loss, slopes] = value_and_grad([&] { return loss_of(want, model(in, training)); }, model.parameters());
      adam.apply(slopes, model.parameters());
      return loss;
    });
    for (int i = 0; i < 60; ++i) step(tokens(x, 32), tokens(y, 32));
    // Short prompts are filled up, long ones are cut: 20 steps lie beyond the context of 8.
    const Tensor out = generate(model, tokens({3, 4, 6, 0}, 2), {.max_new_tokens = 18});
    ASSERT_EQ(out.shape(), (Shape{2, 20}));
    const std::vector<std::int64_t> got = out.to_vector<std::int64_t>();
    for (std::int64_t t = 0; t < 20; ++t) {
      EXPECT_EQ(got[static_cast<std::size_t>(t)], (3 + t) % 7) << t;
      EXPECT_EQ(got[static_cast<std::size_t>(20 + t)], (6 + t) % 7) << t;
    }
    // The configuration brings it back, the table of the way in and of the way back being one.
    const Model again(layer_from_config(model.config()));
    again.set_weights(model.weights());
    EXPECT_EQ(generate(again, tokens({5}), {.max_new_tokens = 5}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{5, 6, 0, 1, 2, 3}));
  }
}

TEST(LanguageModel, TrainsInSixteenBitsByWeightsInF32) {
  set_random_seed(3);
  for (const bool experts : {false, true}) {
    set_dtype_policy("mixed_bfloat16");
    Model model = causal_language_model({.vocabulary_size = 7, .sequence_length = 8, .hidden_dim = 16, .num_layers = 1, .num_heads = 2});
    if (experts) {
      const Symbol in = Input({8}, {.dtype = DType::i32});
      const TokenAndPositionEmbedding table{7, 8, 16};
      const Symbol h = TransformerDecoder{32, 2}(table(in));
      model = Model(in, Dense{7}(Add{}({h, MixtureOfExperts{3, 16}(h)})));
    }
    set_dtype_policy({});
    for (const Variable& v : model.variables()) EXPECT_EQ(v.type().dtype, DType::f32) << v.name();
    std::vector<std::int32_t> x, y;
    for (std::int32_t row = 0; row < 32; ++row)
      for (std::int32_t t = 0; t < 8; ++t) x.push_back((row * 3 + t) % 7), y.push_back((row * 3 + t + 1) % 7);
    const SparseCategoricalCrossentropy loss_of{.from_logits = true};
    const Adam adam{0.01};
    const auto step = compile([&](Tensor in, Tensor want) {
      const auto [loss, slopes] = value_and_grad([&] { return loss_of(want, cast(model(in, training), DType::f32)); }, model.parameters());
      adam.apply(slopes, model.parameters());
      return loss;
    });
    double loss = 0;
    for (int i = 0; i < 60; ++i) loss = step(tokens(x, 32), tokens(y, 32)).item<double>();
    EXPECT_LT(loss, 0.2) << (experts ? "with experts" : "plain");
  }
}

TEST(LanguageModel, HasTheWeightsOfItsOptions) {
  const auto count = [](const CausalLanguageModelOptions& o) { return causal_language_model(o).count_parameters(); };
  // Tables 11 8 + 5 8, two blocks of 4 (64 + 8) + 2 16 + 8 32 + 32 + 32 8 + 8, a norm of 16.
  EXPECT_EQ(count({.vocabulary_size = 11, .sequence_length = 5, .hidden_dim = 8, .num_layers = 2, .num_heads = 2}), 88 + 40 + 2 * (288 + 32 + 288 + 264) + 16);
  EXPECT_EQ(count({.vocabulary_size = 11, .sequence_length = 5, .hidden_dim = 8, .num_layers = 2, .num_heads = 2, .tie_weights = false}), 88 + 88 + 40 + 2 * (288 + 32 + 288 + 264) + 16);
  EXPECT_EQ(count({.vocabulary_size = 11, .sequence_length = 5, .hidden_dim = 8, .num_layers = 1, .num_heads = 2, .intermediate_dim = 3, .block = {.rotary = RotaryEmbeddingOptions{}}}), 88 + 288 + 32 + 27 + 32);
  EXPECT_EQ(causal_language_model({.vocabulary_size = 9, .name = "gpt"}).name(), "gpt");
}

TEST(Generate, DrawsByTheScores) {
  // Whatever came: token 0 with share 1/2, 1 with 1/3, 2 with 1/6.
  const float a = static_cast<float>(std::log(3.)), b = static_cast<float>(std::log(2.));
  const Model model = by_table({a, b, 0, a, b, 0, a, b, 0}, 3, 2);
  const auto shares = [&](const GenerateOptions& o) {
    const std::vector<std::int64_t> got = generate(model, Tensor::zeros({40, 1}, DType::i32), o).to_vector<std::int64_t>();
    const std::size_t columns = got.size() / 40;
    std::vector<double> share(3);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (i % columns != 0) share[static_cast<std::size_t>(got[i])] += 1.0 / (40 * static_cast<double>(columns - 1));
    return share;
  };
  const std::vector<double> all = shares({.max_new_tokens = 100, .temperature = 1, .seed = 4});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(all[i], (3.0 - static_cast<double>(i)) / 6, 0.03);  // 4 deviations of 4,000 draws
  const std::vector<double> cold = shares({.max_new_tokens = 100, .temperature = 0.5});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(cold[i], std::pow(3.0 - static_cast<double>(i), 2) / 14, 0.03);
  const std::vector<double> two = shares({.max_new_tokens = 100, .temperature = 1, .top_k = 2}), nucleus = shares({.max_new_tokens = 100, .temperature = 1, .top_p = 0.8}), best = shares({.temperature = 1, .top_p = 0.5});
  EXPECT_NEAR(two[0], 0.6, 0.03);
  EXPECT_EQ(two[2], 0);
  EXPECT_NEAR(nucleus[0], 0.6, 0.03);
  EXPECT_EQ(nucleus[2], 0);
  EXPECT_NEAR(best[0], 1, 1e-12);
  const auto row = [&](std::uint64_t seed) { return generate(model, tokens({0}), {.temperature = 1, .seed = seed}).to_vector<std::int64_t>(); };
  EXPECT_EQ(row(1), row(1));
  EXPECT_NE(row(1), row(2));
}

TEST(Generate, EndsWithTheEndToken) {
  // 0 -> 1 -> 2 -> 3 -> 0, and so on.
  const Model model = by_table({0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0}, 4, 3);
  EXPECT_EQ(generate(model, tokens({0, 2}, 2), {.max_new_tokens = 10, .end_token = 3}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0, 1, 2, 3, 2, 3, 3, 3}));
  EXPECT_EQ(generate(model, tokens({0}), {.max_new_tokens = 0}).to_vector<std::int64_t>(), (std::vector<std::int64_t>{0}));
}

TEST(Generate, SaysWhatDoesNotFit) {
  const Model model = by_table({0, 1, 0, 0}, 2, 3);
  EXPECT_ERROR(invalid_argument, generate(model, tokens({0}), {.max_new_tokens = -1}), "max_new_tokens");
  EXPECT_ERROR(invalid_argument, generate(model, tokens({0}), {.temperature = -1}), "temperature");
  EXPECT_ERROR(invalid_argument, generate(model, tokens({0}), {.top_k = -1}), "top_k");
  EXPECT_ERROR(invalid_argument, generate(model, tokens({0}), {.top_p = 0}), "top_p must lie in (0, 1]");
  EXPECT_ERROR(invalid_argument, generate(model, tokens({0, 1, 1, 2}, 2)), "token 2", "row 1", "[0, 2)");
  EXPECT_ERROR(invalid_argument, generate(Model(), tokens({0})), "empty handle");
  EXPECT_ERROR(shape, generate(model, Tensor::zeros({3}, DType::i32)), "[batch, steps]", "[3]");
  EXPECT_ERROR(shape, generate(model, Tensor::zeros({1, 0}, DType::i32)), "at least one step");
  EXPECT_ERROR(dtype, generate(model, Tensor::zeros({1, 2})), "whole numbers");
  const Symbol in = Input({4});
  EXPECT_ERROR(shape, generate(Model(in, Dense{2}(in)), tokens({0})), "f32[4]", "[batch, context, vocabulary]");
  EXPECT_ERROR(invalid_argument, causal_language_model({}), "vocabulary_size must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, causal_language_model({.vocabulary_size = 5, .num_layers = 0}), "num_layers");
  EXPECT_ERROR(invalid_argument, causal_language_model({.vocabulary_size = 5, .intermediate_dim = -1}), "intermediate_dim");
  EXPECT_ERROR(shape, causal_language_model({.vocabulary_size = 5, .hidden_dim = 10, .num_heads = 4}), "num_heads 4", "10 features");
}

}  // namespace
}  // namespace candor::testing
