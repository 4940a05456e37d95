// Class name -> layer. A plain table: a static library drops objects that register themselves.
#include <algorithm>
#include <array>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/nn/config_reader.h"
#include "candor/nn/layer_body.h"
#include "candor/nn/layers.h"
#include "candor/nn/layers/tree_ensemble.h"
#include "candor/nn/layers/operation.h"
#include "candor/nn/model.h"

namespace candor {
namespace {

struct Row {
  const char* kind;
  Layer (*make)(const Config& options);
};

Layer sequential(const Config& options) { return Sequential::from_config(options); }
Layer functional(const Config& options) { return Model::from_config(options); }

constexpr std::array rows = {
    Row{"Activation", &Activation::from_config},
    Row{"ActivityRegularization", &ActivityRegularization::from_config},
    Row{"AdaptiveAveragePooling1D", &AdaptiveAveragePooling1D::from_config},
    Row{"AdaptiveAveragePooling2D", &AdaptiveAveragePooling2D::from_config},
    Row{"AdaptiveAveragePooling3D", &AdaptiveAveragePooling3D::from_config},
    Row{"AdaptiveMaxPooling1D", &AdaptiveMaxPooling1D::from_config},
    Row{"AdaptiveMaxPooling2D", &AdaptiveMaxPooling2D::from_config},
    Row{"AdaptiveMaxPooling3D", &AdaptiveMaxPooling3D::from_config},
    Row{"Add", &Add::from_config},
    Row{"AdditiveAttention", &AdditiveAttention::from_config},
    Row{"AlibiBias", &AlibiBias::from_config},
    Row{"AlphaDropout", &AlphaDropout::from_config},
    Row{"Attention", &Attention::from_config},
    Row{"AugMix", &AugMix::from_config},
    Row{"AutoContrast", &AutoContrast::from_config},
    Row{"Average", &Average::from_config},
    Row{"AveragePooling1D", &AveragePooling1D::from_config},
    Row{"AveragePooling2D", &AveragePooling2D::from_config},
    Row{"AveragePooling3D", &AveragePooling3D::from_config},
    Row{"BatchNormalization", &BatchNormalization::from_config},
    Row{"Bidirectional", &Bidirectional::from_config},
    Row{"Bilinear", &Bilinear::from_config},
    Row{"CategoryEncoding", &CategoryEncoding::from_config},
    Row{"CenterCrop", &CenterCrop::from_config},
    Row{"ChannelShuffle", &ChannelShuffle::from_config},
    Row{"Concatenate", &Concatenate::from_config},
    Row{"ContrastLimitedAdaptiveHistogramEqualization", &ContrastLimitedAdaptiveHistogramEqualization::from_config},
    Row{"Conv1D", &Conv1D::from_config},
    Row{"Conv1DTranspose", &Conv1DTranspose::from_config},
    Row{"Conv2D", &Conv2D::from_config},
    Row{"Conv2DTranspose", &Conv2DTranspose::from_config},
    Row{"Conv3D", &Conv3D::from_config},
    Row{"Conv3DTranspose", &Conv3DTranspose::from_config},
    Row{"ConvLSTM1D", &ConvLSTM1D::from_config},
    Row{"ConvLSTM2D", &ConvLSTM2D::from_config},
    Row{"ConvLSTM3D", &ConvLSTM3D::from_config},
    Row{"Cropping1D", &Cropping1D::from_config},
    Row{"Cropping2D", &Cropping2D::from_config},
    Row{"Cropping3D", &Cropping3D::from_config},
    Row{"CutMix", &CutMix::from_config},
    Row{"Dense", &Dense::from_config},
    Row{"DepthwiseConv1D", &DepthwiseConv1D::from_config},
    Row{"DepthwiseConv2D", &DepthwiseConv2D::from_config},
    Row{"Discretization", &Discretization::from_config},
    Row{"Dot", &Dot::from_config},
    Row{"Dropout", &Dropout::from_config},
    Row{"ELU", &ELU::from_config},
    Row{"EinsumDense", &EinsumDense::from_config},
    Row{"Embedding", &Embedding::from_config},
    Row{"Equalization", &Equalization::from_config},
    Row{"FeatureSpace", &FeatureSpace::from_config},
    Row{"Flatten", &Flatten::from_config},
    Row{"Functional", &functional},
    Row{"GRU", &GRU::from_config},
    Row{"GRUCell", &GRUCell::from_config},
    Row{"GatedFeedForward", &GatedFeedForward::from_config},
    Row{"GaussianDropout", &GaussianDropout::from_config},
    Row{"GaussianNoise", &GaussianNoise::from_config},
    Row{"GlobalAveragePooling1D", &GlobalAveragePooling1D::from_config},
    Row{"GlobalAveragePooling2D", &GlobalAveragePooling2D::from_config},
    Row{"GlobalAveragePooling3D", &GlobalAveragePooling3D::from_config},
    Row{"GlobalMaxPooling1D", &GlobalMaxPooling1D::from_config},
    Row{"GlobalMaxPooling2D", &GlobalMaxPooling2D::from_config},
    Row{"GlobalMaxPooling3D", &GlobalMaxPooling3D::from_config},
    Row{"GroupNormalization", &GroupNormalization::from_config},
    Row{"GroupQueryAttention", &GroupQueryAttention::from_config},
    Row{"HashedCrossing", &HashedCrossing::from_config},
    Row{"Hashing", &Hashing::from_config},
    Row{"Identity", &IdentityLayer::from_config},
    Row{"InputLayer", &InputLayer::from_config},
    Row{"IntegerLookup", &IntegerLookup::from_config},
    Row{"LSTM", &LSTM::from_config},
    Row{"LSTMCell", &LSTMCell::from_config},
    Row{"LayerNormalization", &LayerNormalization::from_config},
    Row{"LeakyReLU", &LeakyReLU::from_config},
    Row{"Masking", &Masking::from_config},
    Row{"MaxNumBoundingBoxes", &MaxNumBoundingBoxes::from_config},
    Row{"MaxPooling1D", &MaxPooling1D::from_config},
    Row{"MaxPooling2D", &MaxPooling2D::from_config},
    Row{"MaxPooling3D", &MaxPooling3D::from_config},
    Row{"Maximum", &Maximum::from_config},
    Row{"MelSpectrogram", &MelSpectrogram::from_config},
    Row{"Minimum", &Minimum::from_config},
    Row{"MixUp", &MixUp::from_config},
    Row{"MixtureOfExperts", &MixtureOfExperts::from_config},
    Row{"MultiHeadAttention", &MultiHeadAttention::from_config},
    Row{"Multiply", &Multiply::from_config},
    Row{"Normalization", &Normalization::from_config},
    Row{"PReLU", &PReLU::from_config},
    Row{"Permute", &Permute::from_config},
    Row{"PiecewiseLinear", &PiecewiseLinear::from_config},
    Row{"Pipeline", &Pipeline::from_config},
    Row{"PixelShuffle", &PixelShuffle::from_config},
    Row{"PixelUnshuffle", &PixelUnshuffle::from_config},
    Row{"PositionEmbedding", &PositionEmbedding::from_config},
    Row{"RMSNormalization", &RMSNormalization::from_config},
    Row{"RNN", &RNN::from_config},
    Row{"RandAugment", &RandAugment::from_config},
    Row{"RandomBrightness", &RandomBrightness::from_config},
    Row{"RandomColorDegeneration", &RandomColorDegeneration::from_config},
    Row{"RandomColorJitter", &RandomColorJitter::from_config},
    Row{"RandomContrast", &RandomContrast::from_config},
    Row{"RandomCrop", &RandomCrop::from_config},
    Row{"RandomElasticTransform", &RandomElasticTransform::from_config},
    Row{"RandomErasing", &RandomErasing::from_config},
    Row{"RandomFlip", &RandomFlip::from_config},
    Row{"RandomGaussianBlur", &RandomGaussianBlur::from_config},
    Row{"RandomGrayscale", &RandomGrayscale::from_config},
    Row{"RandomHue", &RandomHue::from_config},
    Row{"RandomInvert", &RandomInvert::from_config},
    Row{"RandomPerspective", &RandomPerspective::from_config},
    Row{"RandomPosterization", &RandomPosterization::from_config},
    Row{"RandomRotation", &RandomRotation::from_config},
    Row{"RandomSaturation", &RandomSaturation::from_config},
    Row{"RandomSharpness", &RandomSharpness::from_config},
    Row{"RandomShear", &RandomShear::from_config},
    Row{"RandomTranslation", &RandomTranslation::from_config},
    Row{"RandomZoom", &RandomZoom::from_config},
    Row{"ReLU", &ReLU::from_config},
    Row{"RelativePositionBias", &RelativePositionBias::from_config},
    Row{"RepeatVector", &RepeatVector::from_config},
    Row{"Rescaling", &Rescale::from_config},
    Row{"Reshape", &Reshape::from_config},
    Row{"Resizing", &Resizing::from_config},
    Row{"ReversibleEmbedding", &ReversibleEmbedding::from_config},
    Row{"RotaryEmbedding", &RotaryEmbedding::from_config},
    Row{"STFTSpectrogram", &STFTSpectrogram::from_config},
    Row{"SeparableConv1D", &SeparableConv1D::from_config},
    Row{"SeparableConv2D", &SeparableConv2D::from_config},
    Row{"Sequential", &sequential},
    Row{"SimpleRNN", &SimpleRNN::from_config},
    Row{"SimpleRNNCell", &SimpleRNNCell::from_config},
    Row{"SinePositionEncoding", &SinePositionEncoding::from_config},
    Row{"Softmax", &Softmax::from_config},
    Row{"Solarization", &Solarization::from_config},
    Row{"SpatialDropout1D", &SpatialDropout1D::from_config},
    Row{"SpatialDropout2D", &SpatialDropout2D::from_config},
    Row{"SpatialDropout3D", &SpatialDropout3D::from_config},
    Row{"SpectralNormalization", &SpectralNormalization::from_config},
    Row{"SqueezeExcitation", &SqueezeExcitation::from_config},
    Row{"StackedRNNCells", &StackedRNNCells::from_config},
    Row{"Standardize", &Standardize::from_config},
    Row{"StochasticDepth", &StochasticDepth::from_config},
    Row{"StringLookup", &StringLookup::from_config},
    Row{"Subtract", &Subtract::from_config},
    Row{"TextVectorization", &TextVectorization::from_config},
    Row{"TimeDistributed", &TimeDistributed::from_config},
    Row{"TokenAndPositionEmbedding", &TokenAndPositionEmbedding::from_config},
    Row{"TransformerDecoder", &TransformerDecoder::from_config},
    Row{"TransformerEncoder", &TransformerEncoder::from_config},
    Row{"TreeEnsemble", &TreeEnsemble::from_config},
    Row{"UnitNormalization", &UnitNormalization::from_config},
    Row{"UpSampling1D", &UpSampling1D::from_config},
    Row{"UpSampling2D", &UpSampling2D::from_config},
    Row{"UpSampling3D", &UpSampling3D::from_config},
    Row{"WeightStandardization", &WeightStandardization::from_config},
    Row{"ZeroPadding1D", &ZeroPadding1D::from_config},
    Row{"ZeroPadding2D", &ZeroPadding2D::from_config},
    Row{"ZeroPadding3D", &ZeroPadding3D::from_config},
};

/// Classes of Keras that no configuration can bring back here, and why.
struct Refusal {
  const char* kind;
  const char* reason;
};
constexpr std::array refusals = {
    Refusal{"FlaxLayer", "wraps a Flax module, which is Python code"},
    Refusal{"JaxLayer", "wraps a JAX function, which is Python code"},
    Refusal{"Lambda", "holds Python code, which is never run; put a Candor layer, a FunctionLayer for example, in its place"},
    Refusal{"Layer", "is the abstract base of all layers; the file needs the class that derives from it"},
    Refusal{"TFSMLayer", "wraps a TensorFlow SavedModel, which is a program of its own"},
    Refusal{"TorchModuleWrapper", "wraps a PyTorch module, which is Python code"},
    Refusal{"Wrapper", "is an abstract base; the file needs the class that derives from it"},
};

/// Keys of earlier versions of Keras, and those that say where a class lies or how it was built: they change nothing here.
constexpr std::array without_effect = {
    "_saved_model_inputs_spec", "adjustment", "autocast", "batch_input_shape", "build_config", "build_input_shape", "compile_config", "encoding", "fused", "groups", "has_input_vocabulary",
    "implementation", "input_length", "input_shape", "kernel_constraint", "kernel_initializer", "kernel_regularizer", "module", "ragged", "registered_name", "rng", "shared_object_id", "sparse",
    "time_major", "use_cudnn", "virtual_batch_size", "vocabulary_size", "zero_output_for_mask"};

Layer layer_of(const Row& row, const Config& options) {
  options.entries();  // an Error when it is no map
  const detail::ConfigReader reader(options);
  const Layer layer = row.make(options);
  if (!options.get("trainable", true)) layer.set_trainable(false);
  if (options.get("checkpoint", false)) layer.set_checkpoint(true);
  if (const DTypePolicy policy = DTypePolicy::from_config(options.find("dtype")); policy.defined() && layer.body().uses_dtype_policy()) layer.set_dtype_policy(policy);
  if (const Regularizer activity = Regularizer::from_config(options.find("activity_regularizer")); activity.defined()) layer.set_activity_regularizer(activity);
  if (!reader.unread().empty()) reader.refuse_unread(std::string("layer: ") + row.kind, layer.config().at("config"), without_effect);
  return layer;
}

}  // namespace

Layer layer_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config& options = config.at("config");
  if (detail::is_operation_config(config)) return Operation::from_config(kind, options);
  for (const Row& row : rows) {
    if (row.kind != kind) continue;
    try {
      return layer_of(row, options);
    } catch (Error& error) {
      const Config* name = options.find("name");
      error.at("the configuration of " + kind + (name && name->is_text() ? " " + quoted(name->text()) : ""));
      throw;
    }
  }
  for (const Refusal& refusal : refusals) {
    if (refusal.kind == kind) fail(ErrorKind::unsupported, "layer: " + kind + " '" + options.get("name", "") + "' " + refusal.reason);
  }
  fail(ErrorKind::corrupt, "layer: the class '" + kind + "' is not known" + did_you_mean(kind, layer_names()) + "; this version has " + std::to_string(rows.size()) + " classes, see layer_names()");
}

std::vector<std::string> layer_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

}  // namespace candor
