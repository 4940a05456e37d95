#include "candor/pipeline/picture_augmentation.h"

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/pipeline/network.h"

namespace candor::pipeline {
namespace {

// No change of light: the network brings each picture to the same mean and contrast. Larger moves made 379 traffic signs slower to learn and no better known.
data::Augmentation small_changes() { return {data::Rotate{5}, data::Zoom{0.1, 0.1}, data::Shift{0.05, 0.05}}; }

}  // namespace

data::Augmentation augmentation_for(const data::Dataset& train, const AugmentOptions& o, const std::string& model, std::vector<std::string>& choices) {
  const bool automatic = o.steps.empty() || o.steps == "auto";
  if (!detail::is_picture(train)) {
    if (!automatic && o.steps != "none") fail(ErrorKind::invalid_argument, "--augment " + o.steps + ": pictures are augmented, and rows of shape " + to_string(train.row_shape()) + " came");
    if (!o.swap_labels.empty()) fail(ErrorKind::invalid_argument, "--swap-labels says what a mirrored picture's class is, and rows of shape " + to_string(train.row_shape()) + " came");
    return {};
  }
  data::Augmentation augmentation;
  if (!automatic) augmentation = data::Augmentation::parse(o.steps);
  else if (detail::network_kind(train, model) == "cnn" && train.rows() < 20'000 && !train.row_names.empty()) augmentation = small_changes();
  if (!o.swap_labels.empty()) {
    if (!augmentation.mirrors()) fail(ErrorKind::invalid_argument, "--swap-labels says what a mirrored picture's class is, and no picture is mirrored; add flip, as --augment usual,flip");
    augmentation.swap_labels(o.swap_labels);
  }
  if (augmentation.empty()) return augmentation;
  if (augmentation.mixes_labels() && !train.is_classification()) fail(ErrorKind::invalid_argument, "--augment " + o.steps + ": mixup and cutmix mix classes, and the target holds numbers");
  choices.push_back("the pictures of the training part are changed anew in each epoch: " + augmentation.description() + (automatic ? "; --augment says other steps, or none" : " (as asked)"));
  for (const std::string& doubt : augmentation.doubts(train.class_names)) choices.push_back("doubtful: " + doubt);
  return train.is_classification() ? augmentation.for_classes(train.class_names) : augmentation;
}

data::Dataset with_shares(data::Dataset set) {
  const std::size_t classes = set.class_names.size();
  const std::vector<std::int32_t> labels = set.targets.to_vector<std::int32_t>();
  std::vector<float> shares(labels.size() * classes, 0.f);
  for (std::size_t i = 0; i < labels.size(); ++i) shares[i * classes + static_cast<std::size_t>(labels[i])] = 1;
  set.targets = Tensor::from(shares, {set.rows(), static_cast<std::int64_t>(classes)});
  return set;
}

}  // namespace candor::pipeline
