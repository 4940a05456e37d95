// What is right and wrong at thresholds: the counts behind precision, recall, AUC and their relatives. Internal to metrics.
#pragma once

#include <optional>
#include <vector>

#include "candor/nn/metrics/metric_body.h"

namespace candor::detail {

/// Weights of true and false positives and negatives, f64 [thresholds] or [thresholds, labels].
struct Confusion {
  Tensor true_positives, false_positives, true_negatives, false_negatives;
};

struct ConfusionOptions {
  std::vector<double> thresholds;  ///< yes: above it
  std::optional<int> top_k = {};   ///< only the k largest scores along the last axis can be yes
  std::optional<int> class_id = {};  ///< only this entry of the last axis counts
  bool multi_label = false;        ///< one count a column
  std::vector<double> label_weights = {};  ///< a factor for each column; not with multi_label
};

/// Targets are yes where they are not 0. Sample weights as in Metric::update. Throws Error (shape) naming `who`.
Confusion count_confusion(const std::string& who, const ConfusionOptions& options, const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight);

/// count + 2 thresholds from below 0 to above 1, evenly; `margin` puts the outer ones 1e-7 outside.
std::vector<double> even_thresholds(int count, bool margin);

}  // namespace candor::detail
