#include "candor/nn/metrics/metric.h"

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace detail {

SummingBody::SummingBody(std::string name, int counters) : MetricBody(std::move(name)) {
  for (int i = 0; i < counters; ++i) counters_.emplace_back(Tensor::zeros({}, DType::f64), this->name() + "/" + std::to_string(i), false);
}

void SummingBody::reset() {
  for (const Variable& v : counters_) *v.tensor().mutable_data<double>() = 0;
}

void SummingBody::add_to(int i, const Tensor& amount) {
  const Variable& v = counters_[static_cast<std::size_t>(i)];
  v.assign(v.value() + cast(amount.rank() == 0 ? amount : sum(amount), DType::f64));
}

double SummingBody::counter(int i) const { return *counters_[static_cast<std::size_t>(i)].tensor().data<double>(); }

Tensor weighted(const Tensor& values, const Tensor& sample_weight) {
  if (!sample_weight.defined()) return values;
  if (sample_weight.rank() != 1 || sample_weight.shape(0) != values.shape(0)) {
    fail(ErrorKind::shape, "metric: sample weights " + to_string(sample_weight.shape()) + " do not fit values " + to_string(values.shape()) + "; give one weight a sample");
  }
  std::vector<std::int64_t> full(static_cast<std::size_t>(values.rank()), 1);
  full[0] = values.shape(0);
  const Tensor w = sample_weight.dtype() == values.dtype() ? sample_weight : cast(sample_weight, values.dtype());
  return values * (values.rank() == 1 ? w : reshape(w, full));
}

Tensor total_weight(const Tensor& values, const Tensor& sample_weight) {
  if (!sample_weight.defined()) return Tensor::full({}, static_cast<double>(values.size()), DType::f64);
  const double share = static_cast<double>(values.size()) / static_cast<double>(std::max<std::int64_t>(values.shape(0), 1));
  return sum(cast(sample_weight, DType::f64)) * Tensor::full({}, share, DType::f64);
}

Tensor per_sample(const Tensor& values) {
  Axes rest;
  for (int axis = 1; axis < values.rank(); ++axis) rest.push_back(axis);
  return rest.empty() ? values : mean(values, rest);
}

}  // namespace detail

namespace {
class LossBody final : public detail::SummingBody {
 public:
  explicit LossBody(Loss loss) : SummingBody(loss.name(), 2), loss_(std::move(loss)) {}
  std::string kind() const override { return loss_.config().at("class_name").text(); }
  Config options() const override {
    Config c = Config::map();
    for (const auto& [key, value] : loss_.config().at("config").entries()) {
      if (key != "reduction") c.set(key, value);  // a metric is always the mean
    }
    return c;
  }
  bool higher_is_better() const override { return false; }
  std::shared_ptr<MetricBody> fresh() const override { return std::make_shared<LossBody>(loss_); }
  double result() const override { return counter(0) / counter(1); }
  void update(const Tensor& y_true, const Tensor& y_pred, const Tensor& weight) override {
    const SampleLosses losses = loss_.values(y_true, y_pred);
    const bool scalar = losses.values.rank() == 0;  // one value for the whole batch
    Tensor each = scalar ? reshape(losses.values, Shape{1}) : losses.values;
    const Tensor w = scalar ? Tensor() : weight;
    if (losses.kept.defined()) {
      const Tensor kept = cast(losses.kept, each.dtype());
      add_to(0, detail::weighted(each * kept, w));
      add_to(1, detail::weighted(kept, w));
      return;
    }
    add_to(0, detail::weighted(each, w));
    add_to(1, detail::total_weight(each, w));
  }

 private:
  Loss loss_;
};

detail::MetricBody& body_of(const Metric& metric) {
  if (!metric.defined()) fail(ErrorKind::invalid_argument, "metric: this handle is empty; use one such as Accuracy{}");
  return *metric.handle();
}
}  // namespace

Metric::Metric(const Loss& loss) : body_(std::make_shared<LossBody>(loss)) {}
void Metric::update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { body_of(*this).update(y_true, y_pred, sample_weight); }
double Metric::result() const { return body_of(*this).result(); }
void Metric::reset() const { body_of(*this).reset(); }
std::vector<Variable> Metric::variables() const { return body_of(*this).variables(); }
const std::string& Metric::name() const { return body_of(*this).name(); }
bool Metric::higher_is_better() const { return body_of(*this).higher_is_better(); }
bool Metric::needs_all_predictions() const { return body_of(*this).needs_all_predictions(); }
void Metric::set_from_logits(bool from_logits) const { body_of(*this).set_from_logits(from_logits); }
Metric Metric::fresh() const { return Metric(body_of(*this).fresh()); }
Config Metric::config() const {
  Config c = body_of(*this).options();
  c.set("name", name());
  return {{"class_name", body_of(*this).kind()}, {"config", c}};
}

}  // namespace candor
