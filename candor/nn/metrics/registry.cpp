// Class name -> metric.
#include "candor/base/error.h"
#include "candor/nn/metrics.h"

namespace candor {

Metric metric_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config* found = config.find("config");
  const Config c = found ? *found : Config::map();
  const auto name = [&](const char* fallback) { return c.get("name", fallback); };
  std::optional<double> threshold;
  for (const char* key : {"threshold", "thresholds"}) {
    if (const Config* value = c.find(key); value && value->is_number()) threshold = value->number();
  }
  if (kind == "Accuracy") return Accuracy({.threshold = threshold, .name = name("accuracy")});
  if (kind == "BinaryAccuracy") return BinaryAccuracy({.threshold = threshold, .name = name("binary_accuracy")});
  if (kind == "CategoricalAccuracy") return CategoricalAccuracy({.name = name("categorical_accuracy")});
  if (kind == "SparseCategoricalAccuracy") return SparseCategoricalAccuracy({.name = name("sparse_categorical_accuracy")});
  if (kind == "TopKCategoricalAccuracy") return TopKCategoricalAccuracy({.k = static_cast<int>(c.get("k", 5)), .name = name("top_k_categorical_accuracy")});
  if (kind == "Precision") return Precision({.threshold = threshold, .name = name("precision")});
  if (kind == "Recall") return Recall({.threshold = threshold, .name = name("recall")});
  if (kind == "MeanAbsoluteError") return MeanAbsoluteErrorMetric({.name = name("mean_absolute_error")});
  if (kind == "MeanSquaredError") return MeanSquaredErrorMetric({.name = name("mean_squared_error")});
  if (kind == "RootMeanSquaredError") return RootMeanSquaredError({.name = name("root_mean_squared_error")});
  if (kind == "R2Score") return R2Score({.name = name("r2_score")});
  if (kind == "AUC") return AUC({.curve = c.get("curve", "ROC"), .name = name("auc")});
  try {
    return loss_from_config(config);
  } catch (const Error&) {
  }
  fail(ErrorKind::corrupt, "metric: the class '" + kind + "' is not known");
}

}  // namespace candor
