#include "candor/nn/metrics/auc.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/nn/metrics/confusion.h"
#include "candor/ops/activation.h"

namespace candor {
namespace {

using detail::divide;

/// Counts of one curve, one a threshold.
struct Curve {
  std::vector<double> tp, fp, tn, fn;
};

void require_one_of(const char* what, const std::string& got, std::initializer_list<const char*> allowed) {
  std::string names;
  for (const char* one : allowed) {
    if (got == one) return;
    names += (names.empty() ? "" : ", ") + std::string(one);
  }
  fail(ErrorKind::invalid_argument, std::string("AUC: ") + what + " must be one of " + names + ", not '" + got + "'");
}

/// Davis, Goadrich 2006: between two thresholds true positives grow in proportion to all positives.
double interpolated_pr(const Curve& c) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < c.tp.size(); ++i) {
    const double dtp = c.tp[i] - c.tp[i + 1], p0 = c.tp[i] + c.fp[i], p1 = c.tp[i + 1] + c.fp[i + 1];
    const double slope = divide(dtp, std::max(p0 - p1, 0.0)), intercept = c.tp[i + 1] - slope * p1;
    const double ratio = p0 > 0 && p1 > 0 ? p0 / p1 : 1;
    sum += divide(slope * (dtp + intercept * std::log(ratio)), std::max(c.tp[i + 1] + c.fn[i + 1], 0.0));
  }
  return sum;
}

double area(const Curve& c, const std::string& curve, const std::string& method) {
  if (curve == "PR" && method == "interpolation") return interpolated_pr(c);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < c.tp.size(); ++i) {
    const double recall = divide(c.tp[i], c.tp[i] + c.fn[i]);
    if (curve == "ROC") {
      x.push_back(divide(c.fp[i], c.fp[i] + c.tn[i]));
      y.push_back(recall);
    } else if (curve == "PR") {
      x.push_back(recall);
      y.push_back(divide(c.tp[i], c.tp[i] + c.fp[i]));
    } else {
      const double scale = divide(c.tp[i] + c.fn[i], c.tn[i] + c.fp[i]);
      x.push_back(c.tp[i] == 0 ? 0 : std::max(1 - scale * divide(c.fn[i], c.tp[i]), 0.0));
      y.push_back(c.tp[i] == 0 ? 1 : 1 - scale * divide(c.fp[i], c.tp[i]));
    }
  }
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double height = method == "interpolation" ? (y[i] + y[i + 1]) / 2 : method == "minoring" ? std::min(y[i], y[i + 1]) : std::max(y[i], y[i + 1]);
    sum += (x[i] - x[i + 1]) * height;
  }
  return sum;
}

class CurveBody : public detail::MetricBody {
 public:
  using MetricBody::MetricBody;

 protected:
  void add_counters(const Shape& shape) {
    for (const char* part : {"true_positives", "false_positives", "true_negatives", "false_negatives"}) add_state(part, shape);
  }
  void add(const detail::Confusion& c) {
    add_to(0, c.true_positives);
    add_to(1, c.false_positives);
    add_to(2, c.true_negatives);
    add_to(3, c.false_negatives);
  }
  /// The curve of column `label` of `labels`.
  Curve curve(std::size_t label = 0, std::size_t labels = 1) const {
    const auto part = [&](std::size_t i) {
      const std::vector<double> all = counted(i);
      std::vector<double> column;
      for (std::size_t at = label; at < all.size(); at += labels) column.push_back(all[at]);
      return column;
    };
    return {part(0), part(1), part(2), part(3)};
  }
};

class AUCBody final : public CurveBody {
 public:
  explicit AUCBody(AUCOptions o) : CurveBody(o.name), o_(std::move(o)), from_logits_(o_.from_logits) {
    require_one_of("curve", o_.curve, {"ROC", "PR", "PRGAIN"});
    require_one_of("summation_method", o_.summation_method, {"interpolation", "minoring", "majoring"});
    if (o_.num_labels && !o_.multi_label) fail(ErrorKind::invalid_argument, "AUC: num_labels goes with multi_label");
    if (o_.thresholds.empty()) {
      if (o_.num_thresholds < 2) fail(ErrorKind::invalid_argument, "AUC: num_thresholds must be at least 2, not " + std::to_string(o_.num_thresholds));
      counting_.thresholds = detail::even_thresholds(o_.num_thresholds, true);
    } else {
      counting_.thresholds = o_.thresholds;
      std::sort(counting_.thresholds.begin(), counting_.thresholds.end());
      if (counting_.thresholds.front() < 0 || counting_.thresholds.back() > 1) fail(ErrorKind::invalid_argument, "AUC: thresholds must lie in [0, 1]");
      const std::vector<double> ends = detail::even_thresholds(2, true);
      counting_.thresholds.insert(counting_.thresholds.begin(), ends[0]);
      counting_.thresholds.push_back(ends[1]);
      o_.num_thresholds = static_cast<int>(counting_.thresholds.size());
    }
    counting_.multi_label = o_.multi_label;
    if (!o_.multi_label) counting_.label_weights = o_.label_weights;
    if (!o_.multi_label) add_counters({o_.num_thresholds});
    else if (o_.num_labels) add_counters({o_.num_thresholds, *o_.num_labels});
  }
  std::string kind() const override { return "AUC"; }
  Config options() const override {
    Config c{{"num_thresholds", o_.num_thresholds}, {"curve", o_.curve}, {"summation_method", o_.summation_method}, {"multi_label", o_.multi_label}, {"num_labels", o_.num_labels ? Config(*o_.num_labels) : Config()}};
    c.set("label_weights", o_.label_weights.empty() ? Config() : Config{{"class_name", "__tensor__"}, {"config", {{"dtype", "float32"}, {"value", Config::numbers(o_.label_weights)}}}});
    c.set("from_logits", o_.from_logits);
    if (!o_.thresholds.empty()) c.set("thresholds", Config::numbers({counting_.thresholds.begin() + 1, counting_.thresholds.end() - 1}));
    return c;
  }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<AUCBody>(o_);
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits || o_.from_logits; }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const detail::Confusion counts = detail::count_confusion(name(), counting_, y_true, from_logits_ ? sigmoid(y_pred) : y_pred, weight);
    if (state().empty()) add_counters(counts.true_positives.shape());
    if (counts.true_positives.shape() != state()[0].second.shape()) {
      fail(ErrorKind::shape, name() + ": has counted " + std::to_string(state()[0].second.shape()[-1]) + " labels, now there are " + std::to_string(y_pred.shape(-1)));
    }
    add(counts);
  }
  std::vector<double> results() const override {
    if (state().empty()) return {0};
    const std::size_t labels = o_.multi_label ? static_cast<std::size_t>(state()[0].second.shape()[1]) : 1;
    if (o_.multi_label && !o_.label_weights.empty() && o_.label_weights.size() != labels) {
      fail(ErrorKind::invalid_argument, name() + ": there are " + std::to_string(o_.label_weights.size()) + " label_weights for " + std::to_string(labels) + " labels");
    }
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < labels; ++i) {
      const double weight = o_.multi_label && !o_.label_weights.empty() ? o_.label_weights[i] : 1;
      sum += weight * area(curve(i, labels), o_.curve, o_.summation_method);
      weights += weight;
    }
    return {divide(sum, weights)};
  }

 private:
  AUCOptions o_;
  detail::ConfusionOptions counting_;
  bool from_logits_;
};

struct Operating {
  const char *kind, *name, *value;
  double (*held)(double tp, double fp, double tn, double fn);    ///< at least the value
  double (*sought)(double tp, double fp, double tn, double fn);  ///< the largest
};
double sensitivity_of(double tp, double, double, double fn) { return divide(tp, tp + fn); }
double specificity_of(double, double fp, double tn, double) { return divide(tn, tn + fp); }
double precision_of(double tp, double fp, double, double) { return divide(tp, tp + fp); }
constexpr Operating sensitivity_at{"SensitivityAtSpecificity", "sensitivity_at_specificity", "specificity", specificity_of, sensitivity_of};
constexpr Operating specificity_at{"SpecificityAtSensitivity", "specificity_at_sensitivity", "sensitivity", sensitivity_of, specificity_of};
constexpr Operating precision_at{"PrecisionAtRecall", "precision_at_recall", "recall", sensitivity_of, precision_of};
constexpr Operating recall_at{"RecallAtPrecision", "recall_at_precision", "precision", precision_of, sensitivity_of};

class OperatingBody final : public CurveBody {
 public:
  OperatingBody(const Operating& what, double value, OperatingOptions o) : CurveBody(o.name.empty() ? what.name : o.name), what_(what), value_(value), o_(std::move(o)) {
    if (!(value >= 0 && value <= 1)) fail(ErrorKind::invalid_argument, std::string(what.kind) + ": " + what.value + " must lie in [0, 1], not " + to_string(Config(value)));
    if (o_.num_thresholds < 1) fail(ErrorKind::invalid_argument, std::string(what.kind) + ": num_thresholds must be at least 1, not " + std::to_string(o_.num_thresholds));
    if (o_.class_id && *o_.class_id < 0) fail(ErrorKind::invalid_argument, std::string(what.kind) + ": class_id must not be negative, not " + std::to_string(*o_.class_id));
    counting_ = {.thresholds = o_.num_thresholds == 1 ? std::vector<double>{0.5} : detail::even_thresholds(o_.num_thresholds, false), .class_id = o_.class_id};
    add_counters({o_.num_thresholds});
  }
  std::string kind() const override { return what_.kind; }
  Config options() const override {
    return {{"class_id", o_.class_id ? Config(*o_.class_id) : Config()}, {"num_thresholds", o_.num_thresholds}, {what_.value, value_}};
  }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<OperatingBody>(what_, value_, o_);
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits; }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    add(detail::count_confusion(name(), counting_, y_true, from_logits_ ? sigmoid(y_pred) : y_pred, weight));
  }
  std::vector<double> results() const override {
    const Curve c = curve();
    double best = 0;
    for (std::size_t i = 0; i < c.tp.size(); ++i) {
      // Counters are f64 here: what Keras takes for equal in f32 is.
      if (static_cast<float>(what_.held(c.tp[i], c.fp[i], c.tn[i], c.fn[i])) >= static_cast<float>(value_)) best = std::max(best, what_.sought(c.tp[i], c.fp[i], c.tn[i], c.fn[i]));
    }
    return {best};
  }

 private:
  const Operating& what_;
  double value_;
  OperatingOptions o_;
  detail::ConfusionOptions counting_;
  bool from_logits_ = false;
};

}  // namespace

AUC::AUC(AUCOptions options) : Metric(std::make_shared<AUCBody>(std::move(options))) {}
SensitivityAtSpecificity::SensitivityAtSpecificity(double specificity, OperatingOptions o) : Metric(std::make_shared<OperatingBody>(sensitivity_at, specificity, std::move(o))) {}
SpecificityAtSensitivity::SpecificityAtSensitivity(double sensitivity, OperatingOptions o) : Metric(std::make_shared<OperatingBody>(specificity_at, sensitivity, std::move(o))) {}
PrecisionAtRecall::PrecisionAtRecall(double recall, OperatingOptions o) : Metric(std::make_shared<OperatingBody>(precision_at, recall, std::move(o))) {}
RecallAtPrecision::RecallAtPrecision(double precision, OperatingOptions o) : Metric(std::make_shared<OperatingBody>(recall_at, precision, std::move(o))) {}

}  // namespace candor
