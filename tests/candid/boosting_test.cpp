// Boosted trees on categories: sets of words, chains of nodes that mean a set, and columns drawn anew for each tree.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "candor/base/error.h"
#include "candor/candid/baselines/boosting.h"
#include "candor/tensor/random.h"

namespace candor::candid {
namespace {

// A word of `words`, one input each; then a number; some rows have no word at all.
struct Words {
  Matrix x;
  std::vector<int> word;
  std::vector<double> number;
};

Words made(std::int64_t rows, int words, bool some_without, std::uint64_t seed = 1) {
  const RandomStream draw{seed, 0};
  Words out{Matrix::zeros(rows, words + 1), {}, {}};
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto at = static_cast<std::uint64_t>(2 * i);
    const int word = static_cast<int>(draw.below(at, static_cast<std::uint64_t>(some_without ? words + 1 : words)));
    out.word.push_back(word);
    out.number.push_back(static_cast<double>(draw.uniform(at + 1)));
    if (word < words) out.x.at(i, word) = 1;
    out.x.at(i, words) = out.number.back();
  }
  return out;
}

TEST(BoostedTreesOnCategories, FindsTheColumnsOfACategory) {
  const Words rows = made(500, 12, true);
  const std::vector<CategoryColumns> found = find_categories(rows.x);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].first, 0);
  EXPECT_EQ(found[0].count, 12);
  EXPECT_EQ(word_of(rows.x.row(0), found[0]), rows.word[0]);
  EXPECT_TRUE(find_categories(made(500, 4, false).x).empty()) << "four words are parted as well one at a time";

  Matrix two = Matrix::zeros(500, 14);  // two categories side by side
  for (std::int64_t i = 0; i < 500; ++i) two.at(i, i % 6) = two.at(i, 6 + i / 6 % 8) = 1;
  const auto both = find_categories(two);
  ASSERT_EQ(both.size(), 2u);
  EXPECT_EQ(both[0].count, 6);
  EXPECT_EQ(both[1].first, 6);
  EXPECT_EQ(both[1].count, 8);
  two.at(7, 3) = two.at(7, 1) = 1;  // a row with two ones: no category
  EXPECT_NE(find_categories(two)[0].count, 6);
}

// One split finds the half of the words that is high, which one word at a time cannot.
TEST(BoostedTreesOnCategories, OneSplitPartsTheWordsAsBestItCan) {
  for (const bool some_without : {false, true}) {
    const Words rows = made(4000, 20, some_without);
    const std::set<int> high{1, 4, 5, 9, 11, 13, 16, 18, 20};
    std::vector<double> y;
    for (const int w : rows.word) y.push_back(high.count(w) ? 3 : -1);
    BoostingOptions o{.trees = 1, .rate = 1, .leaves = 2, .categories = find_categories(rows.x), .set_l2 = 0};
    const BoostedTrees trees = BoostedTrees::fit_values(rows.x, y, o);
    const Matrix said = trees.predict(rows.x);
    for (std::int64_t i = 0; i < rows.x.rows; ++i) ASSERT_NEAR(said.at(i, 0), y[static_cast<std::size_t>(i)], 1e-9) << "word " << rows.word[static_cast<std::size_t>(i)];
    o.sets = false;
    EXPECT_GT(std::abs(BoostedTrees::fit_values(rows.x, y, o).predict(rows.x).at(0, 0) - y[0]), .1);
  }
}

// Walking down the nodes ends where the rows were put while the tree grew: each leaf answers the mean of its own rows.
TEST(BoostedTreesOnCategories, LeavesAnswerTheMeanOfTheirRows) {
  const Words rows = made(3000, 30, true, 5);
  std::vector<double> y;
  for (std::size_t i = 0; i < rows.word.size(); ++i) y.push_back(std::sin(7. * rows.word[i]) * (rows.number[i] > .4 ? 2 : -1) + rows.number[i]);
  const BoostedTrees trees = BoostedTrees::fit_values(rows.x, y, {.trees = 1, .rate = 1, .leaves = 40, .leaf_rows = 5, .categories = find_categories(rows.x), .set_rows = 5, .set_l2 = 0});
  const Matrix said = trees.predict(rows.x);
  std::map<double, std::pair<double, int>> sums;
  for (std::size_t i = 0; i < y.size(); ++i) {
    auto& [sum, n] = sums[said.at(static_cast<std::int64_t>(i), 0)];
    sum += y[i], ++n;
  }
  EXPECT_GT(sums.size(), 30u);
  for (const auto& [answer, sum] : sums) EXPECT_NEAR(answer, sum.first / sum.second, 1e-9);
  for (std::size_t n = 0; n < trees.trees[0].nodes.size(); ++n) {
    EXPECT_TRUE(trees.trees[0].nodes[n].left < 0 || trees.trees[0].nodes[n].left > static_cast<int>(n));
    EXPECT_TRUE(trees.trees[0].nodes[n].right < 0 || trees.trees[0].nodes[n].right > static_cast<int>(n));
  }
}

// Without sets a category asks what its columns ask one at a time: the same answers.
TEST(BoostedTreesOnCategories, WithoutSetsTheSameTreesAsFromTheColumns) {
  const Words rows = made(1500, 15, false, 9);
  std::vector<double> y;
  for (std::size_t i = 0; i < rows.word.size(); ++i) y.push_back(std::sin(7. * rows.word[i]) + rows.number[i]);
  const Matrix plain = BoostedTrees::fit_values(rows.x, y, {.trees = 20}).predict(rows.x);
  const Matrix grouped = BoostedTrees::fit_values(rows.x, y, {.trees = 20, .categories = find_categories(rows.x), .sets = false}).predict(rows.x);
  for (std::int64_t i = 0; i < rows.x.rows; ++i) EXPECT_NEAR(plain.at(i, 0), grouped.at(i, 0), 1e-6);
}

TEST(BoostedTreesOnCategories, EachTreeAsksAShareOfTheColumns) {
  Matrix x = Matrix::zeros(400, 6);
  std::vector<double> y;
  for (std::int64_t i = 0; i < 400; ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < 6; ++j) sum += x.at(i, j) = static_cast<double>(RandomStream{3, 0}.uniform(static_cast<std::uint64_t>(6 * i + j)));
    y.push_back(sum);
  }
  const BoostedTrees trees = BoostedTrees::fit_values(x, y, {.trees = 30, .leaves = 16, .leaf_rows = 5, .columns = .5});
  std::set<std::set<std::int32_t>> asked;
  for (const BoostedTree& tree : trees.trees) {
    std::set<std::int32_t> columns;
    for (const BoostedTree::Node& node : tree.nodes) columns.insert(node.column);
    EXPECT_LE(columns.size(), 3u);
    asked.insert(columns);
  }
  EXPECT_GT(asked.size(), 5u);
}

TEST(BoostedTreesOnCategories, RefusesCategoriesThatAreNone) {
  const Words rows = made(50, 5, false);
  const std::vector<double> y(50, 1.);
  EXPECT_THROW(BoostedTrees::fit_values(rows.x, y, {.categories = {{2, 9}}}), Error);
  EXPECT_THROW(BoostedTrees::fit_values(rows.x, y, {.categories = {{0, 3}, {2, 2}}}), Error);
  EXPECT_THROW(BoostedTrees::fit_values(rows.x, y, {.columns = 0}), Error);
}

}  // namespace
}  // namespace candor::candid
