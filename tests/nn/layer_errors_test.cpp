// What every layer says of options and inputs that it cannot work with.
#include <gtest/gtest.h>

#include <functional>

#include "candor/graph/compile.h"
#include "candor/nn/layers.h"
#include "candor/ops/elementwise.h"
#include "tests/support/errors.h"

namespace candor::testing {
namespace {

struct Wrong {
  const char* what;
  ErrorKind kind;
  std::function<void()> run;
  std::vector<std::string> parts;
};

void expect_all(const std::vector<Wrong>& table) {
  for (const Wrong& row : table) {
    try {
      row.run();
      ADD_FAILURE() << row.what << ": no error was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(to_string(error.kind()), to_string(row.kind)) << row.what << ": " << error.what();
      for (const std::string& part : row.parts) EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << row.what << ": \"" << part << "\" is missing in: " << error.what();
    }
  }
}

constexpr ErrorKind option = ErrorKind::invalid_argument, shape = ErrorKind::shape, type = ErrorKind::dtype;
Tensor zeros(const Shape& s) { return Tensor::zeros(s); }

TEST(LayerErrors, OptionsThatMakeNoSense) {
  expect_all({
      {"no units", option, [] { Dense{0}; }, {"Dense: units must be at least 1, not 0"}},
      {"negative units", option, [] { Dense{-3}; }, {"not -3"}},
      {"lora rank", option, [] { Dense(3, {.lora_rank = 0}); }, {"lora_rank"}},
      {"lora and a constraint", option, [] { Dense(3, {.kernel_constraint = NonNeg{}, .lora_rank = 2}); }, {"exclude each other"}},
      {"equation without arrow", option, [] { EinsumDense("ab,bc", {3}); }, {"'ab,bc'", "ab,bc->ac"}},
      {"equation with dots on both sides", option, [] { EinsumDense("...ab...,bc->...ac...", {3}); }, {"form"}},
      {"equation with an axis from nowhere", option, [] { EinsumDense("ab,bc->ad", {3}); }, {"'d'", "neither"}},
      {"bias axis that the output lacks", option, [] { EinsumDense("ab,bc->ac", {3}, {.bias_axes = "b"}); }, {"'b'", "'ac'"}},
      {"no rows", option, [] { Embedding(0, 3); }, {"input_dim"}},
      {"no columns", option, [] { ReversibleEmbedding(3, 0); }, {"output_dim"}},
      {"weights of another table", shape, [] { Embedding(3, 2, {.weights = zeros({2, 3})}); }, {"[2, 3]", "[3, 2]"}},
      {"soft cap", option, [] { ReversibleEmbedding(3, 2, {.logit_soft_cap = 0.0}); }, {"logit_soft_cap"}},
      {"groups that do not divide filters", option, [] { Conv2D(7, 3, {.groups = 2}); }, {"filters (7)", "groups (2)"}},
      {"no groups", option, [] { Conv1D(4, 3, {.groups = 0}); }, {"groups"}},
      {"kernel of 0", option, [] { Conv3D(4, {3, 0, 3}); }, {"kernel_size must be at least 1"}},
      {"sizes for other axes", option, [] { Conv2D(4, {3, 3, 3}); }, {"one value or 2 are needed, not 3"}},
      {"causal in two dimensions", option, [] { Conv2D(4, 3, {.padding = "causal"}); }, {"valid, same", "'causal'"}},
      {"negative margins", option, [] { Conv2D(4, 3, {.padding = {{-1, 0}, {0, 0}}}); }, {"negative"}},
      {"margins for one axis of two", option, [] { Conv2D(4, 3, {.padding = {{1, 0}}}); }, {"each of 2 axes"}},
      {"data_format", option, [] { Conv2D(4, 3, {.data_format = "NCHW"}); }, {"channels_last, channels_first", "'NCHW'"}},
      {"dilation", option, [] { DepthwiseConv2D(3, {.dilation_rate = 0}); }, {"dilation_rate"}},
      {"multiplier", option, [] { SeparableConv1D(3, 3, {.depth_multiplier = 0}); }, {"depth_multiplier"}},
      {"output_padding", option, [] { Conv2DTranspose(3, 3, {.strides = 2, .output_padding = 2}); }, {"output_padding", "stride of 2"}},
      {"pool of 0", option, [] { MaxPooling1D(0); }, {"pool_size"}},
      {"pool strides", option, [] { AveragePooling3D(2, {.strides = -1}); }, {"strides"}},
      {"adaptive size", option, [] { AdaptiveAveragePooling2D(0); }, {"output_size"}},
      {"count of a maximum", option, [] { MaxPooling2D(2, {.count_include_pad = true}); }, {"average"}},
      {"momentum", option, [] { BatchNormalization({.momentum = 1.5}); }, {"momentum"}},
      {"clipping", option, [] { BatchNormalization({.renorm = true, .renorm_clipping = {.rmax = 1, .rmin = 2}}); }, {"rmax"}},
      {"epsilon", option, [] { LayerNormalization({.epsilon = 0}); }, {"epsilon must be positive"}},
      {"no axis", option, [] { RMSNormalization({.axis = {}}); }, {"at least one axis"}},
      {"no axis of a unit", option, [] { UnitNormalization{std::vector<int>{}}; }, {"at least one axis"}},
      {"groups of 0", option, [] { GroupNormalization({.groups = 0}); }, {"groups"}},
      {"power iterations", option, [] { SpectralNormalization(Dense{3}, {.power_iterations = 0}); }, {"power_iterations"}},
      {"nothing to normalise", option, [] { SpectralNormalization{Flatten{}}; }, {"Flatten", "has no kernel"}},
      {"an empty layer", option, [] { WeightStandardization{Layer{}}; }, {"empty"}},
      {"rate of 1", option, [] { Dropout{1}; }, {"rate must lie in [0, 1), not 1"}},
      {"rate below 0", option, [] { SpatialDropout2D{-0.1}; }, {"rate"}},
      {"noise of no extent", option, [] { Dropout(0.5, {.noise_shape = {0, 2}}); }, {"noise_shape"}},
      {"deviation", option, [] { GaussianNoise{-1}; }, {"stddev"}},
      {"depth mode", option, [] { StochasticDepth(0.5, {.mode = "column"}); }, {"row, batch"}},
      {"two inferred extents", option, [] { Reshape{{-1, -1}}; }, {"at most one -1"}},
      {"axes twice", option, [] { Permute{{1, 1}}; }, {"once"}},
      {"axis 0", option, [] { Permute{{0, 1}}; }, {"0"}},
      {"no repeats", option, [] { RepeatVector{0}; }, {"n must be"}},
      {"negative crop", option, [] { Cropping1D{{-1, 0}}; }, {"negative"}},
      {"size of 0", option, [] { UpSampling2D{0}; }, {"size"}},
      {"interpolation", option, [] { UpSampling2D(2, {.interpolation = "best"}); }, {"interpolation", "nearest"}},
      {"sum over the batch", option, [] { Dot{0}; }, {"batch"}},
      {"three axes", option, [] { Dot{std::vector<int>{1, 2, 3}}; }, {"one axis or two"}},
      {"shared batch", option, [] { PReLU({.shared_axes = {0}}); }, {"shared_axes"}},
      {"ratio", option, [] { SqueezeExcitation({.ratio = 0}); }, {"ratio"}},
      {"block", option, [] { PixelShuffle{0}; }, {"block"}},
      {"an empty function", option, [] { Lambda{nullptr}; }, {"empty"}},
  });
}

TEST(LayerErrors, InputsThatDoNotFit) {
  expect_all({
      {"a scalar", shape, [] { Dense{3}(Tensor(1.f)); }, {"dense", "scalar"}},
      {"a row without a batch", shape, [] { Dense{3}(zeros({4})); }, {"[batch, ..., inputs]", "[4]"}},
      {"rank of an equation", shape, [] { EinsumDense("abc,cd->abd", {-1, 3})(zeros({2, 3})); }, {"abc,cd->abd", "3 axes", "[2, 3]"}},
      {"output_shape of an equation", shape, [] { EinsumDense("abc,cd->abd", {3})(zeros({2, 3, 4})); }, {"output_shape", "2"}},
      {"extent that differs", shape, [] { EinsumDense("abc,cd->abd", {5, 6})(zeros({2, 3, 4})); }, {"'b'", "3", "5"}},
      {"extent that is not given", option, [] { EinsumDense("ab,bc->ac", {-1})(zeros({2, 3})); }, {"'c'"}},
      {"a picture without a batch", shape, [] { Conv2D(4, 3)(zeros({8, 8, 3})); }, {"[batch, height, width, channels]", "[8, 8, 3]"}},
      {"channels first without a batch", shape, [] { Conv2D(4, 3, {.data_format = "channels_first"})(zeros({3, 8, 8})); }, {"[batch, channels, height, width]"}},
      {"a kernel larger than the input", shape, [] { Conv1D(4, 5)(zeros({1, 4, 2})); }, {"[5]", "does not fit", "padding \"same\""}},
      {"a dilated kernel larger than the input", shape, [] { DepthwiseConv2D(3, {.dilation_rate = 4})(zeros({1, 8, 8, 2})); }, {"does not fit"}},
      {"channels that groups do not divide", shape, [] { Conv2D(4, 3, {.groups = 2})(zeros({1, 8, 8, 3})); }, {"3 channels", "groups is 2"}},
      {"a window larger than the input", shape, [] { MaxPooling2D{3}(zeros({1, 2, 5, 1})); }, {"[3, 3]", "does not fit"}},
      {"margins that a window lies in", option, [] { AveragePooling1D(2, {.padding = {{2, 0}}})(zeros({1, 4, 1})); }, {"outside the input"}},
      {"an image for a sequence", shape, [] { GlobalAveragePooling1D{}(zeros({1, 2, 5, 1})); }, {"[batch, length, channels]"}},
      {"adaptive of a sequence", shape, [] { AdaptiveMaxPooling2D{2}(zeros({1, 2, 5})); }, {"[batch, height, width, channels]"}},
      {"an axis that is none", shape, [] { BatchNormalization({.axis = 3})(zeros({2, 4})); }, {"axis 3", "[2, 4]"}},
      {"the batch as axis", shape, [] { LayerNormalization({.axis = {0}})(zeros({2, 4})); }, {"axis 0"}},
      {"an axis twice", option, [] { LayerNormalization({.axis = {-1, 1}})(zeros({2, 4})); }, {"twice"}},
      {"groups that do not divide channels", shape, [] { GroupNormalization({.groups = 3})(zeros({2, 4})); }, {"4 channels", "groups is 3"}},
      {"more groups than channels", shape, [] { GroupNormalization{}(zeros({2, 4})); }, {"groups is 32"}},
      {"softmax over axis 5", shape, [] { Softmax{5}(zeros({2, 4})); }, {"axis 5"}},
      {"norm over axis 5", shape, [] { UnitNormalization{{5}}(zeros({2, 4})); }, {"axis 5"}},
      {"alpha over axis 4", shape, [] { PReLU({.shared_axes = {4}})(zeros({2, 4})); }, {"axis 4"}},
      {"too few elements", shape, [] { Reshape({5, 5})(zeros({2, 24})); }, {"24 elements", "[5, 5]"}},
      {"elements that do not divide", shape, [] { Reshape({-1, 5})(zeros({2, 24})); }, {"24 elements", "[-1, 5]"}},
      {"axes to permute", shape, [] { Permute{{2, 1}}(zeros({2, 3})); }, {"2 axes"}},
      {"a matrix to repeat", shape, [] { RepeatVector{3}(zeros({2, 3, 4})); }, {"[batch, features]"}},
      {"nothing left", shape, [] { Cropping2D{{{2, 1}, {0, 0}}}(zeros({1, 3, 3, 1})); }, {"nothing would be left", "[1, 3, 3, 1]"}},
      {"steps for an image", shape, [] { ZeroPadding2D{}(zeros({1, 3, 3})); }, {"[batch, height, width, channels]"}},
      {"a flat batch to upsample", shape, [] { UpSampling1D{}(zeros({1, 3})); }, {"[batch, length, channels]"}},
      {"a sequence to drop channels of", shape, [] { SpatialDropout2D{0.5}(zeros({1, 3, 3})); }, {"[batch, height, width, channels]"}},
      {"noise that does not fit", shape, [] { Dropout(0.5, {.noise_shape = {-1, 3}})(zeros({2, 4})); }, {"noise_shape", "[2, 4]"}},
      {"shapes that do not broadcast", shape, [] { Add{}({zeros({2, 3}), zeros({2, 2})}); }, {"[2, 3] and [2, 2]"}},
      {"batches that differ", shape, [] { Multiply{}({zeros({2, 3}), zeros({1, 3})}); }, {"[2, 3] and [1, 3]"}},
      {"three to subtract", shape, [] { Subtract{}({zeros({2, 3}), zeros({2, 3}), zeros({2, 3})}); }, {"takes two inputs, 3"}},
      {"dtypes that differ", type, [] { Add{}({zeros({2, 3}), Tensor::zeros({2, 3}, DType::f64)}); }, {"one dtype"}},
      {"an axis to join along", shape, [] { Concatenate{2}({zeros({2, 3}), zeros({2, 3})}); }, {"axis 2"}},
      {"extents beside the joined axis", shape, [] { Concatenate{-1}({zeros({2, 3, 1}), zeros({2, 4, 1})}); }, {"[2, 3, 1] and [2, 4, 1]"}},
      {"a product of other lengths", shape, [] { Dot{1}({zeros({2, 3}), zeros({2, 4})}); }, {"[2, 3]", "[2, 4]"}},
      {"one factor", shape, [] { Dot{1}(zeros({2, 3})); }, {"takes two inputs, 1"}},
      {"no features to mask by", shape, [] { Masking{}(zeros({3})); }, {"[batch, ..., features]"}},
      {"another input than declared", shape, [] { InputLayer{{-1, 3}}(zeros({2, 5, 4})); }, {"[batch, any, 3]", "[2, 5, 4]"}},
      {"truth values as row numbers", type, [] { Embedding(4, 2)(Tensor::zeros({2, 3}, DType::boolean)); }, {"whole numbers"}},
      {"scores of another width", shape, [] { ReversibleEmbedding(4, 2).reverse(zeros({2, 3})); }, {"[..., 2]", "[2, 3]"}},
      {"channels that blocks do not divide", shape, [] { PixelShuffle{2}(zeros({1, 2, 2, 6})); }, {"multiple of 4"}},
      {"places that blocks do not divide", shape, [] { PixelUnshuffle{2}(zeros({1, 3, 2, 6})); }, {"multiples of 2"}},
      {"channels that cannot be dealt", shape, [] { ChannelShuffle{4}(zeros({1, 2, 6})); }, {"6 channels, groups is 4"}},
      {"an excitation of rows", shape, [] { SqueezeExcitation{}(zeros({2, 6})); }, {"[2, 6]"}},
      {"one side of a product", shape, [] { Bilinear{2}(zeros({2, 6})); }, {"takes two inputs"}},
  });
}

TEST(LayerErrors, WeightsBuiltForAnotherInput) {
  const auto again = [](const Layer& layer, const Shape& first, const Shape& second) {
    layer(zeros(first));
    layer(zeros(second));
  };
  expect_all({
      {"Dense", shape, [&] { again(Dense{3}, {2, 4}, {2, 5}); }, {"dense was built for 4 inputs; its input has 5"}},
      {"EinsumDense", shape, [&] { again(EinsumDense{"ab,bc->ac", {3}}, {2, 4}, {2, 5}); }, {"'b'", "5", "[4, 3]"}},
      {"EinsumDense of another rank", shape, [&] { again(EinsumDense{"...b,bc->...c", {3}}, {2, 4}, {2, 2, 4}); }, {"2 axes", "[2, 2, 4]"}},
      {"Conv2D", shape, [&] { again(Conv2D{3, 2}, {1, 4, 4, 2}, {1, 4, 4, 3}); }, {"built for 2 channels", "(3 vs 2)"}},
      {"Conv2D, channels first", shape, [&] { again(Conv2D{3, 2, {.data_format = "channels_first"}}, {1, 2, 4, 4}, {1, 3, 4, 4}); }, {"built for 2 channels"}},
      {"Conv1DTranspose", shape, [&] { again(Conv1DTranspose{3, 2}, {1, 4, 2}, {1, 4, 3}); }, {"built for 2 channels"}},
      {"DepthwiseConv1D", shape, [&] { again(DepthwiseConv1D{2}, {1, 4, 2}, {1, 4, 3}); }, {"built for 2 channels"}},
      {"SeparableConv2D", shape, [&] { again(SeparableConv2D{3, 2}, {1, 4, 4, 2}, {1, 4, 4, 3}); }, {"built for 2 channels"}},
      {"BatchNormalization", shape, [&] { again(BatchNormalization{}, {2, 4}, {2, 5}); }, {"built for 4 channels"}},
      {"LayerNormalization", shape, [&] { again(LayerNormalization{}, {2, 4}, {2, 5}); }, {"sizes differ"}},
      {"GroupNormalization", shape, [&] { again(GroupNormalization{{.groups = 2}}, {2, 4}, {2, 6}); }, {"built for 4 channels"}},
      {"RMSNormalization", shape, [&] { again(RMSNormalization{}, {2, 4}, {2, 5}); }, {"sizes differ"}},
      {"PReLU", shape, [&] { again(PReLU{}, {2, 4}, {2, 5}); }, {"alpha of [4]", "[2, 5]"}},
      {"SqueezeExcitation", shape, [&] { again(SqueezeExcitation{}, {1, 2, 4}, {1, 2, 5}); }, {"built for 4 channels"}},
      {"SpectralNormalization", shape, [&] { again(SpectralNormalization{Dense{3}}, {2, 4}, {2, 5}); }, {"built for 4 inputs"}},
  });
}

TEST(LayerErrors, RowNumbersOutOfRangeAreNamed) {
  const Embedding embedding(10, 2);
  EXPECT_ERROR(invalid_argument, embedding(Tensor::from(std::vector<std::int32_t>{1, 2, 3, 4, 12, 5}, {2, 3})), "12", "[1, 1]", "10");
  EXPECT_ERROR(invalid_argument, embedding(Tensor::from(std::vector<std::int64_t>{0, -11}, {2})), "-11");
}

TEST(LayerErrors, MixedDtypesAndDevices) {
  const Tensor f32 = zeros({2, 3}), f64 = Tensor::zeros({2, 3}, DType::f64), whole = Tensor::zeros({2, 3}, DType::i32);
  EXPECT_ERROR(dtype, f32 + f64, "add", "f32[2, 3] and f64[2, 3]", "cast one");
  EXPECT_ERROR(dtype, f32 * whole, "f32[2, 3] and i32[2, 3]");
  EXPECT_ERROR(dtype, (Concatenate{}({f32, f64})), "f32", "f64");
  EXPECT_ERROR(dtype, (Multiply{}({f32, whole})), "one dtype");
  // A program belongs to one device; tensors lie in memory that the computing one reads.
  const auto on = [&](const char* device) { return compile([](Tensor x) { return x + x; }, {.device = device})(f32); };
  EXPECT_ERROR(unsupported, on("null"), "\"null\" plans and counts but does not compute");
  EXPECT_ERROR(unsupported, on("cuda"), "\"cuda\" is not in this build", "cpu");
  EXPECT_EQ(on("reference").to_vector(), f32.to_vector());
}

TEST(LayerErrors, LoraNeedsABuiltLayerWithoutIt) {
  const Dense dense{3};
  EXPECT_ERROR(invalid_argument, dense.enable_lora(2), "build the layer first");
  dense(zeros({2, 4}));
  dense.enable_lora(2);
  EXPECT_ERROR(invalid_argument, dense.enable_lora(2), "LoRA already");
  EXPECT_EQ(dense.parameters().size(), 3u);  // bias, a, b
  const Embedding embedding{5, 3, {.embeddings_constraint = NonNeg{}}};
  embedding(Tensor::zeros({1}, DType::i32));
  EXPECT_ERROR(invalid_argument, embedding.enable_lora(2), "constraint");
}

}  // namespace
}  // namespace candor::testing
