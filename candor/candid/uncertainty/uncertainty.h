// What held-out rows say of how far a model's answers can be believed; a model file keeps it.
#pragma once

#include <cstdint>

#include "candor/candid/uncertainty/conformal.h"
#include "candor/candid/uncertainty/temperature.h"
#include "candor/candid/uncertainty/training_distance.h"
#include "candor/data/dataset.h"
#include "candor/nn/config.h"

namespace candor::candid {

/// Fitted on rows that the network which answered them did not learn from. Without such rows everything is as if nothing was known: temperature 1, no scores.
struct Uncertainty {
  Temperature temperature = {};       ///< classes
  ConformalScores lac = {}, aps = {}; ///< classes, of tempered probabilities
  ConformalScores errors = {};        ///< one value: absolute errors
  TrainingDistance distance = {};     ///< how far from the training rows is usual

  bool has_sets() const { return lac.rows() > 0; }
  const ConformalScores& sets(SetMethod method) const { return method == SetMethod::lac ? lac : aps; }
  /// For the record of a model file, and back; what is missing there is not known. Throws Error (corrupt) for a damaged one.
  Config config() const;
  static Uncertainty from_config(const Config& config);
};

/// `answers` are probabilities [n, classes] or values [n] or [n, 1] of `rows`, which hold the truth. Several targets give no errors. Throws Error (shape).
Uncertainty measure_uncertainty(const Tensor& answers, const data::Dataset& rows);

/// The temperature in a model file's record; 1 when there is none.
double stored_temperature(const Config& record);
/// All of it; empty when the record has none.
Uncertainty stored_uncertainty(const Config& record);

}  // namespace candor::candid
