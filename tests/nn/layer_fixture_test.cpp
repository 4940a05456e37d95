// fixtures/layers through the layer classes: what tests/ops checks of the sums behind them, options, weights and masks included.
#include <gtest/gtest.h>

#include <map>

#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/resize.h"
#include "tests/support/environment.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;
using Names = std::map<std::string, std::string>;

/// The layer's outputs when its weights are the case's parameters, of the same names but for `renamed` (weight -> parameter).
Tensors through(const Layer& layer, const Tensors& inputs, const FixtureCall& c, const Names& renamed = {}, const CallOptions& options = {}) {
  std::vector<TensorType> types;
  for (const Tensor& x : inputs) types.push_back(x.type());
  layer.body().build_once(types);
  for (const auto& [name, variable] : layer.named_variables()) {
    const auto found = renamed.find(name);
    variable.assign(c[found == renamed.end() ? name : found->second]);
  }
  return layer.call(inputs, options);
}

Extents extents(const FixtureCall& c, const char* key) { return Extents(c.attrs.at(key).get<Ints>()); }

WindowPadding padding(const FixtureCall& c) {
  const auto& given = c.attrs.at("padding");
  if (given.is_string()) return given.get<std::string>();
  Padding pairs;
  for (const auto& pair : given) pairs.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  return Margins(pairs);
}

Margins margins(const FixtureCall& c, const char* key) {
  Padding pairs;
  for (const auto& pair : c.attrs.at(key)) pairs.emplace_back(pair.at(0).get<std::int64_t>(), pair.at(1).get<std::int64_t>());
  return Margins(pairs);
}

ActivationFunction activation(const FixtureCall& c) {
  return c.attrs.contains("activation") && c.attrs.at("activation").is_string() ? ActivationFunction(c.attrs.at("activation").get<std::string>()) : ActivationFunction();
}

Ints window(const Tensor& kernel) { return {kernel.shape().begin(), kernel.shape().end() - 2}; }

Tensors dense(const FixtureCall& c) { return through(Dense{c["kernel"].shape(-1), {.activation = activation(c), .use_bias = c.has("bias")}}, {c["x"]}, c); }

template <class Conv>
Tensors convolution(const FixtureCall& c) {
  return through(Conv(c["kernel"].shape(-1), Extents(window(c["kernel"])),
                      {.strides = extents(c, "strides"), .padding = padding(c), .dilation_rate = extents(c, "dilation"), .groups = c.attrs.at("groups").get<std::int64_t>(),
                       .activation = activation(c), .use_bias = c.has("bias")}),
                 {c["x"]}, c);
}

template <class Conv>
Tensors transposed(const FixtureCall& c) {
  ConvTransposeOptions o{.strides = extents(c, "strides"), .padding = padding(c), .dilation_rate = extents(c, "dilation"), .activation = activation(c), .use_bias = c.has("bias")};
  const Ints more = c.attrs.at("output_padding").get<Ints>();
  if (std::any_of(more.begin(), more.end(), [](std::int64_t n) { return n != 0; })) o.output_padding = Extents(more);
  return through(Conv(c["kernel"].shape(-2), Extents(window(c["kernel"])), o), {c["x"]}, c);
}

template <class Conv>
Tensors depthwise(const FixtureCall& c) {
  return through(Conv(Extents(window(c["kernel"])), {.strides = extents(c, "strides"), .padding = padding(c), .depth_multiplier = c.attrs.at("depth_multiplier").get<std::int64_t>(),
                                                     .dilation_rate = extents(c, "dilation"), .use_bias = c.has("bias")}),
                 {c["x"]}, c);
}

template <class Conv>
Tensors separable(const FixtureCall& c) {
  return through(Conv(c["pointwise_kernel"].shape(-1), Extents(window(c["depthwise_kernel"])),
                      {.strides = extents(c, "strides"), .padding = padding(c), .dilation_rate = extents(c, "dilation"),
                       .depth_multiplier = c.attrs.at("depth_multiplier").get<std::int64_t>(), .use_bias = c.has("bias")}),
                 {c["x"]}, c);
}

template <class Pooling>
Tensors pooling(const FixtureCall& c) {
  return through(Pooling(extents(c, "pool_size"), {.strides = extents(c, "strides"), .padding = padding(c), .count_include_pad = c.attrs.value("count_include_pad", false)}), {c["x"]}, c);
}

template <class Pooling>
Tensors global_pooling(const FixtureCall& c) {
  return through(Pooling{}, {c["x"]}, c);
}

template <class Pooling>
Tensors adaptive(const FixtureCall& c) {
  return through(Pooling(extents(c, "output_size")), {c["x"]}, c);
}

Tensors batch_norm(const FixtureCall& c) {
  const BatchNormalization layer{{.axis = c.attrs.at("axis").get<int>(), .momentum = c.attrs.at("momentum").get<double>(), .epsilon = c.attrs.at("epsilon").get<double>(),
                                  .center = c.has("beta"), .scale = c.has("gamma"), .unbiased_moving_variance = c.attrs.at("unbiased_moving_var").get<bool>()}};
  Tensors out = through(layer, {c["x"]}, c, {{"moving_variance", "moving_var"}}, {.mode = c.attrs.at("training").get<bool>() ? training : inference});
  for (const auto& [name, variable] : layer.named_variables()) {
    if (name == "moving_mean" || name == "moving_variance") out.push_back(variable.value());
  }
  return out;
}

Axes axes(const FixtureCall& c) { return c.attrs.at("axis").is_array() ? c.attrs.at("axis").get<Axes>() : Axes{c.attrs.at("axis").get<int>()}; }
double epsilon(const FixtureCall& c) { return c.attrs.at("epsilon").get<double>(); }

Tensors group_norm(const FixtureCall& c, std::int64_t groups) {
  return through(GroupNormalization{{.groups = groups, .epsilon = epsilon(c), .center = c.has("beta"), .scale = c.has("gamma")}}, {c["x"]}, c);
}

Tensors embedding(const FixtureCall& c, bool mask_zero) {
  return through(Embedding{c["table"].shape(0), c["table"].shape(1), {.mask_zero = mask_zero, .dtype = c["table"].dtype()}}, {c["index"]}, c, {{"embeddings", "table"}});
}

/// A mask of keys, or of queries and keys.
CallOptions attention_call(const FixtureCall& c, const char* of_keys) {
  CallOptions call{.options = {{"use_causal_mask", c.attrs.at("causal").get<bool>()}}};
  if (c.has("mask")) call.tensors.emplace_back(c["mask"].rank() == 2 ? of_keys : "attention_mask", c["mask"]);
  return call;
}

Names heads_of(const std::string& prefix) {
  Names names;
  for (const auto& [layer, letter] : {std::pair{"query", "q"}, {"key", "k"}, {"value", "v"}, {"attention_output", "o"}})
    names[prefix + layer + "/kernel"] = std::string("w") + letter, names[prefix + layer + "/bias"] = std::string("b") + letter;
  return names;
}

/// The result of the fused kernel, and the distributions of the other way.
Tensors multi_head_attention(const FixtureCall& c) {
  const MultiHeadAttention layer{c.attrs.at("num_heads").get<std::int64_t>(), c.attrs.at("key_dim").get<std::int64_t>(), {.value_dim = c.attrs.at("value_dim").get<std::int64_t>(), .output_shape = {c["wo"].shape(-1)}}};
  const bool self = c.attrs.at("self_attention").get<bool>();
  const Tensors inputs = self ? Tensors{c["query"], c["query"]} : Tensors{c["query"], c["value"], c["key"]};
  CallOptions call = attention_call(c, "value_mask");
  Tensors out = through(layer, inputs, c, heads_of(""), call);
  call.options.set("return_attention_scores", true);
  out.push_back(layer.call(inputs, call).at(1));
  return out;
}

Tensors encoder_layer(const FixtureCall& c) {
  const TransformerEncoder layer{c.attrs.at("ffn").get<std::int64_t>(), c.attrs.at("num_heads").get<std::int64_t>(),
                                 {.activation = activation(c), .layer_norm_epsilon = epsilon(c), .normalize_first = c.attrs.at("norm_first").get<bool>()}};
  Names names = heads_of("self_attention_layer/");
  for (const auto& [path, name] : {std::pair{"self_attention_layer_norm/gamma", "ln1_gamma"}, {"self_attention_layer_norm/beta", "ln1_beta"}, {"feedforward_layer_norm/gamma", "ln2_gamma"},
                                   {"feedforward_layer_norm/beta", "ln2_beta"}, {"feedforward_intermediate_dense/kernel", "w1"}, {"feedforward_intermediate_dense/bias", "b1"},
                                   {"feedforward_output_dense/kernel", "w2"}, {"feedforward_output_dense/bias", "b2"}})
    names[path] = name;
  return through(layer, {c["x"]}, c, names, attention_call(c, "padding_mask"));
}

template <class Recurrent, class Options>
Layer recurrent_layer(const FixtureCall& c, bool both, const std::string& name) {
  Options o{};
  o.return_sequences = o.return_state = true;
  o.zero_output_for_mask = true;
  o.go_backwards = !both && c.attrs.at("go_backwards").get<bool>();
  o.activation = c.attrs.at("activation").get<std::string>();
  if constexpr (requires { o.recurrent_activation; }) o.recurrent_activation = c.attrs.at("recurrent_activation").get<std::string>();
  if constexpr (requires { o.reset_after; }) o.reset_after = c.attrs.at("reset_after").get<bool>();
  o.name = name;
  return Recurrent{c.attrs.at("units").get<std::int64_t>(), o};
}

/// Layers above one another, perhaps in both directions; states are [layers * directions, batch, units].
template <class Recurrent, class Options>
Tensors recurrent(const FixtureCall& c) {
  Tensor x = c["x"], mask;
  const bool both = c.attrs.at("bidirectional").get<bool>();
  const std::size_t directions = both ? 2 : 1;
  if (c.has("lengths")) {
    const std::int64_t time = x.shape(1);
    x = x.with_mask(mask = less(reshape(Tensor::arange(time), {1, time}), reshape(cast(c["lengths"], DType::i64), {-1, 1})));
  }
  std::vector<Tensors> last;
  for (int layer = 0; layer < c.attrs.at("layers").get<int>(); ++layer) {
    Layer one = recurrent_layer<Recurrent, Options>(c, both, "layer");
    if (both) one = Bidirectional{one};
    const auto built = x.type();
    one.body().build_once(std::span(&built, 1));
    Names names;
    for (const auto& [path, variable] : one.named_variables()) {
      const bool backward = path.find("backward_") == 0;
      names[path] = "layer" + std::to_string(layer) + (backward ? "_backward_" : "_forward_") + path.substr(path.rfind('/') + 1);
    }
    CallOptions call;
    for (std::size_t d = 0; d < directions; ++d)
      for (const char* first : {"h0", "c0"}) {
        const auto place = static_cast<std::int64_t>(static_cast<std::size_t>(layer) * directions + d);
        if (c.has(first)) call.tensors.emplace_back("initial_state", squeeze(narrow(c[first], 0, place, place + 1), 0));
      }
    const Tensors out = through(one, {x}, c, names, call);
    x = out[0];
    const std::size_t kinds = (out.size() - 1) / directions;
    last.resize(kinds);
    for (std::size_t d = 0; d < directions; ++d)
      for (std::size_t k = 0; k < kinds; ++k) last[k].push_back(out[1 + d * kinds + k]);
  }
  Tensors result{x};
  for (const Tensors& states : last) result.push_back(stack(states, 0));
  return result;
}

/// The layer Resizing has Keras's cubic; PyTorch's other coefficient is an option of the op.
Tensors resized(const FixtureCall& c) {
  const Ints size = c.attrs.at("output_size").get<Ints>();
  const std::string how = c.attrs.at("interpolation");
  const double coefficient = c.attrs.value("cubic_coeff", -0.5);
  if (coefficient == -0.5) return through(Resizing{size.at(0), size.at(1), {.interpolation = how, .antialias = c.attrs.at("antialias").get<bool>()}}, {c["x"]}, c);
  return through(Lambda{[&](const Tensor& x) { return resize(x, size, {.interpolation = how, .antialias = c.attrs.at("antialias").get<bool>(), .cubic_coefficient = coefficient}); }}, {c["x"]}, c);
}

const std::map<std::string, FixtureFunction>& table() {
  static const std::map<std::string, FixtureFunction> all = {
      {"dense", dense},
      {"bilinear", [](const FixtureCall& c) { return through(Bilinear{c["kernel"].shape(-1)}, {c["x1"], c["x2"]}, c); }},
      {"conv1d", convolution<Conv1D>},
      {"conv2d", convolution<Conv2D>},
      {"conv3d", convolution<Conv3D>},
      {"conv1d_transpose", transposed<Conv1DTranspose>},
      {"conv2d_transpose", transposed<Conv2DTranspose>},
      {"conv3d_transpose", transposed<Conv3DTranspose>},
      {"depthwise_conv1d", depthwise<DepthwiseConv1D>},
      {"depthwise_conv2d", depthwise<DepthwiseConv2D>},
      {"separable_conv1d", separable<SeparableConv1D>},
      {"separable_conv2d", separable<SeparableConv2D>},
      {"max_pool1d", pooling<MaxPooling1D>},
      {"max_pool2d", pooling<MaxPooling2D>},
      {"max_pool3d", pooling<MaxPooling3D>},
      {"average_pool1d", pooling<AveragePooling1D>},
      {"average_pool2d", pooling<AveragePooling2D>},
      {"average_pool3d", pooling<AveragePooling3D>},
      {"global_max_pool1d", global_pooling<GlobalMaxPooling1D>},
      {"global_max_pool2d", global_pooling<GlobalMaxPooling2D>},
      {"global_max_pool3d", global_pooling<GlobalMaxPooling3D>},
      {"global_average_pool1d", global_pooling<GlobalAveragePooling1D>},
      {"global_average_pool2d", global_pooling<GlobalAveragePooling2D>},
      {"global_average_pool3d", global_pooling<GlobalAveragePooling3D>},
      {"adaptive_average_pool1d", adaptive<AdaptiveAveragePooling1D>},
      {"adaptive_average_pool2d", adaptive<AdaptiveAveragePooling2D>},
      {"adaptive_average_pool3d", adaptive<AdaptiveAveragePooling3D>},
      {"adaptive_max_pool1d", adaptive<AdaptiveMaxPooling1D>},
      {"adaptive_max_pool2d", adaptive<AdaptiveMaxPooling2D>},
      {"adaptive_max_pool3d", adaptive<AdaptiveMaxPooling3D>},
      {"upsampling1d", [](const FixtureCall& c) { return through(UpSampling1D{static_cast<int>(c.attrs.at("size").at(0).get<std::int64_t>())}, {c["x"]}, c); }},
      {"upsampling2d", [](const FixtureCall& c) { return through(UpSampling2D(extents(c, "size"), {.interpolation = c.attrs.value("interpolation", "nearest")}), {c["x"]}, c); }},
      {"upsampling3d", [](const FixtureCall& c) { return through(UpSampling3D(extents(c, "size")), {c["x"]}, c); }},
      {"zero_padding1d", [](const FixtureCall& c) { return through(ZeroPadding1D(margins(c, "padding")), {c["x"]}, c); }},
      {"zero_padding2d", [](const FixtureCall& c) { return through(ZeroPadding2D(margins(c, "padding")), {c["x"]}, c); }},
      {"zero_padding3d", [](const FixtureCall& c) { return through(ZeroPadding3D(margins(c, "padding")), {c["x"]}, c); }},
      {"cropping1d", [](const FixtureCall& c) { return through(Cropping1D(margins(c, "cropping")), {c["x"]}, c); }},
      {"cropping2d", [](const FixtureCall& c) { return through(Cropping2D(margins(c, "cropping")), {c["x"]}, c); }},
      {"cropping3d", [](const FixtureCall& c) { return through(Cropping3D(margins(c, "cropping")), {c["x"]}, c); }},
      {"depth_to_space", [](const FixtureCall& c) { return through(PixelShuffle{c.attrs.at("block").get<std::int64_t>(), {.order = "tensorflow"}}, {c["x"]}, c); }},
      {"space_to_depth", [](const FixtureCall& c) { return through(PixelUnshuffle{c.attrs.at("block").get<std::int64_t>(), {.order = "tensorflow"}}, {c["x"]}, c); }},
      {"batch_norm", batch_norm},
      {"layer_norm", [](const FixtureCall& c) { return through(LayerNormalization{{.axis = axes(c), .epsilon = epsilon(c), .center = c.has("beta"), .scale = c.has("gamma")}}, {c["x"]}, c); }},
      {"rms_norm", [](const FixtureCall& c) { return through(RMSNormalization{{.axis = axes(c), .epsilon = epsilon(c)}}, {c["x"]}, c, {{"scale", "gamma"}}); }},
      {"group_norm", [](const FixtureCall& c) { return group_norm(c, c.attrs.at("groups").get<std::int64_t>()); }},
      {"instance_norm", [](const FixtureCall& c) { return group_norm(c, -1); }},
      {"unit_normalization", [](const FixtureCall& c) { return through(UnitNormalization(axes(c)), {c["x"]}, c); }},
      {"embedding", [](const FixtureCall& c) { return embedding(c, false); }},
      {"multi_head_attention", multi_head_attention},
      {"transformer_encoder_layer", encoder_layer},
      {"simple_rnn", recurrent<SimpleRNN, SimpleRNNOptions>},
      {"lstm", recurrent<LSTM, LSTMOptions>},
      {"gru", recurrent<GRU, GRUOptions>},
      {"resize", resized},
      {"embedding_mean_pool", [](const FixtureCall& c) { return GlobalAveragePooling1D{}.call(embedding(c, true)); }},
  };
  return all;
}

class LayerClass : public ::testing::TestWithParam<FixtureCase> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LayerClass);

TEST_P(LayerClass, AgreesWithPyTorch) {
  const FixtureCase& c = GetParam();
  const auto found = table().find(c.op);
  ASSERT_NE(found, table().end()) << "the layer \"" << c.op << "\" is not understood";
  check_fixture(c, DType::f32, found->second);
  check_fixture(c, DType::f64, found->second);
}
INSTANTIATE_TEST_SUITE_P(Fixtures, LayerClass, ::testing::ValuesIn(read_fixtures("layers")), [](const auto& c) { return gtest_name(c.param.name); });

}  // namespace
}  // namespace candor::testing
