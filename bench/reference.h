// The truth that every system is held against: plain loops in double precision, and the curves of CANDOR_FIXTURES/train.
#pragma once

#include <vector>

#include "bench/inputs.h"

namespace candor::bench {

/// What a case must give, and how near: |got - want| <= tolerance * scale, where scale is |want| for a loss and the largest |output|.
struct Truth {
  std::vector<double> values;      ///< empty: there is none, systems are held against each other
  std::vector<double> tolerances;  ///< one a value
};

/// Losses of the first steps: from the fixture when there is one, else computed here (dense nets only).
Truth training_truth(const Case& c, const Inputs& inputs);
/// Outputs of the first rows.
Truth inference_truth(const Case& c, const Inputs& inputs);

/// Largest |got - want| / (tolerance * scale); at most 1 when they agree. Infinite when there are too few values or one is not finite.
double disagreement(const Truth& truth, const std::vector<double>& got, bool losses);
/// Largest |got - want| / scale.
double deviation(const Truth& truth, const std::vector<double>& got, bool losses);

}  // namespace candor::bench
