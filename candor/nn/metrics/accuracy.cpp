#include "candor/nn/metrics/accuracy.h"

#include <limits>

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

enum class Way { automatic, binary, categorical, sparse, top_k };

/// [rows] or [rows, 1] targets of whole numbers against [rows, classes]: flat class numbers.
Tensor class_numbers(const std::string& who, const Tensor& y_true, const Tensor& y_pred) {
  const Shape rows = y_pred.shape().without(-1);
  if (y_true.shape() == rows) return cast(y_true, DType::i64);
  if (y_true.rank() == y_pred.rank() && y_true.shape(-1) == 1 && y_true.shape().without(-1) == rows) return cast(reshape(y_true, rows), DType::i64);
  fail(ErrorKind::shape, who + ": class numbers " + to_string(y_true.shape()) + " do not fit predictions " + to_string(y_pred.shape()));
}

[[noreturn]] void differ(const std::string& who, const Tensor& y_true, const Tensor& y_pred) {
  fail(ErrorKind::shape, who + ": targets " + to_string(y_true.shape()) + " and predictions " + to_string(y_pred.shape()) + " do not fit");
}

Tensor above(const Tensor& x, double threshold) { return greater(x, Tensor::full({}, threshold, x.dtype())); }
Tensor is_yes(const Tensor& y) { return is_floating(y.dtype()) ? above(y, 0.5) : not_equal(y, Tensor::zeros({}, y.dtype())); }

class AccuracyBody final : public detail::SummingBody {
 public:
  AccuracyBody(const char* kind, Way way, std::optional<double> threshold, std::string name, int k = 5)
      : SummingBody(std::move(name), 2), kind_(kind), way_(way), threshold_(threshold), k_(k) {
    if (k < 1) fail(ErrorKind::invalid_argument, "TopKCategoricalAccuracy: k must be at least 1, not " + std::to_string(k));
  }
  std::string kind() const override { return kind_; }
  Config options() const override {
    Config c = Config::map();
    if (threshold_) c.set("threshold", *threshold_);
    if (way_ == Way::top_k) c.set("k", k_);
    return c;
  }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<AccuracyBody>(kind_.c_str(), way_, threshold_, name(), k_);
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits; }
  double result() const override { return counter(1) > 0 ? counter(0) / counter(1) : std::numeric_limits<double>::quiet_NaN(); }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const Tensor right = cast(hits(y_true, y_pred), is_floating(y_pred.dtype()) ? y_pred.dtype() : DType::f32);
    add_to(0, detail::weighted(right, weight));
    add_to(1, detail::total_weight(right, weight));
  }

 private:
  Way way_for(const Tensor& y_true, const Tensor& y_pred) const {
    if (way_ != Way::automatic) return way_;
    if (y_pred.rank() >= 2 && y_pred.shape(-1) > 1) {
      if (y_true.shape() == y_pred.shape()) return Way::categorical;
      return Way::sparse;
    }
    return Way::binary;
  }

  Tensor hits(const Tensor& y_true, const Tensor& y_pred) const {
    const Way way = way_for(y_true, y_pred);
    if (way == Way::binary) {
      Tensor t = y_true;
      if (!(t.shape() == y_pred.shape())) {
        if (t.size() != y_pred.size() || t.shape(0) != y_pred.shape(0)) differ(name(), y_true, y_pred);
        t = reshape(t, y_pred.shape());
      }
      return equal(is_yes(t), above(y_pred, threshold_.value_or(from_logits_ ? 0.0 : 0.5)));
    }
    if (y_pred.rank() < 2) differ(name(), y_true, y_pred);
    if (way == Way::categorical) {
      if (!(y_true.shape() == y_pred.shape())) differ(name(), y_true, y_pred);
      return equal(argmax(y_true, -1), argmax(y_pred, -1));
    }
    const bool one_hot = way == Way::top_k && y_true.shape() == y_pred.shape();
    const Tensor label = one_hot ? argmax(y_true, -1) : class_numbers(name(), y_true, y_pred);
    if (way == Way::sparse) return equal(label, argmax(y_pred, -1));
    // Among the k largest: fewer than k scores are above that of the right class.
    const Tensor classes = Tensor::arange(y_pred.shape(-1), DType::i64);
    const Tensor chosen = equal(expand_dims(label, -1), classes);
    const Tensor score = sum(where(chosen, y_pred, Tensor::zeros({}, y_pred.dtype())), {-1}, true);
    const Tensor better = sum(cast(greater(y_pred, score), DType::f32), {-1});
    return less(better, Tensor(static_cast<float>(k_)));
  }

  std::string kind_;
  Way way_;
  std::optional<double> threshold_;
  int k_;
  bool from_logits_ = false;
};

class RateBody final : public detail::SummingBody {
 public:
  RateBody(bool precision, std::optional<double> threshold, std::string name)
      : SummingBody(name.empty() ? (precision ? "precision" : "recall") : std::move(name), 2), precision_(precision), threshold_(threshold) {}
  std::string kind() const override { return precision_ ? "Precision" : "Recall"; }
  Config options() const override {
    Config c = Config::map();
    if (threshold_) c.set("thresholds", *threshold_);
    return c;
  }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<RateBody>(precision_, threshold_, name());
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits; }
  double result() const override { return counter(1) > 0 ? counter(0) / counter(1) : 0; }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    Tensor t = y_true;
    if (!(t.shape() == y_pred.shape())) {
      if (t.size() != y_pred.size() || t.shape(0) != y_pred.shape(0)) differ(name(), y_true, y_pred);
      t = reshape(t, y_pred.shape());
    }
    const Tensor yes = is_yes(t), said = above(y_pred, threshold_.value_or(from_logits_ ? 0.0 : 0.5));
    add_to(0, detail::weighted(cast(logical_and(yes, said), DType::f32), weight));
    add_to(1, detail::weighted(cast(precision_ ? said : yes, DType::f32), weight));
  }

 private:
  bool precision_, from_logits_ = false;
  std::optional<double> threshold_;
};

}  // namespace

Accuracy::Accuracy(AccuracyOptions o) : Metric(std::make_shared<AccuracyBody>("Accuracy", Way::automatic, o.threshold, std::move(o.name))) {}
BinaryAccuracy::BinaryAccuracy(BinaryAccuracyOptions o)
    : Metric(std::make_shared<AccuracyBody>("BinaryAccuracy", Way::binary, o.threshold, std::move(o.name))) {}
CategoricalAccuracy::CategoricalAccuracy(CategoricalAccuracyOptions o)
    : Metric(std::make_shared<AccuracyBody>("CategoricalAccuracy", Way::categorical, std::nullopt, std::move(o.name))) {}
SparseCategoricalAccuracy::SparseCategoricalAccuracy(SparseCategoricalAccuracyOptions o)
    : Metric(std::make_shared<AccuracyBody>("SparseCategoricalAccuracy", Way::sparse, std::nullopt, std::move(o.name))) {}
TopKCategoricalAccuracy::TopKCategoricalAccuracy(TopKOptions o)
    : Metric(std::make_shared<AccuracyBody>("TopKCategoricalAccuracy", Way::top_k, std::nullopt, std::move(o.name), o.k)) {}
Precision::Precision(ThresholdOptions o) : Metric(std::make_shared<RateBody>(true, o.threshold, std::move(o.name))) {}
Recall::Recall(ThresholdOptions o) : Metric(std::make_shared<RateBody>(false, o.threshold, std::move(o.name))) {}

}  // namespace candor
