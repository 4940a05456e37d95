// Which other views of the training pictures are trained on.
#pragma once

#include <string>
#include <vector>

#include "candor/data/augment.h"

namespace candor::pipeline {

struct AugmentOptions {
  std::string steps = "auto";            ///< words of data::Augmentation::parse, "none", or "auto": small changes for a convolutional network on few pictures
  data::LabelPairs swap_labels = {};     ///< what a picture's class becomes when it is mirrored
};

/// Empty when there is nothing to do. What was chosen and what is in doubt is added to `choices`. Throws Error (invalid_argument) for steps on rows
/// that are no pictures, labels to exchange without a flip, and the errors of parse() and for_classes().
data::Augmentation augmentation_for(const data::Dataset& train, const AugmentOptions& options, const std::string& model, std::vector<std::string>& choices);

/// The same rows with their class numbers as shares, f32 [rows, classes]: what mixed labels need.
data::Dataset with_shares(data::Dataset set);

}  // namespace candor::pipeline
