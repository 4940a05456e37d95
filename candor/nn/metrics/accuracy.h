// Shares of right answers.
#pragma once

#include <optional>

#include "candor/nn/metrics/metric.h"

namespace candor {

struct AccuracyOptions {
  std::optional<double> threshold = {};  ///< for yes/no predictions; none: 0.5, or 0 for logits
  std::string name = "accuracy";
};
/// The share of right predictions. By the shapes: class numbers against scores (one axis more), one-hot against scores (same shape, last
/// axis > 1, one answer a row), or yes/no against probabilities.
class Accuracy : public Metric { public: explicit Accuracy(AccuracyOptions options = {}); };

struct BinaryAccuracyOptions {
  std::optional<double> threshold = {};
  std::string name = "binary_accuracy";
};
/// The share of elements on the right side of the threshold; targets have the shape of the predictions.
class BinaryAccuracy : public Metric { public: explicit BinaryAccuracy(BinaryAccuracyOptions options = {}); };

struct CategoricalAccuracyOptions { std::string name = "categorical_accuracy"; };
/// One-hot targets, the largest score wins.
class CategoricalAccuracy : public Metric { public: explicit CategoricalAccuracy(CategoricalAccuracyOptions options = {}); };

struct SparseCategoricalAccuracyOptions { std::string name = "sparse_categorical_accuracy"; };
/// Class numbers, the largest score wins.
class SparseCategoricalAccuracy : public Metric { public: explicit SparseCategoricalAccuracy(SparseCategoricalAccuracyOptions options = {}); };

struct TopKOptions {
  int k = 5;
  std::string name = "top_k_categorical_accuracy";
};
/// The right class (number or one-hot) is among the k largest scores.
class TopKCategoricalAccuracy : public Metric { public: explicit TopKCategoricalAccuracy(TopKOptions options = {}); };

struct ThresholdOptions {
  std::optional<double> threshold = {};  ///< none: 0.5, or 0 for logits
  std::string name = {};                 ///< empty: "precision", "recall"
};
/// Of the predicted yes, the share that is yes.
class Precision : public Metric { public: explicit Precision(ThresholdOptions options = {}); };
/// Of the yes, the share predicted yes.
class Recall : public Metric { public: explicit Recall(ThresholdOptions options = {}); };

}  // namespace candor
