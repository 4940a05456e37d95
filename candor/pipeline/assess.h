// A trained model judged on its test rows, with everything a report shows of it.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/baselines/run_baselines.h"
#include "candor/candid/finding.h"
#include "candor/candid/report/report.h"
#include "candor/candid/score.h"
#include "candor/pipeline/train.h"

namespace candor::pipeline {

struct AssessOptions {
  std::uint64_t seed = 0;
  double baseline_seconds = 10;   ///< about how long the simple methods may take together
  double explain_seconds = 10;    ///< columns are shuffled as long as it is not over
  std::string command = {};       ///< what the user typed, to run it again
  std::vector<std::pair<std::string, double>> timings = {};
};

/// Probabilities of the classes at a temperature, or values, for rows: what a score is computed from.
Tensor answers(const Model& model, bool gives_logits, const data::Dataset& rows, double temperature = 1);

/// Everything but the model's path. Baselines and all scores are of the test rows; importances and partial dependence of tables and other columns
/// of numbers; worst and least certain rows; findings of candid.
candid::Report assess(const Prepared& data, const TrainedModel& trained, const AssessOptions& options);

/// The number d for which a new row's truth lies within prediction +- d with probability .95, from the training rows that were left out; NaN when not known.
double conformal_distance(const Prepared& data, const TrainedModel& trained);

}  // namespace candor::pipeline
