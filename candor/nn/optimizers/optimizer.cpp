#include <cctype>
#include <cmath>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/nn/optimizers/optimizer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace detail {
namespace {

void require_rate(const std::string& optimizer, double rate) {
  if (!(rate >= 0) || !std::isfinite(rate)) {
    fail(ErrorKind::invalid_argument, optimizer + ": learning_rate must be a finite number that is not negative, not " + to_string(Config(rate)));
  }
}

Tensor number(double value, DType dtype) { return Tensor::full({}, value, dtype); }
Tensor norm_of(const Tensor& g) { return sqrt(sum(square(g))); }
/// g * limit / max(norm, limit): g itself within the limit.
Tensor scaled(const Tensor& g, const Tensor& norm, double limit) {
  const Tensor bound = number(limit, g.dtype());
  return g * (bound / maximum(cast(norm, g.dtype()), bound));
}

}  // namespace

OptimizerBody::OptimizerBody(std::string kind, LearningRate rate, Clipping clipping)
    : kind_(std::move(kind)), schedule_(rate.schedule()), rate_(rate.value()), clipping_(clipping) {
  require_rate(kind_, rate_);
  int limits = 0;
  const std::pair<const char*, std::optional<double>> all[] = {
      {"clipnorm", clipping.clipnorm}, {"clipvalue", clipping.clipvalue}, {"global_clipnorm", clipping.global_clipnorm}};
  for (const auto& [option, value] : all) {
    limits += value.has_value();
    if (value && !(*value > 0)) fail(ErrorKind::invalid_argument, kind_ + ": " + option + " must be positive, not " + to_string(Config(*value)));
  }
  if (limits > 1) fail(ErrorKind::invalid_argument, kind_ + ": at most one of clipnorm, clipvalue and global_clipnorm can be set");
  make_counters();
}

void OptimizerBody::make_counters() {
  iterations_ = Variable(Tensor::zeros({}, DType::i64), "iterations", false);
  // f64 so that the rate that was set is the rate that is read back; the update takes it in the weights' precision.
  learning_rate_ = Variable(number(rate_, DType::f64), "learning_rate", false);
}

void OptimizerBody::reset() {
  rate_ = learning_rate();
  variables_.clear();
  states_.clear();
  make_counters();
}

double OptimizerBody::learning_rate() const { return has_schedule() ? schedule_.at(iterations()) : *learning_rate_.tensor().data<double>(); }

void OptimizerBody::set_learning_rate(double rate) {
  if (has_schedule()) fail(ErrorKind::invalid_argument, kind_ + ": the learning rate follows a schedule and cannot be set; give the optimizer a number instead");
  require_rate(kind_, rate);
  *learning_rate_.tensor().mutable_data<double>() = rate;
}

std::int64_t OptimizerBody::iterations() const { return *iterations_.tensor().data<std::int64_t>(); }

void OptimizerBody::build(std::span<const Variable> variables) {
  if (!variables_.empty()) {
    bool same = variables.size() == variables_.size();
    for (std::size_t i = 0; same && i < variables.size(); ++i) same = variables[i].same(variables_[i]);
    if (!same) {
      fail(ErrorKind::invalid_argument, kind_ + ": it holds the state of " + std::to_string(variables_.size()) + " other weights; use one optimizer a model, or reset() it");
    }
    return;
  }
  if (variables.empty()) fail(ErrorKind::invalid_argument, kind_ + ": there is nothing to train: no weight is trainable");
  variables_.assign(variables.begin(), variables.end());
  for (const std::string& name : state_names()) {
    std::vector<Variable>& list = states_.emplace_back();
    for (const Variable& v : variables_) list.emplace_back(Tensor::zeros(v.shape(), v.type().dtype), v.name() + "/" + name, false);
  }
}

void OptimizerBody::apply(std::span<const Tensor> gradients, std::span<const Variable> variables) {
  if (gradients.size() != variables.size()) {
    fail(ErrorKind::invalid_argument, kind_ + ": " + std::to_string(gradients.size()) + " gradients for " + std::to_string(variables.size()) + " weights");
  }
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!(gradients[i].shape() == variables[i].shape())) {
      fail(ErrorKind::shape, kind_ + ": the gradient " + to_string(gradients[i].shape()) + " of " + variables[i].name() + " " + to_string(variables[i].shape()) + " has another shape");
    }
  }
  build(variables);
  const Scope scope(kind_);
  const std::vector<Tensor> clipped = clip_gradients(gradients, clipping_);
  std::vector<Tensor> weights;
  for (const Variable& v : variables_) weights.push_back(v.value());
  std::vector<std::vector<Tensor>> states;
  for (const auto& list : states_) {
    std::vector<Tensor>& values = states.emplace_back();
    for (const Variable& v : list) values.push_back(v.value());
  }
  const DType dtype = weights.front().dtype();
  const Tensor done = iterations_.value(), next = done + Tensor::full({}, 1, DType::i64);
  const Tensor rate = cast(has_schedule() ? schedule_(cast(done, DType::f64)) : learning_rate_.value(), dtype);
  const std::vector<Tensor> updated = update(weights, clipped, states, rate, cast(next, dtype));
  std::size_t at = 0;
  for (const Variable& v : variables_) {
    const Tensor& w = updated.at(at++);
    v.assign(v.constraint() ? v.constraint()(w) : w);
  }
  for (const auto& list : states_) {
    for (const Variable& v : list) v.assign(updated.at(at++));
  }
  iterations_.assign(next);
}

std::vector<std::pair<std::string, Variable>> OptimizerBody::named_variables() const {
  std::vector<std::pair<std::string, Variable>> out{{"iterations", iterations_}, {"learning_rate", learning_rate_}};
  const std::vector<std::string> names = state_names();
  for (std::size_t k = 0; k < states_.size(); ++k) {
    for (std::size_t i = 0; i < variables_.size(); ++i) out.emplace_back(variables_[i].name() + "/" + names[k], states_[k][i]);
  }
  return out;
}

Config OptimizerBody::config() const {
  Config c = Config::map();
  c.set("learning_rate", has_schedule() ? schedule_.config() : Config(learning_rate()));
  describe(c);
  const auto optional = [](const std::optional<double>& v) { return v ? Config(*v) : Config(); };
  c.set("clipnorm", optional(clipping_.clipnorm)).set("clipvalue", optional(clipping_.clipvalue)).set("global_clipnorm", optional(clipping_.global_clipnorm));
  return {{"class_name", kind_}, {"config", c}};
}

}  // namespace detail

std::vector<Tensor> clip_gradients(std::span<const Tensor> gradients, const Clipping& clipping) {
  std::vector<Tensor> out(gradients.begin(), gradients.end());
  if (clipping.clipvalue) {
    for (Tensor& g : out) g = clip(g, -*clipping.clipvalue, *clipping.clipvalue);
  } else if (clipping.clipnorm) {
    for (Tensor& g : out) g = detail::scaled(g, detail::norm_of(g), *clipping.clipnorm);
  } else if (clipping.global_clipnorm && !out.empty()) {
    Tensor squares;
    for (const Tensor& g : out) {
      const Tensor s = cast(sum(square(g)), out.front().dtype());
      squares = squares.defined() ? squares + s : s;
    }
    const Tensor norm = sqrt(squares);
    for (Tensor& g : out) g = detail::scaled(g, norm, *clipping.global_clipnorm);
  }
  return out;
}

namespace {
detail::OptimizerBody& body_of(const Optimizer& optimizer) {
  if (!optimizer.defined()) fail(ErrorKind::invalid_argument, "optimizer: this handle is empty; use one such as Adam{1e-3}");
  return *optimizer.handle();
}
}  // namespace

void Optimizer::apply(std::span<const Tensor> gradients, std::span<const Variable> variables) const { body_of(*this).apply(gradients, variables); }

void Optimizer::apply(std::span<const Tensor> gradients) const {
  const std::vector<Variable>& variables = differentiated_variables();
  if (variables.size() != gradients.size()) {
    fail(ErrorKind::invalid_argument, name() + ": apply(gradients) follows value_and_grad on the same thread; otherwise name the weights: apply(gradients, variables)");
  }
  apply(gradients, variables);
}

std::string Optimizer::name() const {
  std::string out = body_of(*this).kind();
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}
double Optimizer::learning_rate() const { return body_of(*this).learning_rate(); }
void Optimizer::set_learning_rate(double rate) const { body_of(*this).set_learning_rate(rate); }
bool Optimizer::has_schedule() const { return body_of(*this).has_schedule(); }
std::int64_t Optimizer::iterations() const { return body_of(*this).iterations(); }
void Optimizer::build(std::span<const Variable> variables) const { body_of(*this).build(variables); }
std::vector<std::pair<std::string, Variable>> Optimizer::named_variables() const { return body_of(*this).named_variables(); }
void Optimizer::reset() const { body_of(*this).reset(); }
Config Optimizer::config() const { return body_of(*this).config(); }

}  // namespace candor
