// Model::evaluate and Model::predict: their options.
#pragma once

#include <cstdint>

#include "candor/data/dataset.h"
#include "candor/nn/model.h"
#include "candor/train/history.h"
#include "candor/train/sample_weights.h"

namespace candor {

struct EvaluateOptions {
  std::int64_t batch_size = 256;  ///< affects memory and speed alone
  SampleWeights sample_weight{};  ///< of the loss and of weighted_metrics
  int verbose = 0;                ///< 1: a progress bar
};

struct PredictOptions {
  std::int64_t batch_size = 256;
  int verbose = 0;
};

}  // namespace candor
