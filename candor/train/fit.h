// Model::fit: its options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/augment.h"
#include "candor/data/dataset.h"
#include "candor/train/callback.h"
#include "candor/train/sample_weights.h"

namespace candor {

/// What validation runs on: a dataset, or {x, y}.
struct ValidationData {
  std::vector<Tensor> x, y;
  SampleWeights sample_weight{};

  ValidationData() = default;
  ValidationData(const data::Dataset& dataset);
  ValidationData(const Tensor& inputs, const Tensor& targets);
  ValidationData(std::vector<Tensor> inputs, std::vector<Tensor> targets, SampleWeights weights = {});
  bool empty() const { return x.empty(); }
};

struct FitOptions {
  int epochs = 1;                       ///< up to this number of epochs in all, counted from initial_epoch
  std::int64_t batch_size = 32;         ///< the last batch of an epoch is smaller when the rows do not divide
  double validation_split = 0;          ///< in [0, 1): the last rows are not trained on and judged after each epoch
  ValidationData validation_data{};  ///< in place of validation_split
  bool shuffle = true;                  ///< a new order each epoch, given by seed and epoch alone
  std::uint64_t seed = 0;               ///< of the order and of dropout; weights have set_random_seed
  std::vector<Callback> callbacks{};
  int verbose = 1;                      ///< 0: silent, 1: a bar (lines when piped), 2: a line an epoch
  std::vector<double> class_weight{};  ///< a factor for each class number; targets are class numbers, 0 and 1, or one-hot. Validation has none
  SampleWeights sample_weight{};     ///< of the loss and of weighted_metrics
  std::int64_t memory = 0;  ///< bytes that a step may take for weights, optimizer and what lies between its kernels (not the data); 0: any. What does not fit is computed twice: the same bits, more time
  int initial_epoch = 0;
  std::string resume{};      ///< a file: training goes on from it, to the bit, when it is there, and writes it as it goes; BackupAndRestore does the same with a folder
  double resume_every = 60;     ///< seconds between two writes, at least (they take at most 2 % of the time); 0: after every step
  std::int64_t resume_steps = 0;  ///< when not 0: after each so many steps, in place of resume_every
  std::int64_t steps_per_epoch = 0;     ///< 0: all batches. Else an epoch ends after so many steps, or with the data; the next goes on behind it, as in Keras
  std::int64_t validation_steps = 0;    ///< 0: all batches of the validation data, else so many of the first
  std::int64_t validation_batch_size = 0;  ///< 0: batch_size
  int validation_freq = 1;              ///< validate after every so many epochs
  data::Augmentation augmentation = {};  ///< of the pictures of each training batch, anew in each epoch; labels follow. One input, one target
  bool checks = true;  ///< look at model and training and say what is wrong: History::findings(). The weights are the same bits with and without
  std::vector<std::string> silence{};  ///< ids of findings that are not wanted: {"model.capacity"}
  bool print_findings = true;  ///< five lines at most, when verbose is not 0
};

}  // namespace candor
