// Class name -> layer. A plain table: a static library drops objects that register themselves.
#include <array>

#include "candor/base/error.h"
#include "candor/nn/layers.h"
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
    Row{"Add", &Add::from_config},
    Row{"AugMix", &AugMix::from_config},
    Row{"AutoContrast", &AutoContrast::from_config},
    Row{"Average", &Average::from_config},
    Row{"AveragePooling1D", &AveragePooling1D::from_config},
    Row{"AveragePooling2D", &AveragePooling2D::from_config},
    Row{"AveragePooling3D", &AveragePooling3D::from_config},
    Row{"BatchNormalization", &BatchNormalization::from_config},
    Row{"Bidirectional", &Bidirectional::from_config},
    Row{"CategoryEncoding", &CategoryEncoding::from_config},
    Row{"CenterCrop", &CenterCrop::from_config},
    Row{"Concatenate", &Concatenate::from_config},
    Row{"ContrastLimitedAdaptiveHistogramEqualization", &ContrastLimitedAdaptiveHistogramEqualization::from_config},
    Row{"Conv1D", &Conv1D::from_config},
    Row{"Conv2D", &Conv2D::from_config},
    Row{"Conv3D", &Conv3D::from_config},
    Row{"ConvLSTM1D", &ConvLSTM1D::from_config},
    Row{"ConvLSTM2D", &ConvLSTM2D::from_config},
    Row{"ConvLSTM3D", &ConvLSTM3D::from_config},
    Row{"CutMix", &CutMix::from_config},
    Row{"Dense", &Dense::from_config},
    Row{"Discretization", &Discretization::from_config},
    Row{"Dropout", &Dropout::from_config},
    Row{"Embedding", &Embedding::from_config},
    Row{"Equalization", &Equalization::from_config},
    Row{"FeatureSpace", &FeatureSpace::from_config},
    Row{"Flatten", &Flatten::from_config},
    Row{"Functional", &functional},
    Row{"GRU", &GRU::from_config},
    Row{"GRUCell", &GRUCell::from_config},
    Row{"GlobalAveragePooling1D", &GlobalAveragePooling1D::from_config},
    Row{"GlobalAveragePooling2D", &GlobalAveragePooling2D::from_config},
    Row{"GlobalAveragePooling3D", &GlobalAveragePooling3D::from_config},
    Row{"GlobalMaxPooling1D", &GlobalMaxPooling1D::from_config},
    Row{"GlobalMaxPooling2D", &GlobalMaxPooling2D::from_config},
    Row{"GlobalMaxPooling3D", &GlobalMaxPooling3D::from_config},
    Row{"HashedCrossing", &HashedCrossing::from_config},
    Row{"Hashing", &Hashing::from_config},
    Row{"IntegerLookup", &IntegerLookup::from_config},
    Row{"LSTM", &LSTM::from_config},
    Row{"LSTMCell", &LSTMCell::from_config},
    Row{"LayerNormalization", &LayerNormalization::from_config},
    Row{"LeakyReLU", &LeakyReLU::from_config},
    Row{"MaxNumBoundingBoxes", &MaxNumBoundingBoxes::from_config},
    Row{"MaxPooling1D", &MaxPooling1D::from_config},
    Row{"MaxPooling2D", &MaxPooling2D::from_config},
    Row{"MaxPooling3D", &MaxPooling3D::from_config},
    Row{"Maximum", &Maximum::from_config},
    Row{"MelSpectrogram", &MelSpectrogram::from_config},
    Row{"Minimum", &Minimum::from_config},
    Row{"MixUp", &MixUp::from_config},
    Row{"Multiply", &Multiply::from_config},
    Row{"Normalization", &Normalization::from_config},
    Row{"Pipeline", &Pipeline::from_config},
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
    Row{"Rescaling", &Rescale::from_config},
    Row{"Reshape", &Reshape::from_config},
    Row{"Resizing", &Resizing::from_config},
    Row{"STFTSpectrogram", &STFTSpectrogram::from_config},
    Row{"Sequential", &sequential},
    Row{"SimpleRNN", &SimpleRNN::from_config},
    Row{"SimpleRNNCell", &SimpleRNNCell::from_config},
    Row{"Softmax", &Softmax::from_config},
    Row{"Solarization", &Solarization::from_config},
    Row{"StackedRNNCells", &StackedRNNCells::from_config},
    Row{"Standardize", &Standardize::from_config},
    Row{"StringLookup", &StringLookup::from_config},
    Row{"Subtract", &Subtract::from_config},
    Row{"TextVectorization", &TextVectorization::from_config},
    Row{"TimeDistributed", &TimeDistributed::from_config},
};

}  // namespace

Layer layer_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config& options = config.at("config");
  if (detail::is_operation_config(config)) return Operation::from_config(kind, options);
  for (const Row& row : rows) {
    if (row.kind != kind) continue;
    const Layer layer = row.make(options);
    if (!options.get("trainable", true)) layer.set_trainable(false);
    layer.set_activity_regularizer(Regularizer::from_config(options.find("activity_regularizer")));
    return layer;
  }
  fail(ErrorKind::corrupt, "layer: the class '" + kind + "' is not known; this version has " + std::to_string(rows.size()) + " classes, see layer_names()");
}

std::vector<std::string> layer_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

}  // namespace candor
