#include "candor/candid/baselines/histogram_tree.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/threads.h"
#include "candor/tensor/random.h"

namespace candor::candid::detail {

GrownColumns GrownColumns::of(const Matrix& x, std::span<const CategoryColumns> categories) {
  GrownColumns out;
  auto category = categories.begin();
  for (std::int64_t j = 0; j < x.columns;) {
    const bool starts = category != categories.end() && category->first == j;
    out.from.push_back({j, starts ? category->count : 0, {}});
    j += starts ? (category++)->count : 1;
  }
  out.x = Matrix::zeros(x.rows, static_cast<std::int64_t>(out.from.size()));
  parallel_for(x.rows, [&](std::int64_t i) {
    for (std::size_t j = 0; j < out.from.size(); ++j) {
      const Source& from = out.from[j];
      out.x.at(i, static_cast<std::int64_t>(j)) = from.words > 0 ? word_of(x.row(i), {from.first, from.words}) : x.at(i, from.first);
    }
  });
  out.bins = Bins::fit(out.x);
  for (std::size_t j = 0; j < out.from.size(); ++j) {
    Source& from = out.from[j];
    if (from.words == 0) continue;
    out.bins.edges[j].clear();
    for (std::int64_t w = 0; w < from.words; ++w) out.bins.edges[j].push_back(static_cast<double>(w) + .5);
    for (std::int64_t i = 0; i < x.rows; ++i) from.seen.set(static_cast<std::size_t>(out.x.at(i, static_cast<std::int64_t>(j))));
  }
  return out;
}

TreeGrower::TreeGrower(const Matrix& x, const BoostingOptions& options)
    : options_(options), columns_(GrownColumns::of(x, options.categories)), rows_(x.rows), codes_(bins_.codes(columns_.x)), order_(static_cast<std::size_t>(x.rows)), moved_(order_.size()), gathered_(order_.size()) {
  columns_.x = {};  // the codes say it all
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
  if (columns_.from[static_cast<std::size_t>(column)].words > 0) return search_sets(leaf, column);
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
      if (gain > best.gain) best = {gain, static_cast<std::int32_t>(column), static_cast<std::int32_t>(b), missing_left, {gradient, hessian}, l2, {}};
    }
  };
  scan(false);
  if (missing.hessian > 0) scan(true);
  return best;
}

// One word against all others, as a column of its own would be parted; and sets, from the words sorted.
TreeGrower::Split TreeGrower::search_sets(const Leaf& leaf, std::int64_t column) const {
  Split best;
  const Slope* bin = leaf.histogram.data() + offsets_[static_cast<std::size_t>(column)];
  const std::int64_t filled = bins_.filled(column);
  const double each = static_cast<double>(leaf.end - leaf.begin) / leaf.sum.hessian, least = static_cast<double>(options_.leaf_rows);
  const auto consider = [&](const Slope& left, double l2, const auto& set) {
    const Slope right{leaf.sum.gradient - left.gradient, leaf.sum.hessian - left.hessian};
    if (left.hessian < options_.leaf_hessian || right.hessian < options_.leaf_hessian || std::round(left.hessian * each) < least || std::round(right.hessian * each) < least) return;
    const double before = leaf.sum.gradient * leaf.sum.gradient / (leaf.sum.hessian + options_.l2);
    const double gain = left.gradient * left.gradient / (left.hessian + l2) + right.gradient * right.gradient / (right.hessian + l2) - before;
    if (gain > best.gain) best = {gain, static_cast<std::int32_t>(column), 0, false, left, l2, set()};
  };
  std::vector<std::int64_t> words;
  for (std::int64_t b = 0; b < filled; ++b) {
    consider(bin[b], options_.l2, [b] { return WordSet{}.set(static_cast<std::size_t>(b)); });
    if (std::round(bin[b].hessian * each) >= static_cast<double>(options_.word_rows)) words.push_back(b);
  }
  if (!options_.sets) return best;
  const auto place = [&](std::int64_t b) { return bin[b].gradient / (bin[b].hessian + options_.set_smooth); };
  std::stable_sort(words.begin(), words.end(), [&](std::int64_t a, std::int64_t b) { return place(a) < place(b); });
  Slope left;
  const double apart = static_cast<double>(options_.set_rows);
  double since = 0;  // rows since the last set that was compared
  for (std::size_t taken = 1; taken < words.size(); ++taken) {
    const Slope& word = bin[words[taken - 1]];
    left.gradient += word.gradient;
    left.hessian += word.hessian;
    since += std::round(word.hessian * each);
    if (since < apart) continue;
    if (std::round((leaf.sum.hessian - left.hessian) * each) < apart) break;
    since = 0;
    consider(left, options_.l2 + options_.set_l2, [&] {
      WordSet set;
      for (std::size_t i = 0; i < taken; ++i) set.set(static_cast<std::size_t>(words[i]));
      return set;
    });
  }
  return best;
}

void TreeGrower::add_nodes(BoostedTree& tree, Leaf& left, Leaf& right, std::int32_t left_leaf, std::int32_t right_leaf) const {
  const Split& split = left.split;
  const GrownColumns::Source& from = columns_.from[static_cast<std::size_t>(split.column)];
  const std::vector<double>& edges = bins_.edges[static_cast<std::size_t>(split.column)];
  const auto node = static_cast<std::int32_t>(tree.nodes.size());
  for (const auto& [parent, is_left] : left.parents) (is_left ? tree.nodes[static_cast<std::size_t>(parent)].left : tree.nodes[static_cast<std::size_t>(parent)].right) = node;
  left.parents.clear();
  if (from.words == 0) {
    // The last filled bin has no upper edge: everything that is there goes left.
    const double threshold = split.bin < static_cast<std::int32_t>(edges.size()) ? edges[static_cast<std::size_t>(split.bin)] : HUGE_VAL;
    tree.nodes.push_back({static_cast<std::int32_t>(from.first), -1 - left_leaf, -1 - right_leaf, threshold, split.missing_left});
    left.parents.push_back({node, true}), right.parents.push_back({node, false});
    return;
  }
  // The words that came, on either side. Rows with none of them have nothing to be asked for: they go where nothing else leads.
  std::vector<std::int64_t> named[2];
  bool none_left = false, none_seen = false;
  for (std::int64_t w = 0; w <= from.words; ++w) {
    const auto at = static_cast<std::size_t>(w);
    if (!from.seen[at]) continue;
    if (w == from.words) none_seen = true, none_left = split.set[at];
    else named[split.set[at]].push_back(w);
  }
  const bool ask_left = none_seen ? !none_left : named[1].size() <= named[0].size();
  const std::vector<std::int64_t>& asked = named[ask_left];
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const auto at = static_cast<std::int32_t>(tree.nodes.size());
    const bool last = i + 1 == asked.size();
    const std::int32_t hit = -1 - (ask_left ? left_leaf : right_leaf), miss = -1 - (ask_left ? right_leaf : left_leaf);
    tree.nodes.push_back({static_cast<std::int32_t>(from.first + asked[i]), last ? miss : at + 1, hit, .5, true});
    (ask_left ? left : right).parents.push_back({at, false});
    if (last) (ask_left ? right : left).parents.push_back({at, true});
  }
}

void TreeGrower::search(Leaf& a, Leaf* b) const {
  const auto columns = static_cast<std::int64_t>(asked_.size());
  const std::int64_t tasks = b ? 2 * columns : columns;
  std::vector<Split> found(static_cast<std::size_t>(tasks));
  const std::int64_t pieces = offsets_.back() < 20'000 ? 1 : std::clamp<std::int64_t>(tasks / 16, 1, 16);
  parallel_for(pieces, [&](std::int64_t piece) {
    for (std::int64_t t = tasks * piece / pieces; t < tasks * (piece + 1) / pieces; ++t) found[static_cast<std::size_t>(t)] = search(t < columns ? a : *b, asked_[static_cast<std::size_t>(t % columns)]);
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
  const bool is_category = columns_.from[static_cast<std::size_t>(column)].words > 0;
  std::int64_t left = leaf.begin, right = 0;
  for (std::int64_t i = leaf.begin; i < leaf.end; ++i) {
    const std::int32_t row = order_[static_cast<std::size_t>(i)];
    const std::int32_t code = codes[static_cast<std::int64_t>(row) * Bins::group];
    const bool goes_left = is_category ? leaf.split.set[static_cast<std::size_t>(code)] : code == missing ? leaf.split.missing_left : code <= leaf.split.bin;
    if (goes_left) order_[static_cast<std::size_t>(left++)] = row;
    else moved_[static_cast<std::size_t>(right++)] = row;
  }
  std::copy(moved_.begin(), moved_.begin() + right, order_.begin() + left);
  return left;
}

void TreeGrower::draw_columns() {
  const std::int64_t columns = bins_.columns(), taken = std::max<std::int64_t>(1, std::lround(options_.columns * static_cast<double>(columns)));
  const Permutation order(static_cast<std::uint64_t>(columns), RandomStream{grown_++, 0x636F6C756D6E73});
  asked_.clear();
  for (std::int64_t j = 0; j < taken; ++j) asked_.push_back(taken == columns ? j : static_cast<std::int64_t>(order.at(static_cast<std::uint64_t>(j))));
  std::sort(asked_.begin(), asked_.end());
}

BoostedTree TreeGrower::grow(std::span<const Slope> slopes, std::span<double> scores) {
  std::iota(order_.begin(), order_.end(), 0);
  draw_columns();
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
    Leaf right;
    add_nodes(tree, left, right, static_cast<std::int32_t>(at - leaves.begin()), static_cast<std::int32_t>(leaves.size()));
    const std::int64_t middle = partition(left);
    right.begin = middle;
    right.end = left.end;
    right.sum = {left.sum.gradient - split.left.gradient, left.sum.hessian - split.left.hessian};
    right.l2 = left.l2 = split.l2;
    right.depth = ++left.depth;
    left.end = middle;
    left.sum = split.left;
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
    const double value = leaves.size() > 1 ? options_.rate * this->value(leaf) : 0;
    tree.values.push_back(value);
    for (std::int64_t i = leaf.begin; i < leaf.end; ++i) scores[static_cast<std::size_t>(order_[static_cast<std::size_t>(i)])] += value;
  }
  return tree;
}

}  // namespace candor::candid::detail
