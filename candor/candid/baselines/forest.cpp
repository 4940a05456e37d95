#include "candor/candid/baselines/forest.h"

#include <algorithm>
#include <cmath>
#include <exception>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

constexpr int as_deep_as_it_goes = 60;

template <class Target, class Grow>
Forest grown(const Matrix& x, std::span<const Target> y, std::int64_t columns, const ForestOptions& options, Grow grow) {
  if (x.rows < 1 || options.trees < 1) fail(ErrorKind::invalid_argument, "forest: no training rows, or no trees");
  if (static_cast<std::int64_t>(y.size()) != x.rows) fail(ErrorKind::shape, "forest: " + std::to_string(x.rows) + " rows with " + std::to_string(y.size()) + " targets");
  Forest forest;
  forest.trees.resize(static_cast<std::size_t>(options.trees));
  std::vector<std::exception_ptr> stopped(forest.trees.size());
  parallel_for(options.trees, [&](std::int64_t t) {
    const auto at = static_cast<std::size_t>(t);
    try {
      const RandomStream draw = RandomStream{options.seed, 0x666F72657374}.derived(static_cast<std::uint64_t>(t));
      Matrix rows = Matrix::zeros(x.rows, x.columns);
      std::vector<Target> targets(y.size());
      for (std::int64_t i = 0; i < x.rows; ++i) {
        const auto from = static_cast<std::int64_t>(draw.below(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(x.rows)));
        std::copy(x.row(from).begin(), x.row(from).end(), rows.row(i).begin());
        targets[static_cast<std::size_t>(i)] = y[static_cast<std::size_t>(from)];
      }
      const TreeOptions one{.depth = as_deep_as_it_goes, .leaf_rows = options.leaf_rows, .columns = std::clamp<std::int64_t>(columns, 1, std::max<std::int64_t>(x.columns, 1)), .seed = options.seed * 1000003 + static_cast<std::uint64_t>(t)};
      forest.trees[at] = grow(rows, std::span<const Target>(targets), one);
    } catch (...) {
      stopped[at] = std::current_exception();
    }
  });
  for (const std::exception_ptr& why : stopped)
    if (why) std::rethrow_exception(why);
  return forest;
}

}  // namespace

Forest Forest::fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const ForestOptions& options) {
  const std::int64_t columns = options.columns > 0 ? options.columns : static_cast<std::int64_t>(std::sqrt(static_cast<double>(x.columns)));
  return grown<std::int32_t>(x, y, columns, options, [&](const Matrix& rows, std::span<const std::int32_t> labels, const TreeOptions& one) { return Tree::fit_classes(rows, labels, classes, one); });
}

Forest Forest::fit_values(const Matrix& x, std::span<const double> y, const ForestOptions& options) {
  const std::int64_t columns = options.columns > 0 ? options.columns : (x.columns + 2) / 3;
  return grown<double>(x, y, columns, options, [](const Matrix& rows, std::span<const double> values, const TreeOptions& one) { return Tree::fit_values(rows, values, one); });
}

Matrix Forest::predict(const Matrix& x) const {
  if (trees.empty()) fail(ErrorKind::invalid_argument, "forest: nothing was fitted");
  Matrix sum = trees.front().predict(x);
  for (std::size_t t = 1; t < trees.size(); ++t) {
    const Matrix more = trees[t].predict(x);
    for (std::size_t i = 0; i < sum.values.size(); ++i) sum.values[i] += more.values[i];
  }
  for (double& v : sum.values) v /= static_cast<double>(trees.size());
  return sum;
}

}  // namespace candor::candid
