#include "candor/nn/optimizers/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/config.h"
#include "candor/nn/optimizers/line_search.h"
#include "candor/nn/optimizers/optimizer_body.h"

namespace candor {
namespace {

using Vector = std::vector<double>;
using detail::Evaluation;

struct Pair {
  Vector of_gradient, of_weights;
  double inverse = 0;  ///< 1 / their product
};

void add(Vector& to, const Vector& x, double factor) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * x[i];
}

}  // namespace

struct LBFGS::State {
  LBFGSOptions o;
  std::vector<Variable> variables;
  std::optional<CompiledFunction> function;
  std::deque<Pair> history;
  Vector direction, gradient_before;
  double length = 0, scale = 1;
  std::int64_t iterations = 0, evaluations = 0;

  Vector weights() const {
    Vector all;
    for (const Variable& v : variables) {
      const Vector part = v.tensor().to_vector<double>();
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  void set_weights(const Vector& all) const {
    std::size_t at = 0;
    for (const Variable& v : variables) {
      const auto n = static_cast<std::size_t>(v.shape().size());
      const Vector part(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(at + n));
      v.assign(Tensor::from(part, v.shape()).to(v.type().dtype));
      at += n;
    }
  }
  Evaluation evaluate() {
    ++evaluations;
    const std::vector<Tensor> out = (*function)(std::span<const Tensor>());
    Evaluation e{out.front().to(DType::f64).item<double>(), {}};
    for (std::size_t i = 1; i < out.size(); ++i) {
      const Vector part = out[i].to_vector<double>();
      e.gradient.insert(e.gradient.end(), part.begin(), part.end());
    }
    return e;
  }

  /// The direction of the next iteration, downhill.
  void turn(const Vector& gradient) {
    Vector q(gradient.size());
    for (std::size_t i = 0; i < q.size(); ++i) q[i] = -gradient[i];
    if (iterations > 1) {
      Pair pair{gradient, direction, 0};
      add(pair.of_gradient, gradient_before, -1);
      for (double& x : pair.of_weights) x *= length;
      const double product = detail::dot(pair.of_gradient, pair.of_weights);
      if (product > 1e-10) {
        if (static_cast<std::int64_t>(history.size()) == o.history_size) history.pop_front();
        pair.inverse = 1 / product;
        scale = product / detail::dot(pair.of_gradient, pair.of_gradient);
        history.push_back(std::move(pair));
      }
      Vector share(history.size());
      for (std::size_t i = history.size(); i-- > 0;) {
        share[i] = detail::dot(history[i].of_weights, q) * history[i].inverse;
        add(q, history[i].of_gradient, -share[i]);
      }
      for (double& x : q) x *= scale;
      for (std::size_t i = 0; i < history.size(); ++i) add(q, history[i].of_weights, share[i] - detail::dot(history[i].of_gradient, q) * history[i].inverse);
    }
    direction = std::move(q);
  }
};

LBFGS::LBFGS(const Function<Tensor()>& loss, std::span<const Variable> variables, const LBFGSOptions& options) : state_(Shared<State>::make()) {
  const auto bad = [](const std::string& what) { fail(ErrorKind::invalid_argument, "LBFGS: " + what); };
  if (!loss) bad("the loss is an empty function");
  if (variables.empty()) bad("there is nothing to minimize over: no variables");
  if (!(options.learning_rate > 0)) bad("learning_rate must be positive, not " + to_string(Config(options.learning_rate)));
  if (options.max_iter < 1) bad("max_iter must be at least 1, not " + std::to_string(options.max_iter));
  if (options.max_eval < 0) bad("max_eval must not be negative, is " + std::to_string(options.max_eval));
  if (options.history_size < 1) bad("history_size must be at least 1, not " + std::to_string(options.history_size));
  detail::require_not_negative("LBFGS", "tolerance_grad", options.tolerance_grad);
  detail::require_not_negative("LBFGS", "tolerance_change", options.tolerance_change);
  for (const Variable& v : variables) {
    if (v.type().dtype != DType::f32 && v.type().dtype != DType::f64) bad(v.name() + " is " + to_string(v.type()) + ", not f32 or f64");
  }
  State& s = *state_;
  s.o = options;
  if (s.o.max_eval == 0) s.o.max_eval = s.o.max_iter * 5 / 4;
  s.variables.assign(variables.begin(), variables.end());
  s.function.emplace([loss, all = s.variables](std::span<const Tensor>) {
    auto [value, gradients] = value_and_grad(loss, all);
    std::vector<Tensor> out{value};
    out.insert(out.end(), gradients.begin(), gradients.end());
    return out;
  });
}

double LBFGS::loss() const {
  const double value = state_->evaluate().value;
  --state_->evaluations;  // a look counts as none
  return value;
}
std::int64_t LBFGS::iterations() const { return state_->iterations; }
std::int64_t LBFGS::evaluations() const { return state_->evaluations; }

double LBFGS::step() const {
  State& s = *state_;
  Evaluation now = s.evaluate();
  const double first = now.value;
  if (!std::isfinite(first) || !std::isfinite(detail::largest(now.gradient)) || std::isnan(detail::dot(now.gradient, now.gradient)))
    fail(ErrorKind::numeric, "LBFGS: the loss is " + to_string(Config(first)) + " or has a gradient that is not finite where the variables stand");
  if (detail::largest(now.gradient) <= s.o.tolerance_grad) return first;
  std::int64_t evaluations = 1;
  for (std::int64_t i = 1; i <= s.o.max_iter; ++i) {
    ++s.iterations;
    s.turn(now.gradient);
    s.gradient_before = now.gradient;
    const double before = now.value;
    double sum = 0;
    for (double g : now.gradient) sum += std::abs(g);
    s.length = (s.iterations == 1 ? std::min(1.0, 1 / sum) : 1.0) * s.o.learning_rate;
    const double slope = detail::dot(now.gradient, s.direction);
    if (slope > -s.o.tolerance_change) break;
    const Vector origin = s.weights();
    const auto go = [&](double length) {
      Vector there = origin;
      add(there, s.direction, length);
      s.set_weights(there);
      return s.evaluate();
    };
    if (s.o.strong_wolfe) {
      detail::LineSearchResult found = detail::strong_wolfe(go, s.direction, {0, now, slope}, s.length);
      s.length = found.point.length;
      now = std::move(found.point.at);
      evaluations += found.evaluations;
      Vector there = origin;
      add(there, s.direction, s.length);
      s.set_weights(there);
    } else {
      now = go(s.length);
      ++evaluations;
    }
    if (evaluations >= s.o.max_eval || detail::largest(now.gradient) <= s.o.tolerance_grad) break;
    if (detail::largest(s.direction) * std::abs(s.length) <= s.o.tolerance_change || std::abs(now.value - before) < s.o.tolerance_change) break;
  }
  return first;
}

}  // namespace candor
