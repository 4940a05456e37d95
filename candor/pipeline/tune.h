// Searching the network and its training for data: what `candor tune` does.
#pragma once

#include <string>
#include <vector>

#include "candor/pipeline/run.h"
#include "candor/train/search/search.h"

namespace candor::pipeline {

struct TuneOptions {
  RunOptions run = {};             ///< what is not searched: data, seed, folder; the winner is trained and reported by it
  SearchMethod method = SearchMethod::tpe;
  int trials = 30;
  double seconds = 300;            ///< for the search; the training of the winner comes after it
  std::string record = {};         ///< a file of finished trials: read when it is there, so that a search goes on; a line is added for each trial
  Function<void(const std::string& line)> say = {};
};

/// Every trial, the best choice, and the run that was made of it.
struct TuneResult {
  SearchSpace space;
  std::vector<Trial> trials;
  Choice best;
  double default_loss = 0, best_loss = 0;  ///< of rows left out of training: log loss, or mean squared error
  RunResult run;
};

/// The default and what the search proposes are each trained twice on the same parts of the training rows, by the same seeds, and judged on the rows that
/// were left out; the best is trained as `run` does and judged once on the test rows, which the search never sees. Throws Error (invalid_argument) when `record` is of another search.
TuneResult tune(const std::string& name, const TuneOptions& options);

}  // namespace candor::pipeline
