// The area under a curve without thresholds: exact, but it needs all predictions at once.
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct ExactAUCOptions {
  std::string curve = "ROC";  ///< "ROC", or "PR": average precision
  std::string name = "auc";
};
/// ROC: the chance that a yes scores above a no, ties counting half, over the whole set (AUC is Keras's, of 200 thresholds). PR: sum of precision
/// times gain in recall over the distinct scores. Targets and predictions are [batch] or [batch, 1]; several columns are averaged. NaN when a
/// column has one class only.
class ExactAUC : public Metric { public: explicit ExactAUC(ExactAUCOptions options = {}); };

}  // namespace candor
