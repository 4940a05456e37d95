#include "candor/nn/metrics/accuracy.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

enum class Way { automatic, equal, binary, categorical, sparse, top_k, sparse_top_k };

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

class AccuracyBody final : public detail::MeanBody {
 public:
  AccuracyBody(const char* kind, Way way, std::optional<double> threshold, std::string name, int k = 5, bool from_sorted_ids = false)
      : MeanBody(std::move(name)), kind_(kind), way_(way), threshold_(threshold), k_(k), sorted_(from_sorted_ids) {
    if (k < 1) fail(ErrorKind::invalid_argument, kind_ + ": k must be at least 1, not " + std::to_string(k));
  }
  std::string kind() const override { return kind_; }
  Config options() const override {
    Config c = Config::map();
    if (threshold_) c.set("threshold", *threshold_);
    if (way_ == Way::top_k || way_ == Way::sparse_top_k) c.set("k", k_);
    if (sorted_) c.set("from_sorted_ids", true);
    return c;
  }
  std::shared_ptr<MetricBody> fresh() const override {
    auto copy = std::make_shared<AccuracyBody>(kind_.c_str(), way_, threshold_, name(), k_, sorted_);
    copy->from_logits_ = from_logits_;
    return copy;
  }
  void set_from_logits(bool from_logits) override { from_logits_ = from_logits; }

 protected:
  SampleLosses values(const Tensor& y_true, const Tensor& y_pred) const override {
    return {cast(hits(y_true, y_pred), is_floating(y_pred.dtype()) ? y_pred.dtype() : DType::f32)};
  }

 private:
  Way way_for(const Tensor& y_true, const Tensor& y_pred) const {
    if (way_ != Way::automatic) return way_;
    if (!is_floating(y_pred.dtype())) return Way::equal;
    if (y_pred.rank() >= 2 && y_pred.shape(-1) > 1) {
      if (y_true.shape() == y_pred.shape()) return Way::categorical;
      return Way::sparse;
    }
    return Way::binary;
  }

  Tensor hits(const Tensor& y_true, const Tensor& y_pred) const {
    const Way way = way_for(y_true, y_pred);
    if (way == Way::equal || way == Way::binary) {
      Tensor t = y_true;
      if (!(t.shape() == y_pred.shape())) {
        if (t.size() != y_pred.size() || t.shape(0) != y_pred.shape(0)) differ(name(), y_true, y_pred);
        t = reshape(t, y_pred.shape());
      }
      if (way == Way::equal) return equal(t.dtype() == y_pred.dtype() ? t : cast(t, y_pred.dtype()), y_pred);
      return equal(is_yes(t), above(y_pred, threshold_.value_or(from_logits_ ? 0.0 : 0.5)));
    }
    if (sorted_) {
      const Tensor wanted = expand_dims(class_numbers(name(), y_true, y_pred), -1);
      return any(equal(wanted, cast(narrow(y_pred, -1, 0, std::min<std::int64_t>(k_, y_pred.shape(-1))), DType::i64)), {-1});
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
  bool sorted_, from_logits_ = false;
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
SparseTopKCategoricalAccuracy::SparseTopKCategoricalAccuracy(SparseTopKOptions o)
    : Metric(std::make_shared<AccuracyBody>("SparseTopKCategoricalAccuracy", Way::sparse_top_k, std::nullopt, std::move(o.name), o.k, o.from_sorted_ids)) {}

}  // namespace candor
