// How far numbers are off. Targets have the shape of the predictions, or [batch] against [batch, 1].
#pragma once

#include "candor/nn/metrics/metric.h"

namespace candor {

struct MetricOptions {
  std::string name{};  ///< empty: Keras's, "mean_absolute_error" or "mae"
};
/// Mean of |p - t|.
class MeanAbsoluteErrorMetric : public Metric { public: explicit MeanAbsoluteErrorMetric(MetricOptions options = {}); };
/// Mean of (p - t)^2.
class MeanSquaredErrorMetric : public Metric { public: explicit MeanSquaredErrorMetric(MetricOptions options = {}); };
/// Root of the mean of (p - t)^2 over the whole set.
class RootMeanSquaredError : public Metric { public: explicit RootMeanSquaredError(MetricOptions options = {}); };
struct CosineMetricOptions {
  std::string name = "cosine_similarity";
  int axis = -1;
};
/// Mean of the cosine of the angle between targets and predictions along `axis`.
class CosineSimilarityMetric : public Metric { public: explicit CosineSimilarityMetric(CosineMetricOptions options = {}); };
/// Mean of log(cosh(p - t)).
class LogCoshError : public Metric { public: explicit LogCoshError(MetricOptions options = {}); };

struct R2Options {
  std::string class_aggregation = "uniform_average";  ///< over outputs: or "variance_weighted_average", or empty (None): one number an output
  int num_regressors = 0;                             ///< for the adjusted R2: the number of input features; 0: not adjusted
  std::string name = "r2_score";
};
/// 1 - sum((t - p)^2) / sum((t - mean t)^2) over the whole set, for each output. 0 is as good as the mean of the targets; NaN when nothing was counted.
class R2Score : public Metric { public: explicit R2Score(R2Options options = {}); };
/// Short names.
using MAE = MeanAbsoluteErrorMetric;
using MSE = MeanSquaredErrorMetric;
using RMSE = RootMeanSquaredError;
using R2 = R2Score;

}  // namespace candor
