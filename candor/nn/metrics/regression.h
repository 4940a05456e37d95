// How far numbers are off. Targets have the shape of the predictions, or [batch] against [batch, 1].
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct MetricOptions {
  std::string name = {};  ///< empty: Keras's, "mean_absolute_error" or "mae"
};
/// Mean of |p - t|.
class MeanAbsoluteErrorMetric : public Metric { public: explicit MeanAbsoluteErrorMetric(MetricOptions options = {}); };
/// Mean of (p - t)^2.
class MeanSquaredErrorMetric : public Metric { public: explicit MeanSquaredErrorMetric(MetricOptions options = {}); };
/// Root of the mean of (p - t)^2 over the whole set.
class RootMeanSquaredError : public Metric { public: explicit RootMeanSquaredError(MetricOptions options = {}); };
/// 1 - sum((t - p)^2) / sum((t - mean t)^2) over the whole set, for each output, then their mean. 0 is as good as the mean of the targets.
class R2Score : public Metric { public: explicit R2Score(MetricOptions options = {}); };
/// Short names.
using MAE = MeanAbsoluteErrorMetric;
using MSE = MeanSquaredErrorMetric;
using RMSE = RootMeanSquaredError;
using R2 = R2Score;

}  // namespace candor
