#include "candor/candid/baselines/solve.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

double dot(std::span<const double> a, std::span<const double> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.); }

// A step and what the gradient changed by along it.
struct Pair {
  std::vector<double> step, change;
  double curvature;
};

// - (approximate inverse Hessian) * gradient.
std::vector<double> direction(std::span<const double> gradient, const std::deque<Pair>& pairs) {
  std::vector<double> d(gradient.begin(), gradient.end()), weights(pairs.size());
  for (std::size_t k = pairs.size(); k-- > 0;) {
    weights[k] = dot(pairs[k].step, d) / pairs[k].curvature;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] -= weights[k] * pairs[k].change[i];
  }
  const double scale = pairs.empty() ? 1 : pairs.back().curvature / dot(pairs.back().change, pairs.back().change);
  for (double& v : d) v *= scale;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const double back = dot(pairs[k].change, d) / pairs[k].curvature;
    for (std::size_t i = 0; i < d.size(); ++i) d[i] += (weights[k] - back) * pairs[k].step[i];
  }
  for (double& v : d) v = -v;
  return d;
}

}  // namespace

Cholesky::Cholesky(Matrix symmetric) : factor_(std::move(symmetric)) {
  const std::int64_t n = factor_.rows;
  if (factor_.columns != n) fail(ErrorKind::shape, "cholesky: the matrix has " + std::to_string(n) + " rows and " + std::to_string(factor_.columns) + " columns");
  for (std::int64_t j = 0; j < n; ++j) {
    const double before = factor_.at(j, j);
    double pivot = before;
    for (std::int64_t k = 0; k < j; ++k) pivot -= factor_.at(j, k) * factor_.at(j, k);
    const double root = pivot > 1e-11 * before && pivot > 0 ? std::sqrt(pivot) : 0;
    factor_.at(j, j) = root;
    for (std::int64_t i = j + 1; i < n; ++i) {
      double& entry = factor_.at(i, j);
      if (root == 0) {
        entry = 0;
        continue;
      }
      double sum = entry;
      for (std::int64_t k = 0; k < j; ++k) sum -= factor_.at(i, k) * factor_.at(j, k);
      entry = sum / root;
    }
  }
}

std::vector<double> Cholesky::solve(std::span<const double> right) const {
  const std::int64_t n = factor_.rows;
  std::vector<double> x(right.begin(), right.end());
  for (std::int64_t i = 0; i < n; ++i) {
    double& v = x[static_cast<std::size_t>(i)];
    for (std::int64_t k = 0; k < i; ++k) v -= factor_.at(i, k) * x[static_cast<std::size_t>(k)];
    v = factor_.at(i, i) == 0 ? 0 : v / factor_.at(i, i);
  }
  for (std::int64_t i = n; i-- > 0;) {
    double& v = x[static_cast<std::size_t>(i)];
    for (std::int64_t k = i + 1; k < n; ++k) v -= factor_.at(k, i) * x[static_cast<std::size_t>(k)];
    v = factor_.at(i, i) == 0 ? 0 : v / factor_.at(i, i);
  }
  return x;
}

std::vector<double> minimise(std::vector<double> x, const Function<double(std::span<const double>, std::span<double>)>& function,
                             const MinimiseOptions& options) {
  std::vector<double> gradient(x.size()), trial(x.size()), trial_gradient(x.size());
  double value = function(x, gradient);
  std::deque<Pair> pairs;
  for (int iteration = 0; iteration < options.iterations; ++iteration) {
    const double steepest = std::accumulate(gradient.begin(), gradient.end(), 0., [](double m, double g) { return std::max(m, std::abs(g)); });
    if (!(steepest > options.gradient)) break;
    std::vector<double> d = direction(gradient, pairs);
    double slope = dot(gradient, d);
    if (!(slope < 0)) {  // rounding has the last word: begin again from the gradient, or stop there
      if (pairs.empty()) break;
      pairs.clear();
      continue;
    }
    double low = 0, high = 0, step = pairs.empty() ? 1 / std::sqrt(dot(gradient, gradient)) : 1, trial_value = value;
    bool found = false;
    for (int tries = 0; tries < 50 && !found; ++tries) {
      for (std::size_t i = 0; i < x.size(); ++i) trial[i] = x[i] + step * d[i];
      trial_value = function(trial, trial_gradient);
      if (!(trial_value <= value + 1e-4 * step * slope)) high = step;
      else if (dot(trial_gradient, d) < .9 * slope) low = step;
      else found = true;
      if (!found) step = high > 0 ? (low + high) / 2 : 2 * step;
    }
    if (!found && !(trial_value < value)) {
      if (pairs.empty()) break;
      pairs.clear();
      continue;
    }
    Pair pair{x, gradient, 0};
    for (std::size_t i = 0; i < x.size(); ++i) {
      pair.step[i] = trial[i] - x[i];
      pair.change[i] = trial_gradient[i] - gradient[i];
    }
    pair.curvature = dot(pair.step, pair.change);
    x.swap(trial);
    gradient.swap(trial_gradient);
    value = trial_value;
    if (pair.curvature > 0) pairs.push_back(std::move(pair));
    if (pairs.size() > static_cast<std::size_t>(options.memory)) pairs.pop_front();
  }
  return x;
}

}  // namespace candor::candid
