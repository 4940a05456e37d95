// Decoding with a cache: the model's own scores, step by step and in pieces; what cannot go so; weights of few bits.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/nn/cached_decoder.h"
#include "candor/nn/language_model.h"
#include "candor/nn/layers.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

constexpr std::int64_t vocabulary = 19, context = 24;

Model gpt(TransformerOptions block = {.activation = "gelu_tanh", .normalize_first = true}, std::int64_t width = 16) {
  set_random_seed(5);
  return causal_language_model({.vocabulary_size = vocabulary, .sequence_length = context, .hidden_dim = width, .num_layers = 2, .num_heads = 4, .block = block});
}

/// Two rows of tokens that depend on the place alone.
Tensor sequence(std::int64_t steps, std::int64_t rows = 2) {
  std::vector<std::int32_t> ids;
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t t = 0; t < steps; ++t) ids.push_back(static_cast<std::int32_t>((t * 7 + r * 5 + t * t) % vocabulary));
  return Tensor::from(ids, {rows, steps});
}

double largest_difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  double worst = 0;
  for (std::size_t i = 0; i < std::min(x.size(), y.size()); ++i) worst = std::max(worst, std::abs(x[i] - y[i]));
  return worst;
}

/// The model's scores behind step t of the whole sequence.
Tensor whole(const Model& model, const Tensor& tokens, std::int64_t t) { return take(model.predict_on_batch(tokens), Tensor::full({}, static_cast<double>(t), DType::i32), 1); }

void expect_same_scores(const Model& model, CachedDecoderOptions options = {}) {
  const Tensor tokens = sequence(context);
  options.batch = 2;
  const Tensor all = model.predict_on_batch(tokens);
  const auto scores_of = [&](std::int64_t t) { return take(all, Tensor::full({}, static_cast<double>(t), DType::i32), 1); };
  // A prompt, single steps, pieces up to the end of the context.
  for (const std::vector<std::int64_t>& pieces : {std::vector<std::int64_t>{1, 1, 1, 5, 1, 9, 1, 5}, {24}, {13, 10, 1}, {2, 21}}) {
    const CachedDecoder decoder(model, options);
    std::int64_t at = 0;
    for (std::int64_t count : pieces) {
      const Tensor scores = decoder(narrow(tokens, 1, at, at + count));
      at += count;
      EXPECT_EQ(decoder.length(), at);
      EXPECT_LT(largest_difference(scores, scores_of(at - 1)), 2e-5) << at;
    }
  }
}

TEST(CachedDecoder, GivesTheModelsScores) {
  expect_same_scores(gpt());
  expect_same_scores(gpt({.activation = "silu", .normalize_first = true, .use_bias = false, .gated = true, .rms_normalization = true, .num_key_value_heads = 2, .rotary = RotaryEmbeddingOptions{}}));
  expect_same_scores(gpt({.activation = "relu", .normalize_first = false}), {.chunk = 5});
  expect_same_scores(gpt({.activation = "relu"}), {.chunk = 1});
}

TEST(CachedDecoder, KnowsModelsOfSingleLayers) {
  set_random_seed(9);
  const Symbol in = Input({context}, {.dtype = DType::i32});
  Symbol h = Embedding{vocabulary, 12}(in);
  h = Add{}({h, SinePositionEncoding{}(h)});
  h = Add{}({h, MultiHeadAttention{3, 5, {.sliding_window = 4}}(h, h, {.use_causal_mask = true}).output});
  h = Add{}({h, MultiHeadAttention{2, 6, {.value_dim = 3, .use_gate = true}}(h, h, {.use_causal_mask = true}).output});
  h = Dropout{0.5}(LayerNormalization{}(h));
  expect_same_scores(Model(in, Dense{vocabulary, {.activation = "tanh"}}(h)));
}

TEST(CachedDecoder, GoesBack) {
  const Model model = gpt();
  const CachedDecoder decoder(model, {.batch = 2, .capacity = 10});
  const Tensor tokens = sequence(10);
  EXPECT_EQ(decoder.capacity(), 10);
  decoder(tokens);
  decoder.rewind(4);
  EXPECT_EQ(decoder.length(), 4);
  // Other tokens than before from there on.
  const Tensor other = concatenate({narrow(tokens, 1, 0, 4), narrow(tokens, 1, 7, 9)}, 1);
  const Tensor scores = decoder(narrow(other, 1, 4, 6));
  EXPECT_LT(largest_difference(scores, whole(model, concatenate({other, sequence(context - 6)}, 1), 5)), 2e-5);
  EXPECT_ERROR(invalid_argument, decoder.rewind(7), "6 steps were seen");
  EXPECT_ERROR(invalid_argument, decoder(sequence(5)), "6 steps were seen and 5 were given", "room for 10");
  EXPECT_EQ(decoder.length(), 6);
  decoder.rewind();
  EXPECT_LT(largest_difference(decoder(tokens), whole(model, concatenate({tokens, sequence(context - 10)}, 1), 9)), 2e-5);
  // 2 layers of keys and values: batch 2, 10 steps, 4 heads of 4.
  EXPECT_EQ(decoder.cache_bytes(), 2u * 2 * 2 * 10 * 16 * 4);
}

TEST(CachedDecoder, ReadsWeightsOfFewBits) {
  const Model model = gpt({.activation = "gelu_tanh", .normalize_first = true}, 64);
  const Tensor tokens = sequence(context);
  const CachedDecoder exact(model, {.batch = 2});
  const std::vector<std::pair<DType, double>> kinds{{DType::bf16, 0.01}, {DType::i8, 0.02}};
  for (const auto& [dtype, tolerance] : kinds) {
    const CachedDecoder few(model, {.batch = 2, .weights = dtype});
    exact.rewind();
    double largest = 0;
    for (double score : exact(narrow(tokens, 1, 0, 20)).to_vector<double>()) largest = std::max(largest, std::abs(score));
    const Tensor long_way = few(narrow(tokens, 1, 0, 20));
    exact.rewind();
    EXPECT_GT(largest_difference(exact(narrow(tokens, 1, 0, 20)), long_way), 0);
    EXPECT_LT(largest_difference(exact(narrow(tokens, 1, 20, 21)), few(narrow(tokens, 1, 20, 21))), tolerance * largest) << to_string(dtype);
    // All weights of products: 2 blocks of 12 width^2, and the table; i8 has a factor for each row.
    const std::size_t numbers = 2 * 12 * 64 * 64 + static_cast<std::size_t>(vocabulary) * 64, rows = 2 * 9 * 64 + static_cast<std::size_t>(vocabulary);
    EXPECT_EQ(few.weight_bytes(), dtype == DType::bf16 ? 2 * numbers : numbers + 4 * rows);
  }
  EXPECT_EQ(exact.weight_bytes(), 0u);
}

TEST(CachedDecoder, SaysWhatCannotGoStepByStep) {
  const Symbol in = Input({context}, {.dtype = DType::i32});
  const auto refused = [&](const Symbol& h, const char* who) { EXPECT_ERROR(unsupported, CachedDecoder(Model(in, Dense{vocabulary}(h))), who); };
  refused(LSTM{8, {.return_sequences = true}}(Embedding{vocabulary, 8}(in)), "lstm");
  refused(Conv1D{8, 3, {.padding = "causal"}}(Embedding{vocabulary, 8}(in)), "conv1d");
  refused(TransformerEncoder{16, 2}(Embedding{vocabulary, 8}(in)), "use_causal_mask is not set");
  refused(TransformerDecoder{16, 2}(Embedding{vocabulary, 8, {.mask_zero = true}}(in)), "mask");
  refused(LayerNormalization{{.axis = {1, 2}}}(Embedding{vocabulary, 8}(in)), "more than the features");
  // generate() does without the cache there, unless it was asked for what needs it.
  set_random_seed(2);
  const Model recurrent(in, Dense{vocabulary}(LSTM{8, {.return_sequences = true}}(Embedding{vocabulary, 8}(in))));
  EXPECT_EQ(generate(recurrent, sequence(3), {.max_new_tokens = 2}).shape(), (Shape{2, 5}));
  EXPECT_ERROR(unsupported, generate(recurrent, sequence(3), {.max_new_tokens = 2, .weights = DType::i8}), "lstm");
}

TEST(CachedDecoder, SaysWhatIsWrong) {
  const Model model = gpt();
  EXPECT_ERROR(invalid_argument, CachedDecoder(model, {.batch = 0}), "batch must be at least 1");
  EXPECT_ERROR(invalid_argument, CachedDecoder(model, {.capacity = 25}), "[0, 24]");
  EXPECT_ERROR(invalid_argument, CachedDecoder(model, {.chunk = 0}), "chunk");
  EXPECT_ERROR(dtype, CachedDecoder(model, {.weights = DType::f16}), "i8 or bf16");
  EXPECT_ERROR(invalid_argument, CachedDecoder(Model()), "empty handle");
  const Symbol numbers = Input({4});
  EXPECT_ERROR(shape, CachedDecoder(Model(numbers, Dense{3}(numbers))), "tokens [batch, context]");
  const CachedDecoder decoder(model);
  EXPECT_ERROR(shape, decoder(sequence(3, 2)), "[1, steps]", "[2, 3]");
  EXPECT_ERROR(dtype, decoder(Tensor::zeros({1, 2})), "whole numbers");
  EXPECT_ERROR(invalid_argument, decoder(Tensor::full({1, 2}, 19, DType::i32)), "19 is not in [0, 19)");
  EXPECT_EQ(decoder.length(), 0);
}

TEST(CachedDecoder, WritesTheSameText) {
  const Model model = gpt();
  const Tensor prompt = sequence(5);
  const auto text = [&](GenerateOptions o) { return generate(model, prompt, o).to_vector<std::int64_t>(); };
  EXPECT_EQ(text({.max_new_tokens = 12}), text({.max_new_tokens = 12, .use_cache = false}));
  EXPECT_EQ(text({.max_new_tokens = 40, .temperature = 1, .seed = 4}), text({.max_new_tokens = 40, .temperature = 1, .seed = 4, .use_cache = false}));
  EXPECT_EQ(text({.max_new_tokens = 9, .weights = DType::i8}).size(), 2u * 14);
  EXPECT_ERROR(invalid_argument, text({.max_new_tokens = 40, .weights = DType::i8}), "44 steps in a context of 24");
  EXPECT_ERROR(invalid_argument, text({.max_new_tokens = 4, .use_cache = false, .weights = DType::bf16}), "need the cache");
}

}  // namespace
}  // namespace candor::testing
