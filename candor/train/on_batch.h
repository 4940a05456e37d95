// Single steps of a compiled model: Model::train_on_batch and test_on_batch, their options.
#pragma once

#include <vector>

#include "candor/nn/model.h"
#include "candor/train/history.h"
#include "candor/train/sample_weights.h"

namespace candor {

struct BatchOptions {
  SampleWeights sample_weight{};
  std::vector<double> class_weight{};  ///< as in FitOptions; train_on_batch alone
};

}  // namespace candor
