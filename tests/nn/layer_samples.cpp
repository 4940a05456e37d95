#include "tests/nn/layer_samples.h"

#include "candor/nn/layers.h"
#include "candor/nn/model.h"

namespace candor::testing {
namespace {

Config entry(const char* kind, const Config& options) { return {{"class_name", kind}, {"config", options}}; }

/// Two inputs, a layer in two places, a mask that travels.
Config functional() {
  const Symbol a = Input({4}), b = Input({4});
  const Dense shared{3};
  return Model{{a, b}, {Dense{1}(Concatenate{}({shared(a), shared(Masking{}(b))}))}}.config().at("config");
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const LayerSample& sample) { return out << sample.kind; }

std::vector<Tensor> LayerSample::inputs() const {
  std::vector<Tensor> inputs;
  for (const Shape& shape : shapes) {
    std::vector<float> values(static_cast<std::size_t>(shape.size()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = dtype == DType::f32 ? static_cast<float>(i * 7 % 11) / 11 : static_cast<float>(i % 6);
    inputs.push_back(Tensor::from(values, shape).to(dtype));
  }
  return inputs;
}

std::vector<LayerSample> layer_samples() {
  const Config none = Config::map();
  return {
      {"Activation", {{"activation", "gelu"}}, {{2, 4}}},
      {"ActivityRegularization", {{"l1", 0.1}, {"l2", 0.2}}, {{2, 3, 4}}},
      {"AdaptiveAveragePooling1D", {{"output_size", 2}}, {{2, 6, 3}}},
      {"AdaptiveAveragePooling2D", {{"output_size", 2}}, {{2, 6, 7, 3}}},
      {"AdaptiveAveragePooling3D", {{"output_size", 2}}, {{2, 4, 5, 4, 2}}},
      {"AdaptiveMaxPooling1D", {{"output_size", 2}}, {{2, 6, 3}}},
      {"AdaptiveMaxPooling2D", {{"output_size", 2}}, {{2, 6, 7, 3}}},
      {"AdaptiveMaxPooling3D", {{"output_size", 2}}, {{2, 4, 5, 4, 2}}},
      {"Add", none, {{2, 3}, {2, 3}}},
      {"AdditiveAttention", none, {{2, 3, 4}, {2, 5, 4}}},
      {"AlphaDropout", {{"rate", 0.5}}, {{2, 3, 4}}},
      {"Attention", none, {{2, 3, 4}, {2, 5, 4}}},
      {"AugMix", none, {{2, 6, 7, 3}}},
      {"AutoContrast", none, {{2, 6, 7, 3}}},
      {"Average", none, {{2, 3}, {2, 3}}},
      {"AveragePooling1D", none, {{2, 6, 3}}},
      {"AveragePooling2D", none, {{2, 6, 7, 3}}},
      {"AveragePooling3D", none, {{2, 4, 5, 4, 2}}},
      {"BatchNormalization", none, {{2, 3, 4}}},
      {"Bidirectional", {{"layer", entry("GRU", {{"units", 3}})}}, {{2, 3, 4}}},
      {"Bilinear", {{"units", 3}}, {{2, 3}, {2, 4}}},
      {"CategoryEncoding", {{"num_tokens", 7}}, {{2, 3}}, DType::i32},
      {"CenterCrop", {{"height", 3}, {"width", 4}}, {{2, 6, 7, 3}}},
      {"ChannelShuffle", {{"groups", 3}}, {{2, 6, 7, 3}}},
      {"Concatenate", none, {{2, 3}, {2, 3}}},
      {"ContrastLimitedAdaptiveHistogramEqualization", none, {{2, 6, 7, 3}}},
      {"Conv1D", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 3}}},
      {"Conv1DTranspose", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 3}}},
      {"Conv2D", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 7, 3}}},
      {"Conv2DTranspose", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 7, 3}}},
      {"Conv3D", {{"filters", 2}, {"kernel_size", 3}}, {{2, 4, 5, 4, 2}}},
      {"Conv3DTranspose", {{"filters", 2}, {"kernel_size", 3}}, {{2, 4, 5, 4, 2}}},
      {"ConvLSTM1D", {{"filters", 2}, {"kernel_size", 2}}, {{2, 2, 5, 2}}},
      {"ConvLSTM2D", {{"filters", 2}, {"kernel_size", 2}}, {{1, 2, 4, 3, 2}}},
      {"ConvLSTM3D", {{"filters", 2}, {"kernel_size", 2}}, {{1, 2, 3, 3, 3, 1}}},
      {"Cropping1D", none, {{2, 6, 3}}},
      {"Cropping2D", none, {{2, 6, 7, 3}}},
      {"Cropping3D", none, {{2, 4, 5, 4, 2}}},
      {"CutMix", none, {{2, 6, 7, 3}}},
      {"Dense", {{"units", 3}}, {{2, 4}}},
      {"DepthwiseConv1D", {{"kernel_size", 3}}, {{2, 6, 3}}},
      {"DepthwiseConv2D", {{"kernel_size", 3}}, {{2, 6, 7, 3}}},
      {"Discretization", {{"bin_boundaries", Config::numbers({0.2, 0.5, 0.7})}}, {{2, 3}}},
      {"Dot", {{"axes", 1}}, {{2, 3}, {2, 3}}},
      {"Dropout", {{"rate", 0.5}}, {{2, 3, 4}}},
      {"ELU", none, {{2, 3, 4}}},
      {"EinsumDense", {{"equation", "abc,cd->abd"}, {"output_shape", Config::List{Config(), 5}}}, {{2, 3, 4}}},
      {"Embedding", {{"input_dim", 9}, {"output_dim", 3}}, {{2, 3}}, DType::i32},
      {"Equalization", none, {{2, 6, 7, 3}}},
      {"FeatureSpace", {{"features", {{"age", "float_normalized"}, {"kind", "string_categorical"}}}}},
      {"Flatten", none, {{2, 3, 4}}},
      {"Functional", functional(), {{2, 4}, {2, 4}}},
      {"GRU", {{"units", 3}}, {{2, 3, 4}}},
      {"GRUCell", {{"units", 3}}, {{2, 4}, {2, 3}}},
      {"GaussianDropout", {{"rate", 0.5}}, {{2, 3, 4}}},
      {"GaussianNoise", {{"stddev", 0.5}}, {{2, 3, 4}}},
      {"GlobalAveragePooling1D", none, {{2, 6, 3}}},
      {"GlobalAveragePooling2D", none, {{2, 6, 7, 3}}},
      {"GlobalAveragePooling3D", none, {{2, 4, 5, 4, 2}}},
      {"GlobalMaxPooling1D", none, {{2, 6, 3}}},
      {"GlobalMaxPooling2D", none, {{2, 6, 7, 3}}},
      {"GlobalMaxPooling3D", none, {{2, 4, 5, 4, 2}}},
      {"GroupNormalization", {{"groups", 2}}, {{2, 3, 4}}},
      {"GroupQueryAttention", {{"head_dim", 2}, {"num_query_heads", 4}, {"num_key_value_heads", 2}}, {{2, 3, 4}, {2, 5, 4}}},
      {"HashedCrossing", {{"num_bins", 5}}, {{3}, {3}}, DType::i32},
      {"Hashing", {{"num_bins", 5}}, {{2, 3}}, DType::i32},
      {"Identity", none, {{2, 3, 4}}},
      {"InputLayer", {{"batch_shape", Config::List{Config(), 4}}}, {{2, 4}}},
      {"IntegerLookup", {{"vocabulary", Config::integers({0, 1, 2, 3, 4, 5})}}, {{2, 3}}, DType::i32},
      {"LSTM", {{"units", 3}}, {{2, 3, 4}}},
      {"LSTMCell", {{"units", 3}}, {{2, 4}, {2, 3}, {2, 3}}},
      {"LayerNormalization", none, {{2, 3, 4}}},
      {"LeakyReLU", none, {{2, 3, 4}}},
      {"Masking", none, {{2, 3, 4}}},
      {"MaxNumBoundingBoxes", {{"max_number", 4}}},
      {"MaxPooling1D", none, {{2, 6, 3}}},
      {"MaxPooling2D", none, {{2, 6, 7, 3}}},
      {"MaxPooling3D", none, {{2, 4, 5, 4, 2}}},
      {"Maximum", none, {{2, 3}, {2, 3}}},
      {"MelSpectrogram", {{"fft_length", 64}, {"sequence_stride", 16}, {"sequence_length", 64}, {"num_mel_bins", 8}, {"sampling_rate", 2000}, {"max_freq", 900.0}}, {{2, 256}}},
      {"Minimum", none, {{2, 3}, {2, 3}}},
      {"MixUp", none, {{2, 6, 7, 3}}},
      {"MultiHeadAttention", {{"num_heads", 2}, {"key_dim", 3}}, {{2, 3, 4}, {2, 5, 4}}},
      {"Multiply", none, {{2, 3}, {2, 3}}},
      {"Normalization", none, {{2, 3, 4}}},
      {"PReLU", none, {{2, 3, 4}}},
      {"Permute", {{"dims", Config::integers({2, 1})}}, {{2, 3, 4}}},
      {"Pipeline", {{"layers", Config::List{entry("RandomFlip", Config::map()), entry("Rescaling", {{"scale", 0.5}})}}}, {{2, 6, 7, 3}}},
      {"PixelShuffle", {{"block", 2}}, {{2, 3, 2, 8}}},
      {"PixelUnshuffle", {{"block", 2}}, {{2, 4, 6, 2}}},
      {"RMSNormalization", none, {{2, 3, 4}}},
      {"RNN", {{"cell", entry("LSTMCell", {{"units", 3}})}}, {{2, 3, 4}}},
      {"RandAugment", none, {{2, 6, 7, 3}}},
      {"RandomBrightness", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomColorDegeneration", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomColorJitter", none, {{2, 6, 7, 3}}},
      {"RandomContrast", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomCrop", {{"height", 3}, {"width", 4}}, {{2, 6, 7, 3}}},
      {"RandomElasticTransform", none, {{2, 6, 7, 3}}},
      {"RandomErasing", none, {{2, 6, 7, 3}}},
      {"RandomFlip", none, {{2, 6, 7, 3}}},
      {"RandomGaussianBlur", none, {{2, 6, 7, 3}}},
      {"RandomGrayscale", none, {{2, 6, 7, 3}}},
      {"RandomHue", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomInvert", none, {{2, 6, 7, 3}}},
      {"RandomPerspective", none, {{2, 6, 7, 3}}},
      {"RandomPosterization", {{"factor", 4}}, {{2, 6, 7, 3}}},
      {"RandomRotation", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomSaturation", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomSharpness", {{"factor", 0.4}}, {{2, 6, 7, 3}}},
      {"RandomShear", {{"x_factor", 0.2}, {"y_factor", 0.1}}, {{2, 6, 7, 3}}},
      {"RandomTranslation", {{"height_factor", 0.2}, {"width_factor", 0.1}}, {{2, 6, 7, 3}}},
      {"RandomZoom", {{"height_factor", 0.2}}, {{2, 6, 7, 3}}},
      {"ReLU", none, {{2, 3, 4}}},
      {"RepeatVector", {{"n", 3}}, {{2, 4}}},
      {"Rescaling", {{"scale", 0.5}, {"offset", -1}}, {{2, 3}}},
      {"Reshape", {{"target_shape", Config::integers({-1, 2})}}, {{2, 3, 4}}},
      {"Resizing", {{"height", 3}, {"width", 4}}, {{2, 6, 7, 3}}},
      {"ReversibleEmbedding", {{"input_dim", 9}, {"output_dim", 3}}, {{2, 3}}, DType::i32},
      {"STFTSpectrogram", {{"frame_length", 16}, {"frame_step", 8}, {"fft_length", 16}}, {{2, 64, 1}}},
      {"SeparableConv1D", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 3}}},
      {"SeparableConv2D", {{"filters", 2}, {"kernel_size", 3}}, {{2, 6, 7, 3}}},
      {"Sequential", {{"layers", Config::List{entry("Dense", {{"units", 3}}), entry("Activation", {{"activation", "relu"}})}}}, {{2, 4}}},
      {"SimpleRNN", {{"units", 3}}, {{2, 3, 4}}},
      {"SimpleRNNCell", {{"units", 3}}, {{2, 4}, {2, 3}}},
      {"Softmax", none, {{2, 3, 4}}},
      {"Solarization", none, {{2, 6, 7, 3}}},
      {"SpatialDropout1D", {{"rate", 0.5}}, {{2, 6, 3}}},
      {"SpatialDropout2D", {{"rate", 0.5}}, {{2, 6, 7, 3}}},
      {"SpatialDropout3D", {{"rate", 0.5}}, {{2, 4, 5, 4, 2}}},
      {"SpectralNormalization", {{"layer", entry("Dense", {{"units", 3}})}}, {{2, 4}}},
      {"SqueezeExcitation", none, {{2, 3, 4}}},
      {"StackedRNNCells", {{"cells", Config::List{entry("GRUCell", {{"units", 3}}), entry("SimpleRNNCell", {{"units", 2}})}}}, {{2, 4}, {2, 3}, {2, 2}}},
      {"Standardize", none, {{2, 3}}},
      {"StochasticDepth", {{"rate", 0.5}}, {{2, 3, 4}}},
      {"StringLookup", {{"vocabulary", Config::List{"a", "b"}}}},
      {"Subtract", none, {{2, 3}, {2, 3}}},
      {"TextVectorization", {{"vocabulary", Config::List{"a", "b"}}}},
      {"TimeDistributed", {{"layer", entry("Dense", {{"units", 3}})}}, {{2, 3, 4}}},
      {"UnitNormalization", {{"axis", -1}}, {{2, 3, 4}}},
      {"UpSampling1D", none, {{2, 6, 3}}},
      {"UpSampling2D", none, {{2, 6, 7, 3}}},
      {"UpSampling3D", none, {{2, 4, 5, 4, 2}}},
      {"WeightStandardization", {{"layer", entry("Dense", {{"units", 3}})}}, {{2, 4}}},
      {"ZeroPadding1D", none, {{2, 6, 3}}},
      {"ZeroPadding2D", none, {{2, 6, 7, 3}}},
      {"ZeroPadding3D", none, {{2, 4, 5, 4, 2}}},
  };
}

}  // namespace candor::testing
