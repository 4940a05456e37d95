#include "candor/nn/metrics/metric.h"

#include <cmath>
#include <cstring>

#include "candor/base/error.h"
#include "candor/nn/metrics/metric_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace detail {

void MetricBody::add_state(const char* name, const Shape& shape) { state_.emplace_back(name, Variable(Tensor::zeros(shape, DType::f64), name_ + "/" + name, false)); }

void MetricBody::reset() {
  for (const auto& [name, v] : state_) std::memset(v.tensor().raw(), 0, v.type().bytes());
}

void MetricBody::add_to(std::size_t i, const Tensor& amount) {
  const Variable& v = state_.at(i).second;
  v.assign(v.value() + cast(amount, DType::f64));
}

std::vector<double> MetricBody::counted(std::size_t i) const { return state_.at(i).second.tensor().to_vector<double>(); }

MeanBody::MeanBody(std::string name) : MetricBody(std::move(name)) {
  add_state("total");
  add_state("count");
}

void MeanBody::update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) { count(values(y_true, y_pred), sample_weight, y_pred.mask()); }

void MeanBody::count(const SampleLosses& samples, const Tensor& sample_weight, const Tensor& mask) {
  const Tensor v = is_floating(samples.values.dtype()) ? samples.values : cast(samples.values, DType::f32);
  const auto number = [](double x) { return Tensor::full({}, x, DType::f64); };
  Tensor w;
  const auto times = [&](const Tensor& more) { w = w.defined() ? w * more : more; };
  // One value for the whole batch counts as one sample, and has no weights.
  if (sample_weight.defined() && (v.rank() > 0 || sample_weight.rank() == 0)) times(fit_weights(name(), "sample weights", sample_weight, v));
  if (mask.defined() && v.rank() > 0) times(cast(cast(fit_weights(name(), "the mask", mask, v), DType::boolean), v.dtype()));
  // As in Keras, what a loss leaves out (ignore_class) counts as 0 unless there are weights.
  if (w.defined() && samples.kept.defined()) times(cast(samples.kept, v.dtype()));
  const std::int64_t rows = v.rank() > 0 ? v.shape(0) : 1;
  const Tensor share = number(static_cast<double>(rows) / static_cast<double>(std::max<std::int64_t>(v.size(), 1)));
  const auto total = [&](const Tensor& x) { return cast(x.rank() == 0 ? x : sum(cast(x, DType::f64)), DType::f64) * share; };
  add_to(0, total(w.defined() ? v * w : v));
  add_to(1, w.defined() ? total(w.shape() == v.shape() ? w : broadcast_to(w, v.shape())) : number(static_cast<double>(rows)));
}

std::vector<double> MeanBody::results() const { return {divide(counted(0)[0], counted(1)[0])}; }

std::vector<double> MeanOfBody::results() const {
  std::vector<double> mean = MeanBody::results();
  if (root_) mean[0] = std::sqrt(mean[0]);
  return mean;
}

}  // namespace detail

namespace {

detail::MetricBody& body_of(const Metric& metric) {
  if (!metric.defined()) fail(ErrorKind::invalid_argument, "metric: this handle is empty; use one such as Accuracy{}");
  return *metric.handle();
}

std::shared_ptr<detail::MetricBody> mean_of_loss(const Loss& loss) {
  if (!loss.defined()) fail(ErrorKind::invalid_argument, "metric: the loss is empty; use one such as MeanSquaredError{}");
  Config options = Config::map();
  std::string kind = loss.name();
  if (loss.stored()) {
    kind = loss.config().at("class_name").text();
    for (const auto& [key, value] : loss.config().at("config").entries()) {
      if (key != "reduction" && key != "name") options.set(key, value);  // a metric is always the mean
    }
    // Keras's metric of this name is the similarity, not minus it.
    if (kind == "CosineSimilarity") options = {{"fn", loss.config()}}, kind = "MeanMetricWrapper";
  }
  return std::make_shared<detail::MeanOfBody>(kind, loss.name(), options, false, [loss](const Tensor& t, const Tensor& p) { return loss.values(t, p); });
}

}  // namespace

Metric::Metric(std::shared_ptr<detail::MetricBody> body) : body_(std::move(body)) {}
Metric::Metric(const Loss& loss) : body_(mean_of_loss(loss)) {}
Metric::Metric(const char* name) : Metric(metric_from_config(name)) {}
void Metric::update(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { body_of(*this).update(y_true, y_pred, sample_weight); }
std::vector<double> Metric::results() const { return body_of(*this).results(); }
void Metric::reset() const { body_of(*this).reset(); }
std::vector<Variable> Metric::variables() const {
  std::vector<Variable> counters;
  for (const auto& [name, variable] : body_of(*this).state()) counters.push_back(variable);
  return counters;
}
const std::string& Metric::name() const { return body_of(*this).name(); }
bool Metric::higher_is_better() const { return body_of(*this).higher_is_better(); }
bool Metric::needs_all_predictions() const { return body_of(*this).needs_all_predictions(); }
void Metric::set_from_logits(bool from_logits) const { body_of(*this).set_from_logits(from_logits); }
Metric Metric::fresh() const {
  const auto body = body_of(*this).fresh();
  body->rename(name());
  return Metric(body);
}
std::vector<std::pair<std::string, Variable>> Metric::named_variables() const { return body_of(*this).state(); }

double Metric::result() const {
  const std::vector<double> all = results();
  if (all.size() != 1) fail(ErrorKind::invalid_argument, name() + ": has " + std::to_string(all.size()) + " numbers, one a threshold or class; read them with results()");
  return all[0];
}

Config Metric::config() const {
  Config c = body_of(*this).options();
  c.set("name", name());
  return {{"class_name", body_of(*this).kind()}, {"config", c}};
}

}  // namespace candor
