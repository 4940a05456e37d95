// Yes or no at thresholds: what was hit and missed, precision and recall. Targets are yes where they are not 0 and have the shape of the predictions.
#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "candor/nn/metrics/metric.h"

namespace candor {

/// One threshold or several: then the metric has one number for each. Empty: 0.5, or 0 for logits.
struct Thresholds {
  Thresholds() = default;
  Thresholds(double one);
  Thresholds(std::initializer_list<double> each);
  Thresholds(std::vector<double> each);
  std::vector<double> values{};
  bool operator==(const Thresholds& other) const;
};

struct CountOptions {
  Thresholds thresholds{};
  std::string name{};  ///< empty: Keras's, "true_positives"
};
/// Weight of the yes that were predicted yes.
class TruePositives : public Metric { public: explicit TruePositives(CountOptions options = {}); };
/// Weight of the no that were predicted yes.
class FalsePositives : public Metric { public: explicit FalsePositives(CountOptions options = {}); };
/// Weight of the no that were predicted no.
class TrueNegatives : public Metric { public: explicit TrueNegatives(CountOptions options = {}); };
/// Weight of the yes that were predicted no.
class FalseNegatives : public Metric { public: explicit FalseNegatives(CountOptions options = {}); };

struct ThresholdOptions {
  Thresholds thresholds{};
  std::optional<std::int64_t> top_k{};     ///< yes are the k largest scores of the last axis (above the thresholds, if any are given)
  std::optional<std::int64_t> class_id{};  ///< judge this class of the last axis alone
  std::string name{};             ///< empty: "precision", "recall"
};
/// Of the predicted yes, the share that is yes; 0 when nothing was predicted yes.
class Precision : public Metric { public: explicit Precision(ThresholdOptions options = {}); };
/// Of the yes, the share predicted yes.
class Recall : public Metric { public: explicit Recall(ThresholdOptions options = {}); };

}  // namespace candor
