#include "candor/pipeline/tree_member.h"

#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/baselines/boosting.h"
#include "candor/nn/layers/activations.h"
#include "candor/nn/layers/merging.h"
#include "candor/nn/layers/rescale.h"
#include "candor/nn/layers/tree_ensemble.h"
#include "candor/nn/losses.h"
#include "candor/nn/metrics.h"
#include "candor/nn/optimizers/optimizers.h"
#include "candor/ops/activation.h"

namespace candor::pipeline::detail {
namespace {

using candid::BoostedTrees;
using candid::BoostingOptions;
using candid::Matrix;

constexpr int patience = 25;  // rounds without gain on the rows left out

/// The rows that a fold's trees learn from, and those that choose how many there are.
struct Fold {
  Matrix x, judged_x;
  std::vector<std::int32_t> labels, judged_labels;
  std::vector<double> values, judged_values;
};

Fold fold_of(const data::Dataset& train, const std::vector<int>& part, int left_out) {
  std::vector<std::int64_t> kept, judged;
  for (std::int64_t i = 0; i < train.rows(); ++i) (!part.empty() && part[static_cast<std::size_t>(i)] == left_out ? judged : kept).push_back(i);
  const auto fill = [&](const std::vector<std::int64_t>& rows, Matrix& x, std::vector<std::int32_t>& labels, std::vector<double>& values) {
    if (rows.empty()) return;
    x = candid::matrix_of(train, rows);
    const Tensor targets = data::take_rows(train.targets, rows);
    if (train.is_classification()) labels = targets.to_vector<std::int32_t>();
    else values = targets.to_vector<double>();
  };
  Fold fold;
  fill(kept, fold.x, fold.labels, fold.values);
  fill(judged, fold.judged_x, fold.judged_labels, fold.judged_values);
  return fold;
}

/// What the trees say of the rows left out as they grow; stops them when more do not help.
class Watch {
 public:
  Watch(const Fold& fold, int classes) : fold_(fold), outputs_(classes > 2 ? static_cast<std::size_t>(classes) : 1), classes_(classes) {}

  bool operator()(const BoostedTrees& grown) {
    if (fold_.judged_x.rows == 0) return true;
    const auto rows = static_cast<std::size_t>(fold_.judged_x.rows);
    if (scores_.empty()) {
      for (std::size_t i = 0; i < rows; ++i) scores_.insert(scores_.end(), grown.start.begin(), grown.start.end());
    }
    for (std::size_t k = 0; k < outputs_; ++k) {
      const candid::BoostedTree& tree = grown.trees[grown.trees.size() - outputs_ + k];
      for (std::size_t i = 0; i < rows; ++i) scores_[i * outputs_ + k] += tree.predict(fold_.judged_x.row(static_cast<std::int64_t>(i)));
    }
    ++rounds_;
    const double now = loss();
    if (best_ < 0 || now < best_loss_) best_loss_ = now, best_ = rounds_, best_scores_ = scores_;
    return rounds_ < best_ + patience;
  }

  int best() const { return best_; }
  double best_loss() const { return best_loss_; }
  /// Probabilities or values.
  Tensor said() const {
    const auto rows = static_cast<std::int64_t>(best_scores_.size() / outputs_);
    std::vector<float> out;
    if (classes_ == 2) {
      for (const double s : best_scores_) {
        const double p = 1 / (1 + std::exp(-s));
        out.push_back(static_cast<float>(1 - p)), out.push_back(static_cast<float>(p));
      }
      return Tensor::from(out, Shape{rows, 2});
    }
    out.assign(best_scores_.begin(), best_scores_.end());
    const Tensor scores = Tensor::from(out, Shape{rows, static_cast<std::int64_t>(outputs_)});
    return classes_ ? softmax(scores, -1) : scores;
  }

 private:
  double loss() const {
    double sum = 0;
    const auto rows = static_cast<std::size_t>(fold_.judged_x.rows);
    for (std::size_t i = 0; i < rows; ++i) {
      const double* s = scores_.data() + i * outputs_;
      if (!classes_) {
        sum += (s[0] - fold_.judged_values[i]) * (s[0] - fold_.judged_values[i]);
      } else if (classes_ == 2) {
        const double margin = fold_.judged_labels[i] == 1 ? s[0] : -s[0];
        sum += margin > 0 ? std::log1p(std::exp(-margin)) : -margin + std::log1p(std::exp(margin));
      } else {
        const double top = *std::max_element(s, s + outputs_);
        double all = 0;
        for (std::size_t k = 0; k < outputs_; ++k) all += std::exp(s[k] - top);
        sum += std::log(all) + top - s[fold_.judged_labels[i]];
      }
    }
    return sum / static_cast<double>(rows);
  }

  const Fold& fold_;
  std::size_t outputs_;
  int classes_, rounds_ = 0, best_ = -1;
  double best_loss_ = 0;
  std::vector<double> scores_, best_scores_;
};

BoostedTrees fit(const Fold& fold, int classes, const BoostingOptions& options, Watch& watch) {
  BoostingOptions o = options;
  o.go_on = [&watch](const BoostedTrees& grown) { return watch(grown); };
  BoostedTrees trees = classes ? BoostedTrees::fit_classes(fold.x, fold.labels, classes, o) : BoostedTrees::fit_values(fold.x, fold.values, o);
  if (watch.best() > 0) trees.trees.resize(static_cast<std::size_t>(watch.best()) * trees.start.size());
  return trees;
}

/// The greatest f32 that is not above x: the same rows go left as with x itself.
float at_most(double x) {
  const auto near = static_cast<float>(std::clamp(x, -3e38, 3e38));
  return static_cast<double>(near) <= x ? near : std::nextafter(near, -HUGE_VALF);
}

/// The mean of several boosted trees as one layer; two classes get two logits, 0 and that of the second.
Model as_model(const std::vector<BoostedTrees>& members, const data::Dataset& train) {
  std::vector<float> nodes, values{0}, roots;
  const double share = 1 / static_cast<double>(members.size());
  const bool two = members.front().classes == 2;
  const auto outputs = static_cast<std::int64_t>(two ? 2 : members.front().start.size());
  std::vector<float> start(static_cast<std::size_t>(outputs));
  for (const BoostedTrees& member : members) {
    for (std::size_t k = 0; k < member.start.size(); ++k) start[two ? 1 : k] += static_cast<float>(share * member.start[k]);
    for (const candid::BoostedTree& tree : member.trees) {
      const auto first_node = static_cast<std::int32_t>(nodes.size() / 5), first_leaf = static_cast<std::int32_t>(values.size());
      const auto moved = [&](std::int32_t child) { return static_cast<float>(child < 0 ? child - first_leaf : child + first_node); };
      if (two) roots.push_back(-1);  // the first class stands still: leaf 0, which is 0
      for (const candid::BoostedTree::Node& node : tree.nodes)
        nodes.insert(nodes.end(), {static_cast<float>(node.column), at_most(node.threshold), moved(node.left), moved(node.right), node.missing_left ? 1.f : 0.f});
      roots.push_back(tree.nodes.empty() ? moved(-1) : moved(0));
      for (const double v : tree.values) values.push_back(static_cast<float>(share * v));
    }
  }
  const auto inner = static_cast<std::int64_t>(nodes.size() / 5);
  const TreeEnsemble layer({.outputs = outputs, .nodes = Tensor::from(nodes, Shape{inner, 5}), .values = Tensor::from(values), .roots = Tensor::from(roots), .start = Tensor::from(start), .name = "trees"});
  const Symbol input = Input(train.row_shape(), {.dtype = train.features.dtype()});
  const Model model{input, layer(input)};
  if (members.front().classes) model.compile({.loss = SparseCategoricalCrossentropy{.from_logits = true}, .optimizer = Adam{}, .metrics = {Accuracy{}}});
  else model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}, .metrics = {MeanAbsoluteError{}}});
  return model;
}

/// Columns as trees count them: a category is one.
std::int64_t columns_of(const data::Dataset& train, const std::vector<candid::CategoryColumns>& categories) {
  std::int64_t columns = train.row_shape().size();
  for (const candid::CategoryColumns& category : categories) columns -= category.count - 1;
  return columns;
}

/// Sizes of trees to try, by the rows there are: few rows bear small trees. Each tree asks seven in ten of the columns, which makes trees differ and their sum better; what hangs
/// on two columns that must meet wants all of them, and words that mean nothing are parted less well by chance when they are asked for one at a time: that is tried, too.
std::vector<BoostingOptions> sizes_for(std::int64_t rows, std::int64_t columns, const std::vector<candid::CategoryColumns>& categories) {
  constexpr std::int64_t enough = 5;  // columns of which some can be left out
  const double share = columns < enough ? 1 : .7;
  const auto size = [&](int leaves, std::int64_t leaf_rows, bool whole) {
    return BoostingOptions{.trees = 1500, .rate = rows < 20'000 ? .05 : .1, .leaves = leaves, .leaf_rows = leaf_rows, .l2 = 1, .columns = whole ? 1 : share, .categories = categories, .sets = !whole};
  };
  std::vector<BoostingOptions> sizes;
  if (rows < 2000) sizes = {size(8, 10, false), size(4, 5, false), size(31, 20, false)};
  else sizes = {size(31, 20, false), size(8, 20, false), size(96, 20, false)};
  if (share < 1 || !categories.empty()) sizes.insert(sizes.begin() + 2, size(rows < 2000 ? 8 : 31, rows < 2000 ? 10 : 20, true));
  return sizes;
}

/// About how long one size takes for all folds, by its arithmetic.
double expected_seconds(const data::Dataset& train, const BoostingOptions& o, int folds) {
  const auto columns = static_cast<double>(columns_of(train, o.categories)), rows = static_cast<double>(train.rows());
  const double outputs = train.class_names.size() > 2 ? static_cast<double>(train.class_names.size()) : 1, depth = std::log2(static_cast<double>(o.leaves));
  constexpr double each_cell = 1e-9, each_bin = 2e-9;
  return folds * o.trees * outputs * columns * (rows * depth * .5 * each_cell + o.leaves * std::min(254., rows) * each_bin);
}

}  // namespace

bool trees_fit(const data::Dataset& train) {
  return train.features.rank() == 2 && train.features.size() > 0 && (train.is_classification() ? train.targets.rank() == 1 : train.targets.rank() == 1 || train.targets.shape(1) == 1);
}

std::optional<GrownTrees> grow_trees(const data::Dataset& train, const std::vector<int>& part, int folds, double seconds) {
  const int classes = train.is_classification() ? static_cast<int>(train.class_names.size()) : 0, count = std::max(folds, 1);
  const std::vector<candid::CategoryColumns> categories = candid::find_categories(candid::matrix_of(train));
  std::vector<BoostingOptions> sizes = sizes_for(train.rows(), columns_of(train, categories), categories);
  double first = expected_seconds(train, sizes.front(), count);
  if (folds == 0) sizes.resize(1), sizes.front().trees = 100, sizes.front().rate = .1;  // nothing says when to stop: the usual number
  if (first > seconds) {
    sizes.resize(1);
    sizes.front().trees = static_cast<int>(sizes.front().trees * seconds / first);
    if (sizes.front().trees < 50) return std::nullopt;
    sizes.front().rate = .1;
  }
  GrownTrees best;
  std::int64_t trees = 0;
  double spent = 0;
  for (const BoostingOptions& size : sizes) {
    spent += expected_seconds(train, size, count);
    if (&size != &sizes.front() && spent > seconds) break;
    std::vector<BoostedTrees> members;
    std::vector<Tensor> said;
    double loss = 0, judged = 0;
    for (int f = 0; f < count; ++f) {
      const Fold fold = fold_of(train, folds > 0 ? part : std::vector<int>{}, f);
      Watch watch(fold, classes);
      members.push_back(fit(fold, classes, size, watch));
      if (folds > 0) said.push_back(watch.said());
      loss += watch.best_loss() * static_cast<double>(fold.judged_x.rows), judged += static_cast<double>(fold.judged_x.rows);
    }
    loss /= std::max(judged, 1.);
      if (!best.said.empty() && loss >= best.loss) continue;
    trees = 0;
    for (const BoostedTrees& member : members) trees += static_cast<std::int64_t>(member.trees.size());
    best = {as_model(members, train), std::move(said), loss, with_thousands(trees) + " boosted trees of at most " + std::to_string(size.leaves) + " leaves"};
  }
  return best;
}

double loss_of(const data::Dataset& rows, const Tensor& said) {
  const std::vector<float> answers = said.to_vector();
  double sum = 0;
  if (rows.is_classification()) {
    const std::vector<std::int32_t> truth = rows.targets.to_vector<std::int32_t>();
    const std::size_t width = rows.class_names.size();
    for (std::size_t i = 0; i < truth.size(); ++i) sum -= std::log(std::max(static_cast<double>(answers[i * width + static_cast<std::size_t>(truth[i])]), 1e-12));
    return sum / static_cast<double>(truth.size());
  }
  const std::vector<float> truth = rows.targets.to_vector();
  for (std::size_t i = 0; i < truth.size(); ++i) sum += (static_cast<double>(answers[i]) - static_cast<double>(truth[i])) * (static_cast<double>(answers[i]) - static_cast<double>(truth[i]));
  return sum / static_cast<double>(truth.size());
}

Tensor blend(const Tensor& networks, const Tensor& trees, double share) {
  std::vector<float> a = networks.to_vector();
  const std::vector<float> b = trees.to_vector();
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = static_cast<float>((1 - share) * static_cast<double>(a[i]) + share * static_cast<double>(b[i]));
  return Tensor::from(a, networks.shape());
}

double best_share(const data::Dataset& rows, const Tensor& networks, const Tensor& trees) {
  double best = 0, least = HUGE_VAL;
  for (int i = 0; i <= 20; ++i)
    if (const double loss = loss_of(rows, blend(networks, trees, .05 * i)); loss < least) least = loss, best = .05 * i;
  return best;
}

Model mixed(const Model& networks, bool networks_give_logits, const Model& trees, double share, const data::Dataset& train) {
  const bool classes = train.is_classification();
  const Symbol input = Input(train.row_shape(), {.dtype = train.features.dtype()});
  Symbol a = networks(input), b = trees(input);
  if (classes && networks_give_logits) a = Softmax{}(a);
  if (classes) b = Softmax{}(b);
  const Model model{input, Add{}({Rescale{1 - share}(a), Rescale{share}(b)})};
  if (classes) model.compile({.loss = SparseCategoricalCrossentropy{}, .optimizer = Adam{}, .metrics = {Accuracy{}}});
  else model.compile({.loss = MeanSquaredError{}, .optimizer = Adam{}, .metrics = {MeanAbsoluteError{}}});
  return model;
}

}  // namespace candor::pipeline::detail
