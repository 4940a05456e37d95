#include "candor/candid/baselines/boosting.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/candid/baselines/histogram_tree.h"

namespace candor::candid {
namespace {

using detail::Slope;

void check(const Matrix& x, std::size_t targets, const BoostingOptions& options) {
  if (x.rows < 1 || x.columns < 1) fail(ErrorKind::invalid_argument, "boosted trees: no training rows, or no columns");
  if (static_cast<std::int64_t>(targets) != x.rows) fail(ErrorKind::shape, "boosted trees: " + std::to_string(x.rows) + " rows with " + std::to_string(targets) + " targets");
  if (options.trees < 0 || options.leaves < 2 || !(options.rate > 0) || !(options.l2 >= 0)) {
    fail(ErrorKind::invalid_argument, "boosted trees: trees must not be negative, leaves at least 2, the rate positive and l2 not negative");
  }
  if (!(options.columns > 0 && options.columns <= 1)) fail(ErrorKind::invalid_argument, "boosted trees: columns is the share that a tree may ask, above 0 and at most 1, not " + std::to_string(options.columns));
  std::int64_t end = 0;
  for (const CategoryColumns& c : options.categories) {
    if (c.first < end || c.count < 1 || c.count > 250 || c.first + c.count > x.columns) {
      fail(ErrorKind::invalid_argument, "boosted trees: a category of columns " + std::to_string(c.first) + " to " + std::to_string(c.first + c.count - 1) + "; categories must be of 1 to 250 of the " +
                                            std::to_string(x.columns) + " columns, in rising order and apart");
    }
    end = c.first + c.count;
  }
}

}  // namespace

double BoostedTree::predict(std::span<const double> row) const {
  if (nodes.empty()) return values.front();
  std::int32_t at = 0;
  while (at >= 0) {
    const Node& node = nodes[static_cast<std::size_t>(at)];
    const double v = row[static_cast<std::size_t>(node.column)];
    at = (std::isnan(v) ? node.missing_left : v <= node.threshold) ? node.left : node.right;
  }
  return values[static_cast<std::size_t>(-1 - at)];
}

BoostedTrees BoostedTrees::fit_values(const Matrix& x, std::span<const double> y, const BoostingOptions& options) {
  check(x, y.size(), options);
  BoostedTrees model;
  model.start = {std::accumulate(y.begin(), y.end(), 0.) / static_cast<double>(y.size())};
  std::vector<double> scores(y.size(), model.start[0]);
  std::vector<Slope> slopes(y.size());
  detail::TreeGrower grower(x, options);
  for (int round = 0; round < options.trees; ++round) {
    for (std::size_t i = 0; i < y.size(); ++i) slopes[i] = {scores[i] - y[i], 1};
    model.trees.push_back(grower.grow(slopes, scores));
    if (options.go_on && !options.go_on(model)) break;
  }
  return model;
}

BoostedTrees BoostedTrees::fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const BoostingOptions& options) {
  check(x, y.size(), options);
  if (classes < 2) fail(ErrorKind::invalid_argument, "boosted trees: " + std::to_string(classes) + " classes; there must be at least two");
  const std::size_t outputs = classes == 2 ? 1 : static_cast<std::size_t>(classes), n = y.size();
  std::vector<double> share(static_cast<std::size_t>(classes));
  for (const std::int32_t label : y) {
    if (label < 0 || label >= classes) fail(ErrorKind::invalid_argument, "boosted trees: label " + std::to_string(label) + " outside 0.." + std::to_string(classes - 1));
    share[static_cast<std::size_t>(label)] += 1 / static_cast<double>(n);
  }
  BoostedTrees model;
  model.classes = classes;
  const auto safe = [](double p) { return std::clamp(p, 1e-15, 1 - 1e-15); };
  if (outputs == 1) model.start = {std::log(safe(share[1]) / (1 - safe(share[1])))};
  else for (const double p : share) model.start.push_back(std::log(safe(p)));
  std::vector<std::vector<double>> scores;
  for (const double s : model.start) scores.emplace_back(n, s);
  std::vector<std::vector<Slope>> slopes(outputs, std::vector<Slope>(n));
  detail::TreeGrower grower(x, options);
  const double factor = static_cast<double>(classes) / static_cast<double>(classes - 1);  // Friedman's, for several classes
  constexpr std::int64_t piece = 4096;
  for (int round = 0; round < options.trees; ++round) {
    parallel_for((static_cast<std::int64_t>(n) + piece - 1) / piece, [&](std::int64_t b) {
      std::vector<double> p(outputs);
      for (auto i = static_cast<std::size_t>(b * piece); i < std::min(n, static_cast<std::size_t>((b + 1) * piece)); ++i) {
        if (outputs == 1) {
          const double q = 1 / (1 + std::exp(-scores[0][i]));
          slopes[0][i] = {q - (y[i] == 1 ? 1 : 0), q * (1 - q)};
          continue;
        }
        double top = scores[0][i], sum = 0;
        for (std::size_t k = 1; k < outputs; ++k) top = std::max(top, scores[k][i]);
        for (std::size_t k = 0; k < outputs; ++k) sum += p[k] = std::exp(scores[k][i] - top);
        for (std::size_t k = 0; k < outputs; ++k) {
          const double q = p[k] / sum;
          slopes[k][i] = {q - (y[i] == static_cast<std::int32_t>(k) ? 1 : 0), factor * q * (1 - q)};
        }
      }
    });
    for (std::size_t k = 0; k < outputs; ++k) model.trees.push_back(grower.grow(slopes[k], scores[k]));
    if (options.go_on && !options.go_on(model)) break;
  }
  return model;
}

Matrix BoostedTrees::predict(const Matrix& x) const {
  const auto outputs = static_cast<std::int64_t>(start.size());
  Matrix out = Matrix::zeros(x.rows, classes == 2 ? 2 : outputs);
  parallel_for(x.rows, [&](std::int64_t i) {
    std::vector<double> scores = start;
    for (std::size_t t = 0; t < trees.size(); ++t) scores[t % scores.size()] += trees[t].predict(x.row(i));
    const std::span<double> to = out.row(i);
    if (classes == 0) {
      to[0] = scores[0];
    } else if (classes == 2) {
      to[1] = 1 / (1 + std::exp(-scores[0]));
      to[0] = 1 - to[1];
    } else {
      const double top = *std::max_element(scores.begin(), scores.end());
      double sum = 0;
      for (std::size_t k = 0; k < scores.size(); ++k) sum += to[k] = std::exp(scores[k] - top);
      for (double& p : to) p /= sum;
    }
  });
  return out;
}

}  // namespace candor::candid
