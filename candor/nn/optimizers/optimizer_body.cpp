#include "candor/nn/optimizers/optimizer_body.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "candor/base/error.h"

namespace candor::detail {

OptimizerBody::OptimizerBody(std::string kind, std::string name) : kind_(std::move(kind)), name_(name.empty() ? snake_case(kind_) : std::move(name)) {}

void OptimizerBody::complain(const std::string& what) const { fail(ErrorKind::invalid_argument, kind_ + ": " + what); }

void OptimizerBody::build(std::span<const Variable> variables) {
  if (built()) {
    for (const Variable& v : variables) {
      const bool known = std::any_of(weights_.begin(), weights_.end(), [&](const Variable& w) { return w.same(v); });
      if (!known) {
        complain("it holds the state of " + std::to_string(weights_.size()) + " other weights, " + v.name() + " is not among them; use one optimizer a model, or reset() it");
      }
    }
    return;
  }
  if (variables.empty()) complain("there is nothing to train: no weight is trainable");
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const Variable& v = variables[i];
    if (v.type().dtype != DType::f32 && v.type().dtype != DType::f64) {
      fail(ErrorKind::dtype, kind_ + ": " + v.name() + " is " + to_string(v.type()) + "; weights are trained as f32 or f64 (keep an f32 copy and compute in less)");
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (variables[k].same(v)) complain("the weight " + v.name() + " is given twice");
    }
  }
  weights_.assign(variables.begin(), variables.end());
  make_state();
}

void OptimizerBody::reset() {
  weights_.clear();
  state_.clear();
  make_counters();
}

StepValues OptimizerBody::values() const {
  StepValues now;
  for (const Variable& v : weights_) now.weights.push_back(v.value());
  for (const auto& [name, v] : state_) now.state.push_back(v.value());
  return now;
}

void OptimizerBody::apply(std::span<const Tensor> gradients, std::span<const Variable> variables, const Function<Tensor()>& loss) {
  if (gradients.size() != variables.size()) complain(std::to_string(gradients.size()) + " gradients for " + std::to_string(variables.size()) + " weights");
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) complain("the gradient of " + variables[i].name() + " is undefined; leave the weight out");
    if (!(gradients[i].shape() == variables[i].shape())) {
      fail(ErrorKind::shape, kind_ + ": the gradient " + to_string(gradients[i].shape()) + " of " + variables[i].name() + " " + to_string(variables[i].shape()) + " has another shape");
    }
    if (!is_floating(gradients[i].dtype())) fail(ErrorKind::dtype, kind_ + ": the gradient of " + variables[i].name() + " is " + to_string(gradients[i].type()) + ", not floating point");
  }
  build(variables);
  const Scope scope(kind_);
  Tensors all(weights_.size());
  for (std::size_t i = 0; i < variables.size(); ++i) {
    const auto at = static_cast<std::size_t>(std::find_if(weights_.begin(), weights_.end(), [&](const Variable& w) { return w.same(variables[i]); }) - weights_.begin());
    if (all[at].defined()) complain("the weight " + variables[i].name() + " is given twice");
    all[at] = gradients[i];
  }
  all = refine(std::move(all), loss);
  const StepValues now = values(), next = step(all, now);
  const auto changed = [](const Tensor& a, const Tensor& b) { return a.handle() != b.handle(); };
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    if (changed(next.weights[i], now.weights[i])) weights_[i].assign(next.weights[i]);
  }
  for (std::size_t i = 0; i < state_.size(); ++i) {
    if (changed(next.state[i], now.state[i])) state_[i].second.assign(next.state[i]);
  }
}

Config OptimizerBody::config() const { return {{"class_name", kind_}, {"config", options()}}; }

std::string OptimizerBody::free_name(const std::string& wanted) const {
  std::string name = wanted;
  const auto taken = [&] { return std::any_of(state_.begin(), state_.end(), [&](const auto& entry) { return entry.first == name; }); };
  for (int i = 1; taken(); ++i) name = wanted + "_" + std::to_string(i);
  return name;
}

std::size_t OptimizerBody::add_state(const std::string& name, const Tensor& initial) {
  const std::string free = free_name(name);
  state_.emplace_back(free, Variable(initial, name_ + "/" + free, false));
  return state_.size() - 1;
}

void OptimizerBody::share_state(const std::string& name, const Variable& variable) { state_.emplace_back(free_name(name), variable); }

std::string snake_case(const std::string& kind) {
  const auto upper = [&](std::size_t i) { return i < kind.size() && std::isupper(static_cast<unsigned char>(kind[i])) != 0; };
  const auto lower = [&](std::size_t i) { return i < kind.size() && std::islower(static_cast<unsigned char>(kind[i])) != 0; };
  std::string out;
  for (std::size_t i = 0; i < kind.size(); ++i) {
    if (i > 0 && upper(i) && (lower(i - 1) || lower(i + 1))) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(kind[i])));
  }
  return out;
}

void require_share(const std::string& optimizer, const char* option, double value, bool closed) {
  if (!(value >= 0 && (value < 1 || (closed && value == 1)))) {
    fail(ErrorKind::invalid_argument, optimizer + ": " + option + " must lie in [0, 1" + (closed ? "]" : ")") + ", not " + to_string(Config(value)));
  }
}

void require_not_negative(const std::string& optimizer, const char* option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    fail(ErrorKind::invalid_argument, optimizer + ": " + option + " must be a finite number that is not negative, not " + to_string(Config(value)));
  }
}

}  // namespace candor::detail
