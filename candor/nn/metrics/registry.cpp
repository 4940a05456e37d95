// Class name -> metric.
#include <array>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/metrics/metric_body.h"

namespace candor {
namespace {

std::optional<int> whole(const Config& c, const char* key) {
  const Config* value = c.find(key);
  if (!value || value->is_null()) return std::nullopt;
  return static_cast<int>(value->integer());
}
std::optional<double> real(const Config& c, const char* key) {
  const Config* value = c.find(key);
  if (!value || value->is_null()) return std::nullopt;
  return value->number();
}
std::vector<double> reals(const Config& c, const char* key) {
  const Config* value = c.find(key);
  if (!value || value->is_null()) return {};
  if (value->is_map()) return value->at("config").at("value").to_numbers();  // how Keras stores an array
  if (value->is_number()) return {value->number()};
  return value->to_numbers();
}
std::vector<int> wholes(const Config& c, const char* key) {
  std::vector<int> all;
  for (std::int64_t v : c.at(key).to_integers()) all.push_back(static_cast<int>(v));
  return all;
}
/// null stands for "".
std::string text(const Config& c, const char* key, const char* fallback) {
  const Config* value = c.find(key);
  return !value ? fallback : value->is_null() ? "" : value->text();
}
int axis_of(const Config& c) { return static_cast<int>(c.get("axis", -1)); }

/// The loss of the same numbers, as a mean.
Metric loss_metric(const char* kind, const Config& c) {
  Config options = Config::map();
  for (const auto& [key, value] : c.entries()) {
    if (key != "dtype" && key != "name") options.set(key, value);
  }
  const Loss loss = loss_from_config({{"class_name", kind}, {"config", options}});
  return loss;
}

Metric thresholds_of(const char* kind, const Config& c) {
  ThresholdOptions o{.thresholds = reals(c, "thresholds"), .top_k = whole(c, "top_k"), .class_id = whole(c, "class_id")};
  if (std::string_view(kind) == "Precision") return Precision(std::move(o));
  return Recall(std::move(o));
}
OperatingOptions operating(const Config& c) { return {.num_thresholds = static_cast<int>(c.get("num_thresholds", 200)), .class_id = whole(c, "class_id")}; }
IoUOptions iou_options(const Config& c) {
  return {.ignore_class = whole(c, "ignore_class"), .sparse_y_true = c.get("sparse_y_true", true), .sparse_y_pred = c.get("sparse_y_pred", true), .axis = axis_of(c)};
}
OneHotIoUOptions one_hot_options(const Config& c) { return {.ignore_class = whole(c, "ignore_class"), .sparse_y_pred = c.get("sparse_y_pred", false), .axis = axis_of(c)}; }
int classes(const Config& c) { return static_cast<int>(c.at("num_classes").integer()); }

Metric auc(const char*, const Config& c) {
  return AUC({.num_thresholds = static_cast<int>(c.get("num_thresholds", 200)), .curve = c.get("curve", "ROC"), .summation_method = c.get("summation_method", "interpolation"),
              .thresholds = reals(c, "thresholds"), .multi_label = c.get("multi_label", false), .num_labels = whole(c, "num_labels"), .label_weights = reals(c, "label_weights"),
              .from_logits = c.get("from_logits", false)});
}
Metric binary_iou(const char*, const Config& c) {
  BinaryIoUOptions o{.threshold = c.get("threshold", 0.5)};
  if (c.find("target_class_ids")) o.target_class_ids = wholes(c, "target_class_ids");
  return BinaryIoU(std::move(o));
}

/// fn is a loss or another metric of means; other keys are its options.
Metric wrapper(const char*, const Config& c) {
  const Config& fn = c.at("fn");
  Config inner = fn;
  if (fn.is_map() && fn.at("class_name").text() == "function") {
    Config options = Config::map();
    for (const auto& [key, value] : c.entries()) {
      if (key != "fn" && key != "name" && key != "dtype") options.set(key, value);
    }
    inner = {{"class_name", fn.at("config").text()}, {"config", options}};
  }
  const Loss loss = loss_from_config(inner);
  return Metric(std::make_shared<detail::MeanOfBody>("MeanMetricWrapper", "mean_metric_wrapper", Config{{"fn", fn}}, false,
                                                     [loss](const Tensor& t, const Tensor& p) { return loss.values(t, p); }));
}

struct Row {
  const char* kind;
  const char* function;  ///< Keras's snake case, also of the function of the same numbers
  const char* brief;     ///< Keras's short form, or null
  Metric (*make)(const char* kind, const Config& options);
};

const std::array rows = {
    Row{"AUC", "auc", nullptr, auc},
    Row{"Accuracy", "accuracy", "acc", [](const char*, const Config& c) -> Metric { return Accuracy({.threshold = real(c, "threshold")}); }},
    Row{"BinaryAccuracy", "binary_accuracy", nullptr, [](const char*, const Config& c) -> Metric { return BinaryAccuracy({.threshold = real(c, "threshold")}); }},
    Row{"BinaryCrossentropy", "binary_crossentropy", "bce", loss_metric},
    Row{"BinaryIoU", "binary_io_u", nullptr, binary_iou},
    Row{"CategoricalAccuracy", "categorical_accuracy", nullptr, [](const char*, const Config&) -> Metric { return CategoricalAccuracy(); }},
    Row{"CategoricalCrossentropy", "categorical_crossentropy", nullptr, loss_metric},
    Row{"CategoricalHinge", "categorical_hinge", nullptr, loss_metric},
    Row{"ConcordanceCorrelation", "concordance_correlation", nullptr, [](const char*, const Config& c) -> Metric { return ConcordanceCorrelation({.axis = axis_of(c)}); }},
    Row{"CosineSimilarity", "cosine_similarity", nullptr, [](const char*, const Config& c) -> Metric { return CosineSimilarityMetric({.axis = axis_of(c)}); }},
    Row{"ExactAUC", "exact_auc", nullptr, [](const char*, const Config& c) -> Metric { return ExactAUC({.curve = c.get("curve", "ROC")}); }},
    Row{"F1Score", "f1_score", nullptr, [](const char*, const Config& c) -> Metric { return F1Score({.average = text(c, "average", ""), .threshold = real(c, "threshold")}); }},
    Row{"FBetaScore", "fbeta_score", nullptr,
        [](const char*, const Config& c) -> Metric { return FBetaScore({.average = text(c, "average", ""), .beta = c.get("beta", 1.0), .threshold = real(c, "threshold")}); }},
    Row{"FalseNegatives", "false_negatives", nullptr, [](const char*, const Config& c) -> Metric { return FalseNegatives({.thresholds = reals(c, "thresholds")}); }},
    Row{"FalsePositives", "false_positives", nullptr, [](const char*, const Config& c) -> Metric { return FalsePositives({.thresholds = reals(c, "thresholds")}); }},
    Row{"Hinge", "hinge", nullptr, loss_metric},
    Row{"IoU", "io_u", nullptr, [](const char*, const Config& c) -> Metric { return IoU(classes(c), wholes(c, "target_class_ids"), iou_options(c)); }},
    Row{"KLDivergence", "kl_divergence", "kld", loss_metric},
    Row{"LogCoshError", "log_cosh_error", "logcosh", [](const char*, const Config&) -> Metric { return LogCoshError(); }},
    Row{"Mean", "mean", nullptr, [](const char*, const Config&) -> Metric { return Mean(); }},
    Row{"MeanAbsoluteError", "mean_absolute_error", "mae", loss_metric},
    Row{"MeanAbsolutePercentageError", "mean_absolute_percentage_error", "mape", loss_metric},
    Row{"MeanIoU", "mean_io_u", nullptr, [](const char*, const Config& c) -> Metric { return MeanIoU(classes(c), iou_options(c)); }},
    Row{"MeanMetricWrapper", "mean_metric_wrapper", nullptr, wrapper},
    Row{"MeanSquaredError", "mean_squared_error", "mse", loss_metric},
    Row{"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", "msle", loss_metric},
    Row{"OneHotIoU", "one_hot_io_u", nullptr, [](const char*, const Config& c) -> Metric { return OneHotIoU(classes(c), wholes(c, "target_class_ids"), one_hot_options(c)); }},
    Row{"OneHotMeanIoU", "one_hot_mean_io_u", nullptr, [](const char*, const Config& c) -> Metric { return OneHotMeanIoU(classes(c), one_hot_options(c)); }},
    Row{"PearsonCorrelation", "pearson_correlation", nullptr, [](const char*, const Config& c) -> Metric { return PearsonCorrelation({.axis = axis_of(c)}); }},
    Row{"Poisson", "poisson", nullptr, loss_metric},
    Row{"Precision", "precision", nullptr, thresholds_of},
    Row{"PrecisionAtRecall", "precision_at_recall", nullptr, [](const char*, const Config& c) -> Metric { return PrecisionAtRecall(c.at("recall").number(), operating(c)); }},
    Row{"R2Score", "r2_score", "r2",
        [](const char*, const Config& c) -> Metric {
          return R2Score({.class_aggregation = text(c, "class_aggregation", "uniform_average"), .num_regressors = static_cast<int>(c.get("num_regressors", 0))});
        }},
    Row{"Recall", "recall", nullptr, thresholds_of},
    Row{"RecallAtPrecision", "recall_at_precision", nullptr, [](const char*, const Config& c) -> Metric { return RecallAtPrecision(c.at("precision").number(), operating(c)); }},
    Row{"RootMeanSquaredError", "root_mean_squared_error", "rmse", [](const char*, const Config&) -> Metric { return RootMeanSquaredError(); }},
    Row{"SensitivityAtSpecificity", "sensitivity_at_specificity", nullptr,
        [](const char*, const Config& c) -> Metric { return SensitivityAtSpecificity(c.at("specificity").number(), operating(c)); }},
    Row{"SparseCategoricalAccuracy", "sparse_categorical_accuracy", nullptr, [](const char*, const Config&) -> Metric { return SparseCategoricalAccuracy(); }},
    Row{"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", nullptr, loss_metric},
    Row{"SparseTopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy", nullptr,
        [](const char*, const Config& c) -> Metric {
          return SparseTopKCategoricalAccuracy({.k = static_cast<int>(c.get("k", 5)), .from_sorted_ids = c.get("from_sorted_ids", false)});
        }},
    Row{"SpecificityAtSensitivity", "specificity_at_sensitivity", nullptr,
        [](const char*, const Config& c) -> Metric { return SpecificityAtSensitivity(c.at("sensitivity").number(), operating(c)); }},
    Row{"SquaredHinge", "squared_hinge", nullptr, loss_metric},
    Row{"Sum", "sum", nullptr, [](const char*, const Config&) -> Metric { return Sum(); }},
    Row{"TopKCategoricalAccuracy", "top_k_categorical_accuracy", nullptr,
        [](const char*, const Config& c) -> Metric { return TopKCategoricalAccuracy({.k = static_cast<int>(c.get("k", 5))}); }},
    Row{"TrueNegatives", "true_negatives", nullptr, [](const char*, const Config& c) -> Metric { return TrueNegatives({.thresholds = reals(c, "thresholds")}); }},
    Row{"TruePositives", "true_positives", nullptr, [](const char*, const Config& c) -> Metric { return TruePositives({.thresholds = reals(c, "thresholds")}); }},
};

/// "MSE" is "mse", as in Keras.
std::string lower(std::string s) {
  for (char& c : s) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return s;
}

bool known_loss(const std::string& kind) {
  for (const std::string& name : loss_names()) {
    if (kind == name) return true;
  }
  return false;
}

}  // namespace

Metric metric_from_config(const Config& config) {
  const bool named = config.is_text();
  // Keras writes a function as {"class_name": "function", "config": "mean_squared_error"}.
  if (!named && config.at("class_name").text() == "function") return metric_from_config(config.at("config"));
  const std::string& kind = named ? config.text() : config.at("class_name").text();
  const Config* found = named ? nullptr : config.find("config");
  const Config options = found ? *found : Config::map();
  const auto called = [&](const Metric& metric) {
    const std::string given = named ? kind : options.get("name", "");  // Keras shows a name as it was typed
    if (!given.empty()) metric.handle()->rename(given);
    return metric;
  };
  for (const Row& row : rows) {
    if (kind != row.kind && kind != row.function && !(row.brief && lower(kind) == row.brief)) continue;
    return called(row.make(row.kind, options));
  }
  if (known_loss(kind)) return called(loss_metric(kind.c_str(), options));
  if (named) {
    try {
      return called(Loss(kind.c_str()));
    } catch (const Error&) {  // the message below lists metrics
    }
  }
  std::string names, plain = kind;
  std::vector<std::string> known;
  for (const Row& row : rows) names += (names.empty() ? "" : ", ") + std::string(row.kind), known.emplace_back(row.kind);
  std::erase(plain, '_');
  fail(named ? ErrorKind::not_found : ErrorKind::corrupt, "metric: the class '" + kind + "' is not known" + did_you_mean(plain, known) + "; there are " + names + ", and all losses");
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

}  // namespace candor
