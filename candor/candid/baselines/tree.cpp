#include "candor/candid/baselines/tree.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

float rounded(double v) { return static_cast<float>(v); }

// What a side of a split holds: class counts, or count, sum and sum of squares.
struct Side {
  std::vector<double> sums;
  double rows = 0;
};

struct Gini {
  std::span<const std::int32_t> y;
  int classes;
  Side empty() const { return {std::vector<double>(static_cast<std::size_t>(classes)), 0}; }
  void move(Side& side, std::int32_t row, double by) const {
    side.sums[static_cast<std::size_t>(y[static_cast<std::size_t>(row)])] += by;
    side.rows += by;
  }
  // The larger, the purer: sum of squared counts by rows.
  double worth(const Side& side) const {
    double squares = 0;
    for (const double n : side.sums) squares += n * n;
    return squares / side.rows;
  }
  double impurity(const Side& side) const {
    double squares = 0;
    for (const double n : side.sums) squares += n * n;
    return 1 - squares / (side.rows * side.rows);
  }
  std::vector<double> value(const Side& side) const {
    std::vector<double> shares = side.sums;
    for (double& s : shares) s /= side.rows;
    return shares;
  }
};

struct Squares {
  std::span<const double> y;
  double centre;  // of all rows, taken off so that squares stay small
  Side empty() const { return {std::vector<double>(2), 0}; }
  void move(Side& side, std::int32_t row, double by) const {
    const double v = y[static_cast<std::size_t>(row)] - centre;
    side.sums[0] += by * v;
    side.sums[1] += by * v * v;
    side.rows += by;
  }
  double worth(const Side& side) const { return side.sums[0] * side.sums[0] / side.rows; }
  double impurity(const Side& side) const {
    const double mean = side.sums[0] / side.rows;
    return std::max(0., side.sums[1] / side.rows - mean * mean);
  }
  std::vector<double> value(const Side& side) const { return {centre + side.sums[0] / side.rows}; }
};

template <class Measure>
class Grower {
 public:
  Grower(const Matrix& x, const Measure& measure, const TreeOptions& options) : x_(x), measure_(measure), options_(options) {}

  Tree grow() {
    std::vector<std::vector<std::int32_t>> orders(static_cast<std::size_t>(x_.columns));
    parallel_for(x_.columns, [&](std::int64_t j) {
      std::vector<std::int32_t>& order = orders[static_cast<std::size_t>(j)];
      order.resize(static_cast<std::size_t>(x_.rows));
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return rounded(x_.at(a, j)) < rounded(x_.at(b, j)); });
    });
    std::vector<std::int32_t> rows(static_cast<std::size_t>(x_.rows));
    std::iota(rows.begin(), rows.end(), 0);
    left_.assign(rows.size(), 0);
    node(rows, std::move(orders), 0);
    return std::move(tree_);
  }

 private:
  struct Split {
    double worth = -std::numeric_limits<double>::infinity(), threshold = 0;
    std::int64_t column = -1, rows = 0;
  };

  Split best_split(const std::vector<std::int32_t>& order, std::int64_t column, const Side& all) const {
    Split best;
    Side left = measure_.empty(), right = all;
    const auto n = static_cast<std::int64_t>(order.size());
    for (std::int64_t i = 0; i + 1 < n; ++i) {
      const std::int32_t row = order[static_cast<std::size_t>(i)];
      measure_.move(left, row, 1);
      measure_.move(right, row, -1);
      const float here = rounded(x_.at(row, column)), next = rounded(x_.at(order[static_cast<std::size_t>(i + 1)], column));
      if (!(next > here + 1e-7f) || i + 1 < options_.leaf_rows || n - i - 1 < options_.leaf_rows) continue;
      const double worth = measure_.worth(left) + measure_.worth(right);
      if (!(worth > best.worth)) continue;
      const double middle = static_cast<double>(here) / 2 + static_cast<double>(next) / 2;
      best = {worth, middle < static_cast<double>(next) ? middle : static_cast<double>(here), column, i + 1};
    }
    return best;
  }

  // Some columns, in an order that depends on the node, until one of them can be parted by.
  void split_some(std::vector<Split>& splits, const std::vector<std::vector<std::int32_t>>& orders, const Side& all, std::size_t node) const {
    const RandomStream draw = RandomStream{options_.seed, 0x747265652F}.derived(node);
    std::vector<std::int64_t> columns(orders.size());
    std::iota(columns.begin(), columns.end(), std::int64_t{0});
    bool found = false;
    for (std::size_t k = 0; k < columns.size() && !(found && static_cast<std::int64_t>(k) >= options_.columns); ++k) {
      std::swap(columns[k], columns[k + static_cast<std::size_t>(draw.below(k, columns.size() - k))]);
      const auto j = static_cast<std::size_t>(columns[k]);
      splits[j] = best_split(orders[j], columns[k], all);
      found = found || splits[j].column >= 0;
    }
  }

  void node(const std::vector<std::int32_t>& rows, std::vector<std::vector<std::int32_t>> orders, int depth) {
    const auto at = tree_.feature.size();
    Side all = measure_.empty();
    for (const std::int32_t row : rows) measure_.move(all, row, 1);
    tree_.feature.push_back(-2);
    tree_.left.push_back(-1);
    tree_.right.push_back(-1);
    tree_.threshold.push_back(-2);
    tree_.impurity.push_back(measure_.impurity(all));
    tree_.rows.push_back(static_cast<std::int64_t>(rows.size()));
    tree_.value.push_back(measure_.value(all));
    if (depth >= options_.depth || rows.size() < 2 || tree_.impurity[at] <= std::numeric_limits<double>::epsilon()) return;
    std::vector<Split> splits(orders.size());
    if (options_.columns > 0) split_some(splits, orders, all, at);
    else parallel_for(static_cast<std::int64_t>(orders.size()), [&](std::int64_t j) { splits[static_cast<std::size_t>(j)] = best_split(orders[static_cast<std::size_t>(j)], j, all); });
    Split best;
    for (const Split& split : splits) {
      if (split.column >= 0 && split.worth > best.worth) best = split;
    }
    if (best.column < 0) return;
    std::vector<std::int32_t> below, above;
    for (const std::int32_t row : rows) {
      const bool goes_left = static_cast<double>(rounded(x_.at(row, best.column))) <= best.threshold;
      left_[static_cast<std::size_t>(row)] = goes_left;
      (goes_left ? below : above).push_back(row);
    }
    std::vector<std::vector<std::int32_t>> lower(orders.size()), upper(orders.size());
    parallel_for(static_cast<std::int64_t>(orders.size()), [&](std::int64_t j) {
      const auto column = static_cast<std::size_t>(j);
      for (const std::int32_t row : orders[column]) (left_[static_cast<std::size_t>(row)] ? lower : upper)[column].push_back(row);
      orders[column] = {};
    });
    tree_.feature[at] = static_cast<std::int32_t>(best.column);
    tree_.threshold[at] = best.threshold;
    tree_.left[at] = static_cast<std::int32_t>(tree_.feature.size());
    node(below, std::move(lower), depth + 1);
    tree_.right[at] = static_cast<std::int32_t>(tree_.feature.size());
    node(above, std::move(upper), depth + 1);
  }

  const Matrix& x_;
  const Measure& measure_;
  TreeOptions options_;
  std::vector<char> left_;  // of the rows of the node that is being parted
  Tree tree_;
};

void check(const Matrix& x, std::size_t targets) {
  if (x.rows < 1) fail(ErrorKind::invalid_argument, "tree: no training rows");
  if (static_cast<std::int64_t>(targets) != x.rows) fail(ErrorKind::shape, "tree: " + std::to_string(x.rows) + " rows with " + std::to_string(targets) + " targets");
}

}  // namespace

Tree Tree::fit_classes(const Matrix& x, std::span<const std::int32_t> y, int classes, const TreeOptions& options) {
  check(x, y.size());
  const Gini measure{y, classes};
  return Grower<Gini>(x, measure, options).grow();
}

Tree Tree::fit_values(const Matrix& x, std::span<const double> y, const TreeOptions& options) {
  check(x, y.size());
  const Squares measure{y, std::accumulate(y.begin(), y.end(), 0.) / static_cast<double>(y.size())};
  return Grower<Squares>(x, measure, options).grow();
}

Matrix Tree::predict(const Matrix& x) const {
  Matrix out = Matrix::zeros(x.rows, static_cast<std::int64_t>(value.front().size()));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::size_t at = 0;
    while (feature[at] >= 0) at = static_cast<std::size_t>(static_cast<double>(rounded(x.at(i, feature[at]))) <= threshold[at] ? left[at] : right[at]);
    std::copy(value[at].begin(), value[at].end(), out.row(i).begin());
  }
  return out;
}

}  // namespace candor::candid
