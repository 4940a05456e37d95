// The area under a curve of thresholds, exact.
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct AUCOptions {
  std::string curve = "ROC";  ///< "ROC", or "PR": average precision
  std::string name = "auc";
};
/// ROC: the chance that a yes scores above a no, ties counting half, over the whole set (no thresholds, unlike Keras). PR: sum of precision
/// times gain in recall over the distinct scores. Targets and predictions are [batch] or [batch, 1]; several columns are averaged. NaN when a
/// column has one class only.
class AUC : public Metric { public: explicit AUC(AUCOptions options = {}); };

}  // namespace candor
