#include "candor/train/learning_rate_finder.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/data/batches.h"
#include "candor/train/on_batch.h"
#include "candor/train/undo.h"

namespace candor {
namespace {

void check(const std::string& who, const RateSearchOptions& o) {
  const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, who + ": " + what); };
  if (!(o.min_rate > 0 && o.min_rate < o.max_rate && std::isfinite(o.max_rate))) bad("min_rate must be positive and less than max_rate");
  if (o.steps < 3) bad("steps must be at least 3, not " + std::to_string(o.steps));
  if (o.batch_size < 1) bad("batch_size must be at least 1, not " + std::to_string(o.batch_size));
  if (!(o.smoothing >= 0 && o.smoothing < 1)) bad("smoothing must lie in [0, 1), not " + to_string(Config(o.smoothing)));
  if (!(o.divergence > 1)) bad("divergence must be more than 1, not " + to_string(Config(o.divergence)));
}

/// The rate at the steepest descent, away from the ends, which noise and the smoothing's start decide.
double steepest(const RateSearch& search) {
  const std::size_t n = search.losses.size();
  double best = 0, rate = 0;
  for (std::size_t i = n / 10 + 1; i + 1 < n; ++i) {
    const double slope = (search.losses[i + 1] - search.losses[i - 1]) / std::log(search.rates[i + 1] / search.rates[i - 1]);
    if (slope < best) best = slope, rate = search.rates[i];
  }
  return rate;
}

}  // namespace

RateSearch find_learning_rate(const Model& model, const Tensor& x, const Tensor& y, const RateSearchOptions& o) {
  const std::string who = model.name() + ": find_learning_rate";
  check(who, o);
  const Optimizer& optimizer = model.compile_options().optimizer;
  if (!optimizer.defined()) fail(ErrorKind::invalid_argument, who + ": compile was given no optimizer");
  if (optimizer.has_schedule()) fail(ErrorKind::invalid_argument, who + ": the learning rate follows a schedule; compile with a number first");
  if (x.rank() < 1 || y.rank() < 1 || x.shape(0) != y.shape(0) || x.shape(0) < 1) {
    fail(ErrorKind::shape, who + ": inputs " + to_string(x.shape()) + " and targets " + to_string(y.shape()) + " must have the same number of rows, at least one");
  }
  const detail::Undo undo(model, x.view_slice(0, 0, 1));
  const std::int64_t rows = x.shape(0), batch = std::min(o.batch_size, rows), in_pass = rows / batch;
  RateSearch search;
  double mean = 0, best = 0;
  std::vector<std::int64_t> order(static_cast<std::size_t>(batch));
  for (std::int64_t step = 0; step < o.steps; ++step) {
    const double rate = o.min_rate * std::pow(o.max_rate / o.min_rate, static_cast<double>(step) / static_cast<double>(o.steps - 1));
    optimizer.set_learning_rate(rate);
    const Permutation permutation = data::epoch_order(rows, o.seed, static_cast<std::uint64_t>(step / in_pass));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(permutation.at(static_cast<std::uint64_t>(step % in_pass * batch) + i));
    model.reset_metrics();
    const double loss = model.train_on_batch(data::take_rows(x, order), data::take_rows(y, order))["loss"];
    mean = o.smoothing * mean + (1 - o.smoothing) * loss;
    const double smooth = mean / (1 - std::pow(o.smoothing, static_cast<double>(step + 1)));
    if (!std::isfinite(smooth) || (step > 0 && smooth > o.divergence * best)) {
      search.diverged = true;
      break;
    }
    search.rates.push_back(rate);
    search.losses.push_back(smooth);
    if (step == 0 || smooth < best) best = smooth, search.smallest_loss_rate = rate;
  }
  search.suggestion = steepest(search);
  return search;
}

RateSearch find_learning_rate(const Model& model, const data::Dataset& dataset, const RateSearchOptions& options) {
  return find_learning_rate(model, dataset.features, dataset.targets, options);
}

}  // namespace candor
