// A training with as much state as there is, made anew from its description alone: what resume tests start again and again.
#pragma once

#include <string>
#include <vector>

#include "candor/candor.h"

namespace candor::testing {

struct RunOptions {
  /// "all": dropout, batch normalisation, kept predictions (AUC), EarlyStopping with best weights, CSVLogger; "plain": two dense layers and
  /// Adam; "images": pictures through random flips, rotations, zooms, noise and crops into a convolution, spatial and plain dropout, computing in
  /// bfloat16 by weights in f32, AdamW with a schedule, clipping, averages of weights and two batches an update; "sgd": plain with SGD; "bf16": with AdamW whose states take 16 bits; "schedule", "stop", "plateau", "rate": what changes the learning rate or ends training.
  std::string how = "all";
  std::int64_t units = 12;
  double learning_rate = 0.01;
  std::uint64_t data_seed = 1;
  std::int64_t rows = 240;
  std::string folder = {};  ///< of the log
};

struct Resumable {
  Sequential model;
  data::Dataset data;
  std::vector<Callback> callbacks;
};

Resumable resumable(const RunOptions& options);

}  // namespace candor::testing
