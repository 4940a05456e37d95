#include "candor/candid/baselines/histogram_tree.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/threads.h"

namespace candor::candid::detail {

TreeGrower::TreeGrower(const Matrix& x, const BoostingOptions& options)
    : options_(options), bins_(Bins::fit(x)), rows_(x.rows), codes_(bins_.codes(x)), order_(static_cast<std::size_t>(x.rows)), moved_(order_.size()), gathered_(order_.size()) {
  offsets_.push_back(0);
  for (std::int64_t j = 0; j < bins_.columns(); ++j) offsets_.push_back(offsets_.back() + bins_.count(j));
}

void TreeGrower::fill(Leaf& leaf, std::span<const Slope> slopes) {
  leaf.histogram.assign(static_cast<std::size_t>(offsets_.back()), {});
  const std::int64_t n = leaf.end - leaf.begin;
  const std::int32_t* rows = order_.data() + leaf.begin;
  for (std::int64_t i = 0; i < n; ++i) gathered_[static_cast<std::size_t>(i)] = slopes[static_cast<std::size_t>(rows[i])];
  const auto fill_group = [&](std::int64_t g) {
    const std::uint8_t* codes = codes_.data() + g * rows_ * Bins::group;
    const std::int64_t first = g * Bins::group, columns = std::min(Bins::group, bins_.columns() - first);
    Slope* to[Bins::group];
    for (std::int64_t c = 0; c < Bins::group; ++c) to[c] = leaf.histogram.data() + offsets_[static_cast<std::size_t>(first + std::min(c, columns - 1))];
    const auto add = [&](std::int64_t width) {
      for (std::int64_t i = 0; i < n; ++i) {
        const std::uint8_t* code = codes + static_cast<std::int64_t>(rows[i]) * Bins::group;
        const Slope s = gathered_[static_cast<std::size_t>(i)];
        for (std::int64_t c = 0; c < width; ++c) {
          Slope& bin = to[c][code[c]];
          bin.gradient += s.gradient;
          bin.hessian += s.hessian;
        }
      }
    };
    if (columns == Bins::group) add(Bins::group);
    else add(columns);
  };
  // Waking other threads takes as long as some thousand cells on a quiet machine, and far longer on a busy one.
  if (n * bins_.columns() < 200'000) {
    for (std::int64_t g = 0; g < bins_.groups(); ++g) fill_group(g);
  } else {
    parallel_for(bins_.groups(), fill_group);
  }
}

TreeGrower::Split TreeGrower::search(const Leaf& leaf, std::int64_t column) const {
  Split best;
  const Slope* bin = leaf.histogram.data() + offsets_[static_cast<std::size_t>(column)];
  const std::int64_t filled = bins_.filled(column);
  const Slope missing = bin[filled];
  const double rows = static_cast<double>(leaf.end - leaf.begin), each = rows / leaf.sum.hessian;  // rows are estimated by their share of the hessian
  const double l2 = options_.l2, before = leaf.sum.gradient * leaf.sum.gradient / (leaf.sum.hessian + l2), least = static_cast<double>(options_.leaf_rows);
  const auto scan = [&](bool missing_left) {
    double gradient = missing_left ? missing.gradient : 0, hessian = missing_left ? missing.hessian : 0;
    for (std::int64_t b = 0; b < filled - (missing_left || missing.hessian == 0 ? 1 : 0); ++b) {
      gradient += bin[b].gradient;
      hessian += bin[b].hessian;
      const double other = leaf.sum.hessian - hessian;
      if (hessian < options_.leaf_hessian || std::round(hessian * each) < least) continue;
      if (other < options_.leaf_hessian || std::round(other * each) < least) break;
      const double rest = leaf.sum.gradient - gradient;
      const double gain = gradient * gradient / (hessian + l2) + rest * rest / (other + l2) - before;
      if (gain > best.gain) best = {gain, static_cast<std::int32_t>(column), static_cast<std::int32_t>(b), missing_left, {gradient, hessian}};
    }
  };
  scan(false);
  if (missing.hessian > 0) scan(true);
  return best;
}

void TreeGrower::search(Leaf& a, Leaf* b) const {
  const std::int64_t columns = bins_.columns(), tasks = b ? 2 * columns : columns;
  std::vector<Split> found(static_cast<std::size_t>(tasks));
  const std::int64_t pieces = offsets_.back() < 20'000 ? 1 : std::clamp<std::int64_t>(tasks / 16, 1, 16);
  parallel_for(pieces, [&](std::int64_t piece) {
    for (std::int64_t t = tasks * piece / pieces; t < tasks * (piece + 1) / pieces; ++t) found[static_cast<std::size_t>(t)] = search(t < columns ? a : *b, t % columns);
  });
  a.split = {};
  if (b) b->split = {};
  for (std::int64_t t = 0; t < tasks; ++t) {
    Split& best = t < columns ? a.split : b->split;
    if (found[static_cast<std::size_t>(t)].gain > best.gain) best = found[static_cast<std::size_t>(t)];
  }
}

std::int64_t TreeGrower::partition(const Leaf& leaf) {
  const std::int64_t column = leaf.split.column, missing = bins_.filled(column);
  const std::uint8_t* codes = codes_.data() + column / Bins::group * rows_ * Bins::group + column % Bins::group;
  std::int64_t left = leaf.begin, right = 0;
  for (std::int64_t i = leaf.begin; i < leaf.end; ++i) {
    const std::int32_t row = order_[static_cast<std::size_t>(i)];
    const std::int32_t code = codes[static_cast<std::int64_t>(row) * Bins::group];
    const bool goes_left = code == missing ? leaf.split.missing_left : code <= leaf.split.bin;
    if (goes_left) order_[static_cast<std::size_t>(left++)] = row;
    else moved_[static_cast<std::size_t>(right++)] = row;
  }
  std::copy(moved_.begin(), moved_.begin() + right, order_.begin() + left);
  return left;
}

BoostedTree TreeGrower::grow(std::span<const Slope> slopes, std::span<double> scores) {
  std::iota(order_.begin(), order_.end(), 0);
  std::vector<Leaf> leaves(1);
  leaves.reserve(static_cast<std::size_t>(std::max(1, options_.leaves)));
  leaves[0].end = rows_;
  for (const Slope& s : slopes) leaves[0].sum.gradient += s.gradient, leaves[0].sum.hessian += s.hessian;
  BoostedTree tree;
  if (leaves[0].sum.hessian > 0) {
    fill(leaves[0], slopes);
    search(leaves[0], nullptr);
  }
  while (static_cast<int>(leaves.size()) < options_.leaves) {
    const auto at = std::max_element(leaves.begin(), leaves.end(), [](const Leaf& a, const Leaf& b) { return a.split.gain < b.split.gain; });
    if (!(at->split.gain > 0)) break;
    Leaf& left = *at;
    const Split split = left.split;
    const auto node = static_cast<std::int32_t>(tree.nodes.size());
    const std::vector<double>& edges = bins_.edges[static_cast<std::size_t>(split.column)];
    // The last filled bin has no upper edge: everything that is there goes left.
    const double threshold = split.bin < static_cast<std::int32_t>(edges.size()) ? edges[static_cast<std::size_t>(split.bin)] : HUGE_VAL;
    const auto number = static_cast<std::int32_t>(at - leaves.begin());
    tree.nodes.push_back({split.column, -1 - number, -1 - static_cast<std::int32_t>(leaves.size()), threshold, split.missing_left, static_cast<std::uint8_t>(split.bin)});
    if (left.parent >= 0) (left.is_left ? tree.nodes[static_cast<std::size_t>(left.parent)].left : tree.nodes[static_cast<std::size_t>(left.parent)].right) = node;
    const std::int64_t middle = partition(left);
    Leaf right;
    right.begin = middle;
    right.end = left.end;
    right.sum = {left.sum.gradient - split.left.gradient, left.sum.hessian - split.left.hessian};
    right.parent = node;
    right.depth = ++left.depth;
    left.end = middle;
    left.sum = split.left;
    left.parent = node;
    left.is_left = true;
    left.split = {};
    if (static_cast<int>(leaves.size()) + 1 < options_.leaves && (options_.depth <= 0 || left.depth < options_.depth)) {
      Leaf& small = left.end - left.begin <= right.end - right.begin ? left : right;
      Leaf& large = &small == &left ? right : left;
      std::vector<Slope> both = std::move(left.histogram);
      fill(small, slopes);
      for (std::size_t i = 0; i < both.size(); ++i) both[i].gradient -= small.histogram[i].gradient, both[i].hessian -= small.histogram[i].hessian;
      large.histogram = std::move(both);
      // What is left of an empty bin is rounding.
      search(left, &right);
    }
    leaves.push_back(std::move(right));
  }
  for (const Leaf& leaf : leaves) {
    const double value = leaves.size() > 1 ? options_.rate * this->value(leaf.sum) : 0;
    tree.values.push_back(value);
    for (std::int64_t i = leaf.begin; i < leaf.end; ++i) scores[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])] += value;
  }
  return tree;
}

}  // namespace candor::candid::detail
