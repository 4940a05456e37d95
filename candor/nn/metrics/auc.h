// Areas under curves over many thresholds, and the best point of a curve that meets a condition. All four counts are kept, so that a compiled step
// adds to them. Targets are yes where they are not 0; predictions are probabilities.
#pragma once

#include <optional>
#include <vector>

#include "candor/nn/metrics/metric.h"

namespace candor {

struct AUCOptions {
  int num_thresholds = 200;
  std::string curve = "ROC";                         ///< "ROC", "PR" (precision over recall) or "PRGAIN" (Flach, Kull 2015)
  std::string summation_method = "interpolation";    ///< or "minoring", "majoring": the lower or upper bound
  std::string name = "auc";
  std::vector<double> thresholds{};               ///< in place of num_thresholds, within [0, 1]; 0 and 1 are added
  bool multi_label = false;                          ///< one curve a column of predictions [batch, labels], then their mean
  std::optional<std::int64_t> num_labels{};                ///< with multi_label: the number of columns; else taken from the first batch
  std::vector<double> label_weights{};            ///< of the columns
  bool from_logits = false;                          ///< also set by the model's loss
};
/// Keras's area under a curve of thresholds. ExactAUC has none, and needs all predictions at once.
class AUC : public Metric { public: explicit AUC(AUCOptions options = {}); };

struct OperatingOptions {
  int num_thresholds = 200;
  std::optional<std::int64_t> class_id{};  ///< judge this class of the last axis alone
  std::string name{};             ///< empty: Keras's, "sensitivity_at_specificity"
};
/// The largest sensitivity (recall) over all thresholds where specificity (true negatives / all no) is at least `specificity`; 0 when there is none.
class SensitivityAtSpecificity : public Metric { public: explicit SensitivityAtSpecificity(double specificity, OperatingOptions options = {}); };
class SpecificityAtSensitivity : public Metric { public: explicit SpecificityAtSensitivity(double sensitivity, OperatingOptions options = {}); };
class PrecisionAtRecall : public Metric { public: explicit PrecisionAtRecall(double recall, OperatingOptions options = {}); };
class RecallAtPrecision : public Metric { public: explicit RecallAtPrecision(double precision, OperatingOptions options = {}); };

}  // namespace candor
