// Shares of right answers.
#pragma once

#include <optional>

#include "candor/nn/metrics/metric.h"

namespace candor {

struct AccuracyOptions {
  std::optional<double> threshold{};  ///< for yes/no predictions; none: 0.5, or 0 for logits
  std::string name = "accuracy";
};
/// The share of right predictions, what Keras chooses for "accuracy". Whole-number predictions must equal the targets (Keras's class Accuracy).
/// Else by the shapes: class numbers against scores (one axis more), one-hot against scores (same shape, last
/// axis > 1, one answer a row), or yes/no against probabilities.
class Accuracy : public Metric { public: explicit Accuracy(AccuracyOptions options = {}); };

struct BinaryAccuracyOptions {
  std::optional<double> threshold{};
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
/// The right class (one-hot or, beyond Keras, a number) is among the k largest scores; ties count.
class TopKCategoricalAccuracy : public Metric { public: explicit TopKCategoricalAccuracy(TopKOptions options = {}); };

struct SparseTopKOptions {
  int k = 5;
  std::string name = "sparse_top_k_categorical_accuracy";
  bool from_sorted_ids = false;  ///< predictions are class numbers, the most likely first
};
/// Class numbers, among the k largest scores.
class SparseTopKCategoricalAccuracy : public Metric { public: explicit SparseTopKCategoricalAccuracy(SparseTopKOptions options = {}); };

}  // namespace candor
