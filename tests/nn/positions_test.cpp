// Positions, written out: learned, sine, rotary, T5's and ALiBi's.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/nn/model.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "tests/nn/layer_gradients.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 1e-12) { EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), tolerance, tolerance), ""); }

/// The layer's first output for one input and options by name.
Tensor called(const Layer& layer, const Tensor& x, const Config& options) { return layer.call(std::span(&x, 1), CallOptions{.options = options})[0]; }

TEST(Positions, LearnedRowsAreThoseOfTheSteps) {
  const PositionEmbedding layer{7};
  const Tensor x = pattern({2, 3, 5});
  const Tensor y = layer(x);
  const Tensor table = layer.variables()[0].tensor();
  EXPECT_EQ(table.shape(), (Shape{7, 5}));
  expect_same(y, broadcast_to(narrow(table, 0, 0, 3), {2, 3, 5}), 0);
  expect_same(called(layer, x, {{"start_index", 4}}), broadcast_to(narrow(table, 0, 4, 7), {2, 3, 5}), 0);
  EXPECT_ERROR(shape, called(layer, x, {{"start_index", 5}}), "steps 5 to 7", "7");
  EXPECT_ERROR(shape, called(layer, x, {{"start_index", -1}}), "-1");
  EXPECT_ERROR(shape, layer(pattern({2, 8, 5})), "0 to 7");
  EXPECT_ERROR(shape, layer(pattern({2, 3, 4})), "5 features");
  EXPECT_ERROR(shape, PositionEmbedding{7}(pattern({2, 3})), "[batch, steps, features]");
  check_layer_gradients(layer, {x});
}

TEST(Positions, SinesFollowTheFormula) {
  const Tensor y = SinePositionEncoding{{.max_wavelength = 500}}(pattern({1, 4, 7})), later = called(SinePositionEncoding{{.max_wavelength = 500}}, pattern({1, 2, 7}), {{"start_index", 2}});
  const std::vector<double> got = y.to_vector<double>();
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 7; ++i) {
      const double angle = t / std::pow(500, 2 * (i / 2) / 7.0);
      EXPECT_NEAR(got[static_cast<std::size_t>(t * 7 + i)], i % 2 ? std::cos(angle) : std::sin(angle), 1e-12);
    }
  expect_same(later, narrow(y, 1, 2, 4));
  EXPECT_ERROR(shape, SinePositionEncoding{}(pattern({2, 3})), "[batch, steps, features]");
}

TEST(Positions, TokensAndPlacesAddUp) {
  const TokenAndPositionEmbedding layer{11, 6, 4, {.mask_zero = true, .dtype = DType::f64}};
  const Tensor ids = Tensor::from(std::vector<std::int32_t>{3, 10, 0, 1, 1, 0}, {2, 3});
  const Tensor y = layer(ids);
  ASSERT_EQ(layer.named_variables().size(), 2u);
  EXPECT_EQ(layer.named_variables()[0].first, "token_embedding/embeddings");
  EXPECT_EQ(layer.named_variables()[1].first, "position_embedding/embeddings");
  const std::vector<double> tokens = layer.variables()[0].tensor().to_vector<double>(), places = layer.variables()[1].tensor().to_vector<double>(), got = y.to_vector<double>();
  const std::vector<int> numbers = {3, 10, 0, 1, 1, 0};
  for (std::size_t at = 0; at < 6; ++at)
    for (std::size_t i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(got[at * 4 + i], tokens[static_cast<std::size_t>(numbers[at]) * 4 + i] + places[at % 3 * 4 + i]);
  EXPECT_EQ(y.mask().to_vector<double>(), (std::vector<double>{1, 1, 0, 1, 1, 0}));
  const Tensor back = layer.reverse(y);
  expect_same(back, matmul(y, layer.variables()[0].tensor(), false, true));
  EXPECT_FALSE(back.mask().defined());
  EXPECT_ERROR(shape, layer(Tensor::zeros({2, 7}, DType::i32)), "sequence_length of 6");
  EXPECT_ERROR(invalid_argument, layer(Tensor::from(std::vector<std::int32_t>{11}, {1, 1})), "11");
}

/// x [batch, T, heads, features] turned as complex numbers.
std::vector<double> turned(const Tensor& x, double wavelength, double scaling, bool interleaved, double start) {
  const std::int64_t T = x.shape(1), H = x.shape(2), F = x.shape(3);
  std::vector<double> v = x.to_vector<double>(), out(v.size());
  for (std::int64_t row = 0; row < x.size() / F; ++row) {
    const double t = static_cast<double>(row / H % T) + start;
    for (std::int64_t i = 0; i < F / 2; ++i) {
      const auto a = static_cast<std::size_t>(row * F + (interleaved ? 2 * i : i)), b = static_cast<std::size_t>(row * F + (interleaved ? 2 * i + 1 : i + F / 2));
      const std::complex<double> z = std::complex<double>(v[a], v[b]) * std::polar(1.0, t / scaling * std::pow(wavelength, -2.0 * static_cast<double>(i) / static_cast<double>(F)));
      out[a] = z.real();
      out[b] = z.imag();
    }
  }
  return out;
}

TEST(Rotary, TurnsPairsAsComplexNumbers) {
  const Tensor x = pattern({2, 5, 3, 8});
  for (const bool interleaved : {false, true})
    for (const double scaling : {1.0, 2.5}) {
      const RotaryEmbedding layer{{.max_wavelength = 300, .scaling_factor = scaling, .interleaved = interleaved}};
      expect_same(layer(x), Tensor::from(turned(x, 300, scaling, interleaved, 0), x.shape()));
      const Tensor later = called(layer, x, {{"start_index", 4}});
      expect_same(later, Tensor::from(turned(x, 300, scaling, interleaved, 4), x.shape()));
      const Tensor positions = Tensor::from(std::vector<std::int32_t>{4, 5, 6, 7, 8}, {5});
      expect_same(layer.call(std::span(&x, 1), CallOptions{.tensors = {{"positions", positions}}})[0], later);
      const Tensor each = Tensor::from(std::vector<std::int32_t>{0, 1, 2, 3, 4, 4, 5, 6, 7, 8}, {2, 5});
      expect_same(narrow(layer.call(std::span(&x, 1), CallOptions{.tensors = {{"positions", each}}})[0], 0, 1, 2), narrow(later, 0, 1, 2));
      check_layer_gradients(layer, {x});
    }
}

TEST(Rotary, KeepsLengthsAndSeesDistancesOnly) {
  const Tensor q = pattern({1, 1, 10}), k = pattern({1, 1, 10}, 1);
  for (const bool interleaved : {false, true}) {
    const RotaryEmbeddingOptions o{.interleaved = interleaved};
    const auto product = [&](std::int64_t at_q, std::int64_t at_k) { return sum(rotary_embedding(q, o, at_q) * rotary_embedding(k, o, at_k)).item<double>(); };
    EXPECT_NEAR(norm(rotary_embedding(q, o, 37)).item<double>(), norm(q).item<double>(), 1e-12);
    EXPECT_NEAR(product(3, 1), product(103, 101), 1e-10);
    EXPECT_NEAR(product(5, 5), sum(q * k).item<double>(), 1e-12);
    EXPECT_GT(std::abs(product(3, 1) - product(3, 2)), 1e-3);
  }
}

TEST(Rotary, WithinAttentionTurnsQueriesAndKeys) {
  const MultiHeadAttention plain{2, 4}, rotary{2, 4, {.rotary = RotaryEmbeddingOptions{.max_wavelength = 50}}};
  const Tensor x = pattern({2, 6, 5});
  const Tensor before = plain(x, x);
  (void)Tensor(rotary(x, x));
  for (std::size_t i = 0; i < plain.variables().size(); ++i) rotary.variables()[i].assign(plain.variables()[i].tensor());
  const auto [y, scores] = rotary(x, x, {.return_attention_scores = true});
  expect_same(rotary(x, x), y, 1e-10);
  EXPECT_NE(difference(y, before, 1e-3, 1e-3), "");
  // The same steps at another place of a longer sequence attend alike when nothing else is seen.
  const Tensor filler = pattern({2, 3, 5}, 4), longer = concatenate({filler, x}, 1);
  std::vector<double> open(2 * 9, 1);
  for (std::size_t b = 0; b < 2; ++b) std::fill_n(open.begin() + static_cast<std::ptrdiff_t>(9 * b), 3, 0.0);
  const Tensor shifted = rotary(longer, longer, {.value_mask = Tensor::from(open, {2, 9}).to(DType::boolean)});
  expect_same(narrow(shifted, 1, 3, 9), y, 1e-10);
  EXPECT_ERROR(invalid_argument, MultiHeadAttention(2, 3, {.rotary = RotaryEmbeddingOptions{}}), "key_dim must be even", "3");
  EXPECT_ERROR(invalid_argument, GroupQueryAttention(5, 2, 1, {.rotary = RotaryEmbeddingOptions{}}), "head_dim must be even");
}

TEST(Rotary, SaysWhatDoesNotFit) {
  EXPECT_ERROR(shape, RotaryEmbedding{}(pattern({2, 3, 5})), "even number of features", "[2, 3, 5]");
  EXPECT_ERROR(shape, RotaryEmbedding{}(pattern({2, 4})), "[2, 4]");
  EXPECT_ERROR(shape, RotaryEmbedding{}(Tensor::zeros({2, 3, 4}, DType::i32)), "floating");
  EXPECT_ERROR(shape, rotary_embedding(pattern({2, 3, 4}), {}, 0, Tensor::zeros({4}, DType::i32)), "[steps] or [batch, steps]", "[4]");
  EXPECT_ERROR(shape, rotary_embedding(pattern({2, 3, 4}), {}, 0, Tensor::zeros({3, 3}, DType::i32)), "[3, 3]");
  const Tensor x = pattern({1, 2, 4});
  EXPECT_ERROR(invalid_argument, RotaryEmbedding{}.call(std::span(&x, 1), CallOptions{.tensors = {{"positions", Tensor::zeros({2}, DType::i32)}}, .options = {{"start_index", 1}}}), "one of them");
}

TEST(RelativePositions, BucketsAreT5s) {
  const auto both = [](std::int64_t d) { return relative_position_bucket(d, 32, 128, true); };
  const auto causal = [](std::int64_t d) { return relative_position_bucket(d, 32, 128, false); };
  for (const auto& [distance, bucket] : std::vector<std::pair<int, int>>{{0, 0}, {-1, 1}, {-7, 7}, {-8, 8}, {-11, 8}, {-12, 9}, {-127, 15}, {-128, 15}, {-1000, 15}, {1, 17}, {8, 24}, {12, 25}, {500, 31}}) EXPECT_EQ(both(distance), bucket) << distance;
  for (const auto& [distance, bucket] : std::vector<std::pair<int, int>>{{3, 0}, {0, 0}, {-1, 1}, {-15, 15}, {-16, 16}, {-20, 17}, {-127, 31}, {-500, 31}}) EXPECT_EQ(causal(distance), bucket) << distance;
}

TEST(RelativePositions, TheBiasIsTheTablesRow) {
  const RelativePositionBias layer{3, {.num_buckets = 8, .max_distance = 5}};
  const Tensor q = pattern({2, 4, 6}), k = pattern({2, 7, 6});
  const Tensor bias = layer({q, k});
  ASSERT_EQ(bias.shape(), (Shape{2, 3, 4, 7}));
  const std::vector<double> table = layer.variables()[0].tensor().to_vector<double>(), got = bias.to_vector<double>();
  for (std::int64_t b = 0; b < 2; ++b)
    for (std::int64_t h = 0; h < 3; ++h)
      for (std::int64_t t = 0; t < 4; ++t)
        for (std::int64_t s = 0; s < 7; ++s)
          EXPECT_EQ(got[static_cast<std::size_t>(((b * 3 + h) * 4 + t) * 7 + s)], table[static_cast<std::size_t>(relative_position_bucket(s - t, 8, 5, true) * 3 + h)]);
  EXPECT_EQ(layer(q).shape(), (Shape{2, 3, 4, 4}));
  check_layer_gradients(layer, {q, k});
  EXPECT_ERROR(shape, layer({q, k, k}), "3 inputs");
  EXPECT_ERROR(shape, layer({q, pattern({3, 7, 6})}), "one batch", "[3, 7, 6]");
}

TEST(RelativePositions, AlibiFallsWithTheDistance) {
  const auto slopes = [](std::int64_t heads) {
    std::vector<double> out;
    const std::vector<double> bias = AlibiBias{heads}(pattern({1, 2, 4})).to_vector<double>();
    for (std::int64_t h = 0; h < heads; ++h) {
      EXPECT_EQ(bias[static_cast<std::size_t>(4 * h)], 0);
      EXPECT_EQ(bias[static_cast<std::size_t>(4 * h + 1)], bias[static_cast<std::size_t>(4 * h + 2)]);
      out.push_back(-bias[static_cast<std::size_t>(4 * h + 1)]);
    }
    return out;
  };
  EXPECT_EQ(slopes(8), (std::vector<double>{1 / 2., 1 / 4., 1 / 8., 1 / 16., 1 / 32., 1 / 64., 1 / 128., 1 / 256.}));
  const std::vector<double> of_six = slopes(6), want = {std::exp2(-2), std::exp2(-4), std::exp2(-6), std::exp2(-8), std::exp2(-1), std::exp2(-3)};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_DOUBLE_EQ(of_six[i], want[i]);
  EXPECT_EQ(AlibiBias{1}(pattern({1, 5, 2})).to_vector<double>()[4], -4 * std::exp2(-8));
}

TEST(RelativePositions, AttentionAddsTheBiasToItsScores) {
  const Tensor x = pattern({2, 5, 6});
  const MultiHeadAttention layer{2, 3};
  (void)Tensor(layer(x, x));
  const Tensor bias = pattern({2, 2, 5, 5}, 3);
  const AttentionResult<Tensor> plain = layer(x, x, {.return_attention_scores = true}), with = layer(x, x, {.attention_bias = bias, .return_attention_scores = true});
  // softmax(s + b) is softmax(s) e^b, made to add up to 1.
  const Tensor raised = plain.scores * exp(bias);
  expect_same(with.scores, raised / sum(raised, {-1}, true), 1e-10);
  expect_same(layer(x, x, {.attention_bias = bias}), with.output, 1e-10);
  expect_same(layer(x, x, {.attention_bias = narrow(narrow(bias, 0, 0, 1), 1, 0, 1)}), layer(x, x, {.attention_bias = broadcast_to(narrow(narrow(bias, 0, 0, 1), 1, 0, 1), {2, 2, 5, 5})}), 1e-12);
  EXPECT_ERROR(shape, layer(x, x, {.attention_bias = pattern({2, 5, 5})}), "attention_bias [2, 5, 5]", "[2, 2, 5, 5]");
  EXPECT_ERROR(shape, layer(x, x, {.attention_bias = pattern({2, 3, 5, 5})}), "[2, 3, 5, 5]");
  EXPECT_ERROR(dtype, layer(x, x, {.attention_bias = Tensor::zeros({1, 1, 5, 5}, DType::boolean)}), "attention_mask");
  // In the functional API the bias is a layer's output like any other.
  const Symbol in = Input({5, 6}, {.dtype = DType::f64});
  const Model model{in, layer(in, in, {.attention_bias = AlibiBias{2}(in)})};
  expect_same(model(x), layer(x, x, {.attention_bias = AlibiBias{2}(x)}), 1e-12);
}

TEST(Positions, OptionsThatMakeNoSense) {
  EXPECT_ERROR(invalid_argument, PositionEmbedding{0}, "sequence_length must be at least 1");
  EXPECT_ERROR(invalid_argument, SinePositionEncoding({.max_wavelength = 0}), "max_wavelength must be positive");
  EXPECT_ERROR(invalid_argument, TokenAndPositionEmbedding(0, 3, 4), "vocabulary_size");
  EXPECT_ERROR(invalid_argument, TokenAndPositionEmbedding(5, 0, 4), "sequence_length");
  EXPECT_ERROR(invalid_argument, TokenAndPositionEmbedding(5, 3, 0), "embedding_dim");
  EXPECT_ERROR(invalid_argument, RotaryEmbedding({.max_wavelength = -1}), "max_wavelength");
  EXPECT_ERROR(invalid_argument, RotaryEmbedding({.scaling_factor = std::nan("")}), "scaling_factor");
  EXPECT_ERROR(invalid_argument, RelativePositionBias{0}, "num_heads");
  EXPECT_ERROR(invalid_argument, RelativePositionBias(2, {.num_buckets = 3}), "num_buckets must be at least 4, not 3");
  EXPECT_ERROR(invalid_argument, RelativePositionBias(2, {.num_buckets = 32, .max_distance = 8}), "max_distance must be more than 8");
  EXPECT_ERROR(invalid_argument, AlibiBias{-1}, "num_heads");
  EXPECT_ERROR(invalid_argument, AlibiBias(2, {.alibi_bias_max = 0}), "alibi_bias_max");
}

}  // namespace
}  // namespace candor::testing
