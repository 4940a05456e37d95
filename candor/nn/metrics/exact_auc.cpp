#include "candor/nn/metrics/exact_auc.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"

namespace candor {
namespace {

struct Scored {
  double score, weight;
  bool yes;
};

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Walks from the highest score down, one group of equal scores at a time.
double area(std::vector<Scored>& all, bool roc) {
  std::sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  double yes_total = 0, no_total = 0;
  for (const Scored& s : all) (s.yes ? yes_total : no_total) += s.weight;
  if (!(yes_total > 0) || (roc && !(no_total > 0))) return nan;
  double yes = 0, no = 0, sum = 0;
  for (std::size_t i = 0; i < all.size();) {
    double yes_here = 0, no_here = 0;
    const double score = all[i].score;
    for (; i < all.size() && all[i].score == score; ++i) (all[i].yes ? yes_here : no_here) += all[i].weight;
    if (roc) {
      sum += no_here * (yes + yes_here / 2);
    } else if (yes_here > 0) {
      sum += yes_here * (yes + yes_here) / (yes + yes_here + no + no_here);
    }
    yes += yes_here;
    no += no_here;
  }
  return roc ? sum / (yes_total * no_total) : sum / yes_total;
}

class ExactBody final : public detail::MetricBody {
 public:
  explicit ExactBody(ExactAUCOptions o) : MetricBody(o.name), curve_(o.curve) {
    if (curve_ != "ROC" && curve_ != "PR") fail(ErrorKind::invalid_argument, "ExactAUC: curve must be ROC or PR, not '" + curve_ + "'");
  }
  std::string kind() const override { return "ExactAUC"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("curve", curve_);
  }
  bool needs_all_predictions() const override { return true; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<ExactBody>(ExactAUCOptions{curve_, name()}); }
  void reset() override { columns_.clear(); }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    if (y_true.symbolic() || y_pred.symbolic()) fail(ErrorKind::unsupported, name() + ": needs all predictions and cannot be part of a compiled step");
    if (y_true.size() != y_pred.size() || y_true.rank() < 1 || y_pred.rank() < 1 || y_true.shape(0) != y_pred.shape(0)) {
      fail(ErrorKind::shape, name() + ": targets " + to_string(y_true.shape()) + " and predictions " + to_string(y_pred.shape()) + " do not fit");
    }
    const std::size_t rows = static_cast<std::size_t>(y_pred.shape(0)), columns = rows == 0 ? columns_.size() : static_cast<std::size_t>(y_pred.size()) / rows;
    if (columns_.empty()) columns_.resize(columns);
    if (columns != columns_.size()) fail(ErrorKind::shape, name() + ": has counted " + std::to_string(columns_.size()) + " columns, now there are " + std::to_string(columns));
    const std::vector<double> t = y_true.to_vector<double>(), p = y_pred.to_vector<double>();
    const std::vector<double> w = weight.defined() ? weight.to_vector<double>() : std::vector<double>(rows, 1);
    if (w.size() != rows) fail(ErrorKind::shape, name() + ": sample weights " + to_string(weight.shape()) + " do not fit predictions " + to_string(y_pred.shape()));
    for (std::size_t i = 0; i < t.size(); ++i) columns_[i % columns].push_back({p[i], w[i / columns], t[i] > 0.5});
  }

  std::vector<double> results() const override {
    if (columns_.empty()) return {nan};
    double sum = 0;
    for (std::vector<Scored> column : columns_) sum += area(column, curve_ == "ROC");
    return {sum / static_cast<double>(columns_.size())};
  }

 private:
  std::string curve_;
  std::vector<std::vector<Scored>> columns_;
};

}  // namespace

ExactAUC::ExactAUC(ExactAUCOptions options) : Metric(std::make_shared<ExactBody>(std::move(options))) {}

}  // namespace candor
