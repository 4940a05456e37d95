// TransformerEncoder and TransformerDecoder against the same sums of single layers and ops; what their definition promises.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/losses.h"
#include "candor/nn/model.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/norm.h"
#include "candor/ops/reduce.h"
#include "tests/nn/layer_gradients.h"
#include "tests/support/errors.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

void expect_same(const Tensor& got, const Tensor& want, double tolerance = 1e-11) { EXPECT_EQ(difference(got.to(DType::f64), want.to(DType::f64), tolerance, tolerance), ""); }

Tensor mask_of(const std::vector<double>& bits, const Shape& shape) { return Tensor::from(bits, shape).to(DType::boolean); }

/// A layer's weights by name.
struct Weights {
  explicit Weights(const Layer& layer) : all(layer.named_variables()) {}
  Tensor operator()(const std::string& name) const {
    for (const auto& [path, v] : all)
      if (path == name) return v.tensor();
    throw std::runtime_error("no weight " + name);
  }
  std::vector<NamedVariable> all;
};

Tensor norm_of(const Weights& w, const std::string& name, const Tensor& x) { return layer_norm(x, w(name + "/gamma"), w(name + "/beta"), {-1}, 1e-5); }

Tensor attend(const Weights& w, const std::string& name, const Tensor& query, const Tensor& value, const DotProductAttentionOptions& how) {
  const auto heads = [&](const char* which, const Tensor& x) { return einsum("btd,dnh->btnh", {x, w(name + "/" + which + "/kernel")}) + w(name + "/" + which + "/bias"); };
  return einsum("btnh,nhd->btd", {dot_product_attention(heads("query", query), heads("key", value), heads("value", value), how), w(name + "/attention_output/kernel")}) + w(name + "/attention_output/bias");
}

Tensor inner(const Weights& w, const Tensor& x) {
  const auto dense = [&](const std::string& name, const Tensor& in) { return matmul(in, w(name + "/kernel")) + w(name + "/bias"); };
  return dense("feedforward_output_dense", gelu(dense("feedforward_intermediate_dense", x)));
}

TEST(TransformerDecoder, IsAttentionTwiceAndTwoDenseLayers) {
  const Tensor x = pattern({2, 4, 6}), memory = pattern({2, 5, 3}, 1);
  const Tensor padding = mask_of({1, 1, 1, 1, 1, 1, 1, 0, 0, 1}, {2, 5}), own = mask_of({1, 1, 1, 1, 1, 1, 1, 0}, {2, 4});
  const DotProductAttentionOptions over_self{.mask = reshape(own, {2, 1, 1, 4}), .is_causal = true}, over_memory{.mask = reshape(padding, {2, 1, 1, 5})};
  for (const bool first : {false, true}) {
    const TransformerDecoder layer{7, 2, {.activation = "gelu", .normalize_first = first}};
    layer.call(std::vector<Tensor>{x, memory});
    disturb_weights(layer);
    const Weights w(layer);
    Tensor h = x;
    const auto step = [&](const std::string& norm, auto part) { h = first ? h + part(norm_of(w, norm, h)) : norm_of(w, norm, h + part(h)); };
    step("self_attention_layer_norm", [&](const Tensor& q) { return attend(w, "self_attention", q, q, over_self); });
    step("cross_attention_layer_norm", [&](const Tensor& q) { return attend(w, "cross_attention", q, memory, over_memory); });
    step("feedforward_layer_norm", [&](const Tensor& q) { return inner(w, q); });
    // Masks by name, or as the tensors' own.
    const CallOptions call{.tensors = {{"decoder_padding_mask", own}, {"encoder_padding_mask", padding}}};
    expect_same(layer.call(std::vector<Tensor>{x, memory}, call)[0], h);
    const Tensor y = layer.call(std::vector<Tensor>{x.with_mask(own), memory.with_mask(padding)})[0];
    expect_same(y, h);
    EXPECT_EQ(y.mask().to_vector<double>(), own.to_vector<double>());
    check_layer_gradients(layer, {x, memory}, call);
  }
}

TEST(TransformerEncoder, ClosesWhatMasksClose) {
  const Tensor x = pattern({2, 4, 6});
  const TransformerEncoder layer{7, 3, {.activation = "gelu", .normalize_first = true}};
  (void)layer(x);
  disturb_weights(layer);
  const Weights w(layer);
  const auto expected = [&](const DotProductAttentionOptions& how) {
    const Tensor q = norm_of(w, "self_attention_layer_norm", x), h = x + attend(w, "self_attention_layer", q, q, how);
    return h + inner(w, norm_of(w, "feedforward_layer_norm", h));
  };
  const auto call = [&](const CallOptions& options) { return layer.call(std::span(&x, 1), options); };
  const Tensor full = mask_of({1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1}, {2, 4, 4}), bias = pattern({1, 3, 4, 4}, 2);
  expect_same(call({})[0], expected({}));
  expect_same(call({.options = {{"use_causal_mask", true}}})[0], expected({.is_causal = true}));
  expect_same(call({.tensors = {{"attention_mask", full}}})[0], expected({.mask = reshape(full, {2, 1, 4, 4})}));
  expect_same(call({.tensors = {{"attention_bias", bias}}})[0], expected({.bias = bias}));
  const Tensor padding = mask_of({1, 1, 0, 1, 0, 1, 1, 1}, {2, 4});
  expect_same(call({.tensors = {{"padding_mask", padding}}})[0], expected({.mask = reshape(padding, {2, 1, 1, 4})}));
  const std::vector<Tensor> both = call({.options = {{"return_attention_scores", true}}});
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[1].shape(), (Shape{2, 3, 4, 4}));
  expect_same(sum(both[1], {-1}), Tensor::full({2, 3, 4}, 1, DType::f64));
  expect_same(both[0], expected({}));
  check_layer_gradients(layer, {x}, {.tensors = {{"attention_bias", bias}}});
}

TEST(TransformerDecoder, ALaterStepChangesNoEarlierOne) {
  const Tensor x = pattern({1, 6, 8});
  std::vector<double> other = x.to_vector<double>();
  for (std::size_t i = 4 * 8; i < other.size(); ++i) other[i] = -other[i] + 1;
  const Tensor changed = Tensor::from(other, x.shape());
  for (const Layer& layer : std::vector<Layer>{TransformerDecoder{12, 2}, TransformerDecoder{12, 4, {.normalize_first = true, .gated = true, .rms_normalization = true, .num_key_value_heads = 2, .rotary = RotaryEmbeddingOptions{}}}}) {
    const Tensor a = layer(x), b = layer(changed);
    EXPECT_EQ(difference(narrow(b, 1, 0, 4), narrow(a, 1, 0, 4), 0, 0), "") << "in f64, where sums do not depend on what follows";
    EXPECT_NE(difference(narrow(b, 1, 4, 6), narrow(a, 1, 4, 6), 1e-3, 1e-3), "");
    const Tensor open = layer.call(std::span(&changed, 1), CallOptions{.options = {{"use_causal_mask", false}}})[0];
    EXPECT_NE(difference(narrow(open, 1, 0, 4), narrow(a, 1, 0, 4), 1e-3, 1e-3), "");
  }
}

TEST(TransformerDecoder, OptionsChooseTheLayersInside) {
  const Tensor x = pattern({2, 5, 8});
  const RotaryEmbeddingOptions turn{.max_wavelength = 100};
  const TransformerDecoder llama{10, 4, {.activation = "silu", .layer_norm_epsilon = 1e-6, .normalize_first = true, .use_bias = false, .gated = true, .rms_normalization = true, .num_key_value_heads = 2, .rotary = turn}};
  (void)llama(x);
  disturb_weights(llama);
  const GroupQueryAttention attention{2, 4, 2, {.use_bias = false, .rotary = turn}};
  const RMSNormalization first{{.epsilon = 1e-6}}, second{{.epsilon = 1e-6}};
  const GatedFeedForward feed = SwiGLU(10);
  (void)Tensor(attention(x, x));
  for (const Layer& layer : std::vector<Layer>{first, second, feed}) (void)layer(x);
  std::vector<Variable> parts;
  for (const Layer& layer : std::vector<Layer>{attention, first, second, feed})
    for (const Variable& v : layer.variables()) parts.push_back(v);
  const std::vector<Variable> all = llama.variables();
  ASSERT_EQ(all.size(), parts.size());
  for (std::size_t i = 0; i < all.size(); ++i) parts[i].assign(all[i].tensor());
  const Tensor q = first(x), h = x + Tensor(attention(q, q, {.use_causal_mask = true}));
  expect_same(llama(x), h + feed(second(h)));
  EXPECT_EQ(llama.named_variables().back().first, "feedforward_gated/down_kernel");
  check_layer_gradients(llama, {x});
}

TEST(Transformer, DropsInTrainingOnly) {
  const TransformerEncoder layer{6, 2, {.dropout = 0.4}}, none{6, 2};
  const Tensor x = pattern({2, 3, 4});
  const Tensor y = layer(x);
  expect_same(layer(x), y, 0);
  (void)none(x);
  for (std::size_t i = 0; i < layer.variables().size(); ++i) none.variables()[i].assign(layer.variables()[i].tensor());
  expect_same(none(x), y, 1e-10);
  const auto train = compile([&](Tensor in) { return layer(in, training); });
  const Tensor once = train(x), twice = train(x);
  EXPECT_NE(difference(once, y, 1e-3, 1e-3), "");
  EXPECT_NE(difference(twice, once, 1e-3, 1e-3), "");
  expect_same(compile([&](Tensor in) { return none(in, training); })(x), y, 1e-10);
}

TEST(Transformer, ComputedAgainGivesTheSameBits) {
  const Tensor x = pattern({2, 6, 8}).to(DType::f32);
  const TransformerDecoder layer{16, 2, {.activation = "gelu", .normalize_first = true}};
  (void)layer(x);
  const auto slopes = [&] {
    const CompiledFunction f([&](std::span<const Tensor> in) {
      const Tensor y = sum(square(layer(in[0], training)));
      std::vector<Tensor> xs{in[0]};
      for (const Variable& w : layer.parameters()) xs.push_back(w.value());
      return gradients(std::span(&y, 1), {}, xs);
    });
    return f(std::vector<Tensor>{x});
  };
  const std::vector<Tensor> kept = slopes();
  layer.set_checkpoint(true);
  const std::vector<Tensor> again = slopes();
  ASSERT_EQ(kept.size(), again.size());
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(again[i].to_vector(), kept[i].to_vector()) << i;
}

TEST(Transformer, FreezesAndCountsWhatIsInside) {
  const TransformerDecoder layer{6, 2};
  layer.call(std::vector<Tensor>{pattern({1, 3, 4}), pattern({1, 2, 4})});
  // Two attentions 4 (16 + 4), three norms 8, 4 6 + 6 and 6 4 + 4.
  EXPECT_EQ(layer.count_parameters(), 2 * 80 + 3 * 8 + 30 + 28);
  layer.set_trainable(false);
  EXPECT_TRUE(layer.parameters().empty());
  layer.set_trainable(true);
  EXPECT_EQ(layer.parameters().size(), layer.variables().size());
}

TEST(Transformer, SaysWhatDoesNotFit) {
  EXPECT_ERROR(invalid_argument, TransformerEncoder(0, 2), "TransformerEncoder: intermediate_dim must be at least 1, not 0");
  EXPECT_ERROR(invalid_argument, TransformerDecoder(3, 0), "TransformerDecoder: num_heads");
  EXPECT_ERROR(invalid_argument, TransformerEncoder(3, 2, {.dropout = 1}), "dropout");
  EXPECT_ERROR(invalid_argument, TransformerEncoder(3, 2, {.layer_norm_epsilon = 0}), "layer_norm_epsilon");
  EXPECT_ERROR(invalid_argument, TransformerEncoder(3, 4, {.num_key_value_heads = 3}), "multiple", "4 for 3");
  EXPECT_ERROR(invalid_argument, TransformerEncoder(3, 4, {.rotary = RotaryEmbeddingOptions{.max_wavelength = 0}}), "max_wavelength");
  EXPECT_ERROR(shape, TransformerEncoder(3, 4)(pattern({2, 3, 6})), "num_heads 4", "6 features");
  EXPECT_ERROR(shape, TransformerEncoder(3, 2)(pattern({2, 6})), "[batch, steps, features]", "[2, 6]");
  EXPECT_ERROR(shape, TransformerEncoder(3, 2).call(std::vector<Tensor>{pattern({2, 3, 4}), pattern({2, 3, 4})}), "one input");
  EXPECT_ERROR(shape, TransformerDecoder(3, 2).call(std::vector<Tensor>{pattern({2, 3, 4}), pattern({3, 3, 4})}), "one batch", "[3, 3, 4]");
  const TransformerDecoder alone{3, 2}, both{3, 2};
  (void)alone(pattern({2, 3, 4}));
  both.call(std::vector<Tensor>{pattern({2, 3, 4}), pattern({2, 3, 4})});
  EXPECT_ERROR(invalid_argument, alone.call(std::vector<Tensor>{pattern({2, 3, 4}), pattern({2, 3, 4})}), "without cross-attention");
  EXPECT_ERROR(invalid_argument, both(pattern({2, 3, 4})), "second input");
  EXPECT_ERROR(shape, alone(pattern({2, 3, 6})), "4 features");
  const Tensor x = pattern({2, 3, 4});
  EXPECT_ERROR(invalid_argument, alone.call(std::span(&x, 1), CallOptions{.tensors = {{"padding_mask", x}}}), "no argument 'padding_mask'");
  EXPECT_ERROR(shape, alone.call(std::span(&x, 1), CallOptions{.tensors = {{"decoder_padding_mask", mask_of({1, 1, 1, 1}, {1, 4})}}}), "[1");
}

TEST(Transformer, ConfigurationsComeBackWithTheSameNumbers) {
  const Tensor x = pattern({2, 4, 8}), ids = Tensor::from(std::vector<std::int32_t>{1, 2, 3, 4, 0, 2, 2, 1}, {2, 4});
  const std::vector<std::pair<Layer, Tensor>> layers = {
      {PositionEmbedding{6, {.initializer = RandomNormal{0, 0.5}}}, x},
      {SinePositionEncoding{{.max_wavelength = 77}}, x},
      {TokenAndPositionEmbedding{5, 4, 6, {.tie_weights = false, .mask_zero = true, .dtype = DType::f64}}, ids},
      {RotaryEmbedding{{.max_wavelength = 77, .scaling_factor = 2, .interleaved = true}}, x},
      {RelativePositionBias{3, {.num_buckets = 12, .max_distance = 20, .bidirectional = false}}, x},
      {AlibiBias{3, {.alibi_bias_max = 4}}, x},
      {GatedFeedForward{5, {.activation = "gelu", .output_dim = 3, .use_bias = true, .dropout = 0.25}}, x},
      {MixtureOfExperts{4, 5, {.top_k = 3, .activation = "relu", .gated = false, .use_bias = true, .normalize_weights = false, .output_dim = 2, .load_balance_loss = 0.2, .router_z_loss = 0.1}}, x},
      {TransformerEncoder{5, 2, {.dropout = 0.1, .activation = "gelu", .layer_norm_epsilon = 1e-3, .kernel_initializer = "he_normal", .bias_initializer = "ones", .normalize_first = true}}, x},
      {TransformerDecoder{5, 4, {.use_bias = false, .gated = true, .rms_normalization = true, .num_key_value_heads = 2, .rotary = RotaryEmbeddingOptions{.interleaved = true}}}, x},
      {MultiHeadAttention{2, 4, {.rotary = RotaryEmbeddingOptions{.scaling_factor = 3}}}, x},
      {GroupQueryAttention{4, 2, 1, {.rotary = RotaryEmbeddingOptions{.max_wavelength = 9}}}, x}};
  for (const auto& [layer, input] : layers) {
    std::vector<Tensor> in{input};
    if (layer.kind().find("Attention") != std::string::npos) in.push_back(input);
    const Tensor y = layer.call(in)[0];
    const Config config = layer.config();
    const Layer again = layer_from_config(config);
    EXPECT_EQ(to_string(again.config()), to_string(config));
    (void)again.call(in);
    const std::vector<NamedVariable> from = layer.named_variables(), to = again.named_variables();
    ASSERT_EQ(from.size(), to.size()) << layer.kind();
    for (std::size_t i = 0; i < from.size(); ++i) {
      EXPECT_EQ(from[i].first, to[i].first);
      to[i].second.assign(from[i].second.tensor());
    }
    expect_same(again.call(in)[0], y, 0);
    EXPECT_EQ(to_string(again.config()), to_string(config)) << "once built";
  }
}

TEST(Transformer, ComputesInSixteenBitsByThePolicy) {
  const Tensor x = pattern({2, 8, 16}).to(DType::f32);
  const TransformerDecoder whole{32, 4, {.activation = "gelu_tanh", .normalize_first = true}}, half{32, 4, {.activation = "gelu_tanh", .normalize_first = true}};
  half.set_dtype_policy("mixed_bfloat16");
  const Tensor y = whole(x), z = half(x);
  EXPECT_EQ(z.dtype(), DType::bf16);
  for (std::size_t i = 0; i < whole.variables().size(); ++i) {
    EXPECT_EQ(half.variables()[i].type().dtype, DType::f32);
    half.variables()[i].assign(whole.variables()[i].tensor());
  }
  EXPECT_EQ(difference(half(x).to(DType::f64), y.to(DType::f64), 0.05, 0.05), "");
  const TokenAndPositionEmbedding embedding{5, 4, 8};
  embedding.set_dtype_policy("mixed_bfloat16");
  EXPECT_EQ(embedding(Tensor::zeros({2, 4}, DType::i32)).dtype(), DType::bf16);
  EXPECT_EQ(embedding.variables()[0].type().dtype, DType::f32);
  const MixtureOfExperts experts{4, 8};
  experts.set_dtype_policy("mixed_bfloat16");
  EXPECT_EQ(experts(x).dtype(), DType::bf16);
  EXPECT_TRUE(std::isfinite(largest_entry(experts(x).to(DType::f64))));
}

TEST(Transformer, ALanguageModelLearnsToCount) {
  set_random_seed(5);
  // Numbers modulo 7, one after the other: the next token is known from the last.
  const Symbol ids = Input({6}, {.dtype = DType::i32});
  const TokenAndPositionEmbedding embedding{7, 6, 16};
  Symbol h = TransformerDecoder{32, 2, {.activation = "gelu", .normalize_first = true}}(embedding(ids));
  h = TransformerDecoder{32, 4, {.gated = true, .rms_normalization = true, .rotary = RotaryEmbeddingOptions{}}}(h);
  // The way back by the table of the way in.
  const Model model{ids, embedding.call({h}, {.options = {{"reverse", true}}})[0]};
  std::vector<std::int32_t> x, y;
  for (std::int32_t row = 0; row < 64; ++row)
    for (std::int32_t t = 0; t < 6; ++t) x.push_back((row * 3 + t) % 7), y.push_back((row * 3 + t + 1) % 7);
  const Tensor inputs = Tensor::from(x, {64, 6}), targets = Tensor::from(y, {64, 6});
  const SparseCategoricalCrossentropy loss_of{.from_logits = true};
  const Adam adam{0.01};
  const auto step = compile([&](Tensor in, Tensor want) {
    const auto [loss, slopes] = value_and_grad([&] { return loss_of(want, model(in, training)); }, model.parameters());
    adam.apply(slopes, model.parameters());
    return loss;
  });
  const double first = step(inputs, targets).item<double>();
  double last = first;
  for (int i = 0; i < 40; ++i) last = step(inputs, targets).item<double>();
  EXPECT_GT(first, 1.0);
  EXPECT_LT(last, 0.1);
  const Model again(layer_from_config(model.config()));
  again.build({6}, DType::i32);
  again.set_weights(model.weights());
  const Tensor in = Tensor::from(std::vector<std::int32_t>{3, 4, 5, 6, 0, 1}, {1, 6});
  expect_same(again(in), model(in), 1e-6);
}

}  // namespace
}  // namespace candor::testing
