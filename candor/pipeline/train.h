// From prepared rows to a model: the network, its training and how many are averaged are chosen by the data unless the user says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "candor/candid/uncertainty/uncertainty.h"
#include "candor/pipeline/network.h"
#include "candor/pipeline/picture_augmentation.h"
#include "candor/pipeline/prepare.h"
#include "candor/train/fit.h"

namespace candor::pipeline {

struct TrainOptions {
  NetworkOptions network = {};
  AugmentOptions augment = {};              ///< pictures
  std::int64_t epochs = 0, batch_size = 0;  ///< 0: by the data
  double learning_rate = 0;                 ///< 0: by the data
  int members = 0;                          ///< networks that are trained on other parts of the rows and averaged; 0: by data and budget
  /// Seconds that training may take; the first steps are measured, and networks and epochs are planned so that they fit; 0: any. Empty: 60, which
  /// shares out networks and trees but ends no epochs that were asked for.
  std::optional<double> budget = {};
  Function<double()> clock = {};            ///< seconds by which the budget is kept; empty: seconds_now
  std::int64_t memory = 0;                  ///< bytes that a step may take, as FitOptions::memory; 0: any
  std::uint64_t seed = 0;
  int verbose = 1;
  std::string resume = {};                  ///< file of the resume point; with several members others of that name with .2, .3 ... and .member1 ... beside it
  double resume_every = 60;
  std::vector<Callback> callbacks = {};
  Function<void(const Model& network, const std::vector<std::string>& choices)> planned = {};  ///< called once all is decided, before training

  /// The budget, in seconds; 0: any.
  double seconds() const { return budget.value_or(60); }
};

/// What came out, with what was chosen.
struct TrainedModel {
  Model model;                        ///< compiled; of classes: logits of one network or of trees alone, else probabilities
  std::vector<History> histories;     ///< of each network; none for trees alone
  std::vector<std::string> choices;   ///< a sentence each
  std::int64_t epochs = 0;            ///< at most, of each member
  std::vector<std::int64_t> judged_rows;  ///< training rows that some member did not see, ascending
  Tensor judged;                      ///< what that member says of them (probabilities or values), in the order of judged_rows
  candid::Uncertainty uncertainty;    ///< fitted on `judged`; knows nothing without such rows
  bool trees_weighed = false;              ///< boosted trees were grown beside the networks, whatever share came of it
  double tree_share = 0;                  ///< how much of the answer boosted trees give, 0 to 1; the networks give the rest
  bool interrupted = false;
  bool keeps_best = false;                ///< each network kept the epoch that is best on the rows it left out, not its last

  /// The histories of the networks that answer: of all, or of none where boosted trees alone do. What is shown of the training of a model is this.
  std::span<const History> answering() const { return tree_share < 1 ? std::span<const History>(histories) : std::span<const History>(); }
};

/// Takes the resume points of a training that is done away.
void remove_resume_points(const std::string& resume);

/// Training rows as k parts for k members: each member leaves one out and keeps the epoch that is best there, so that every row is learned
/// from by all but one. Few rows and pictures are trained by one network. Tables also get boosted trees, grown on the same parts and averaged with the
/// networks as is best for the rows left out, unless something was said of the network that is wanted. The same bits for the same seed unless the
/// budget makes it shorter. Throws the errors of fit; Error (numeric) carries on with `partial` holding the last good weights.
TrainedModel train(const Prepared& data, const TrainOptions& options, Model* partial = nullptr);

}  // namespace candor::pipeline
