#include "candor/nn/metrics/fscore.h"

#include <numeric>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

constexpr double epsilon = detail::loss_epsilon;

class Body final : public detail::MetricBody {
 public:
  Body(const char* kind, FBetaOptions o) : MetricBody(o.name), kind_(kind), o_(std::move(o)) {
    const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, std::string(kind) + ": " + what); };
    if (!o_.average.empty() && o_.average != "micro" && o_.average != "macro" && o_.average != "weighted") bad("average must be micro, macro, weighted or empty, not '" + o_.average + "'");
    if (!(o_.beta > 0)) bad("beta must be positive, not " + to_string(Config(o_.beta)));
    if (o_.threshold && !(*o_.threshold > 0 && *o_.threshold <= 1)) bad("threshold must lie in (0, 1], not " + to_string(Config(*o_.threshold)));
    if (o_.average == "micro") add_counters({});
  }
  std::string kind() const override { return kind_; }
  Config options() const override {
    Config c{{"average", o_.average.empty() ? Config() : Config(o_.average)}, {"threshold", o_.threshold ? Config(*o_.threshold) : Config()}};
    if (kind_ == "FBetaScore") c.set("beta", o_.beta);
    return c;
  }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<Body>(kind_.c_str(), o_); }

  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    if (y_pred.rank() != 2) fail(ErrorKind::shape, name() + ": predictions must be [batch, classes], got " + to_string(y_pred.shape()));
    detail::require_same_shape(name(), y_true, y_pred);
    const auto number = [&](double v) { return detail::loss_number(v, y_pred); };
    const Tensor said = o_.threshold ? greater(y_pred, number(*o_.threshold)) : logical_and(greater_equal(y_pred, max(y_pred, {-1}, true)), greater(abs(y_pred), number(1e-9)));
    const Tensor p = cast(said, DType::f64), t = cast(y_true, DType::f64), one = Tensor::full({}, 1, DType::f64);
    const Shape shape = o_.average == "micro" ? Shape{} : Shape{y_pred.shape(1)};
    if (state().empty()) add_counters(shape);
    if (state()[0].second.shape() != shape) {
      fail(ErrorKind::shape, name() + ": has counted " + std::to_string(state()[0].second.shape()[0]) + " classes, now there are " + std::to_string(y_pred.shape(1)));
    }
    const Tensor w = weight.defined() ? detail::fit_weights(name(), "sample weights", weight, t) : Tensor();
    const auto add = [&](std::size_t i, const Tensor& each) {
      const Tensor weighted = w.defined() ? each * w : each;
      add_to(i, o_.average == "micro" ? sum(weighted) : sum(weighted, {0}));
    };
    add(0, p * t);
    add(1, p * (one - t));
    add(2, (one - p) * t);
    add(3, t);
  }

  std::vector<double> results() const override {
    if (state().empty()) return {0};
    const std::vector<double> tp = counted(0), fp = counted(1), fn = counted(2), occurs = counted(3);
    std::vector<double> score;
    for (std::size_t i = 0; i < tp.size(); ++i) {
      const double precision = tp[i] / (tp[i] + fp[i] + epsilon), recall = tp[i] / (tp[i] + fn[i] + epsilon), beta2 = o_.beta * o_.beta;
      score.push_back(precision * recall / (beta2 * precision + recall + epsilon) * (1 + beta2));
    }
    if (o_.average.empty()) return score;
    if (o_.average != "weighted") return {std::accumulate(score.begin(), score.end(), 0.0) / static_cast<double>(score.size())};
    const double total = std::accumulate(occurs.begin(), occurs.end(), 0.0) + epsilon;
    double sum = 0;
    for (std::size_t i = 0; i < score.size(); ++i) sum += score[i] * occurs[i] / total;
    return {sum};
  }

 private:
  void add_counters(const Shape& shape) {
    for (const char* part : {"true_positives", "false_positives", "false_negatives", "intermediate_weights"}) add_state(part, shape);
  }
  std::string kind_;
  FBetaOptions o_;
};

}  // namespace

FBetaScore::FBetaScore(FBetaOptions o) : Metric(std::make_shared<Body>("FBetaScore", std::move(o))) {}
F1Score::F1Score(F1Options o) : Metric(std::make_shared<Body>("F1Score", FBetaOptions{.average = std::move(o.average), .threshold = o.threshold, .name = std::move(o.name)})) {}

}  // namespace candor
