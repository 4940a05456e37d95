// How targets and predictions vary together along an axis, one value a sample, then their mean. Targets have the shape of the predictions.
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct PearsonOptions {
  std::string name = "pearson_correlation";
  int axis = -1;
};
/// Covariance over the product of the deviations, in [-1, 1]; NaN where one of them does not vary.
class PearsonCorrelation : public Metric { public: explicit PearsonCorrelation(PearsonOptions options = {}); };

struct ConcordanceOptions {
  std::string name = "concordance_correlation";
  int axis = -1;
};
/// Lin 1989: 2 cov / (var t + var p + (mean t - mean p)^2 + 1e-7); 1 only when both are the same numbers.
class ConcordanceCorrelation : public Metric { public: explicit ConcordanceCorrelation(ConcordanceOptions options = {}); };

}  // namespace candor
