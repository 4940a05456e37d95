// Decision trees as a layer.
#include <gtest/gtest.h>

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/layers/tree_ensemble.h"
#include "candor/nn/model.h"
#include "candor/nn/model_config.h"
#include "candor/ops/trees.h"

namespace candor {
namespace {

// Tree 0: x0 <= 1 ? (x1 <= 5 ? 10 : 20) : 30, missing x1 goes left; tree 1 is one leaf, 7; tree 2: x1 <= 2 ? 1 : 2, missing goes right.
TreeEnsembleOptions three_trees(std::int64_t outputs = 1) {
  return {.outputs = outputs,
          .nodes = Tensor::from(std::vector<float>{0, 1, 1, -3, 0, 1, 5, -1, -2, 1, 1, 2, -5, -6, 0}, Shape{3, 5}),
          .values = Tensor::from(std::vector<float>{10, 20, 30, 7, 1, 2}),
          .roots = Tensor::from(std::vector<float>{0, -4, 2}),
          .start = Tensor::zeros({outputs})};
}

TEST(TreeEnsemble, RowsWalkDownEachTree) {
  const float nan = std::nanf("");
  const Tensor x = Tensor::from(std::vector<float>{1, 5, 1, 5.5f, 2, 0, 0, nan, nan, 0}, Shape{5, 2});
  EXPECT_EQ(TreeEnsemble{three_trees()}(x).to_vector(), (std::vector<float>{19, 29, 38, 19, 38}));
}

TEST(TreeEnsemble, TreesTakeTurnsAmongOutputs) {
  const Tensor x = Tensor::from(std::vector<float>{1, 5, 2, 0}, Shape{2, 2});
  EXPECT_EQ(TreeEnsemble{three_trees(2)}(x).to_vector(), (std::vector<float>{12, 7, 31, 7}));
}

TEST(TreeEnsemble, ManyRowsAnswerAsEachAlone) {
  std::vector<float> numbers;
  for (int i = 0; i < 2002; ++i) numbers.push_back(static_cast<float>(i * 7 % 11));
  const Tensor x = Tensor::from(numbers, Shape{1001, 2});
  const TreeEnsemble layer(three_trees());
  const std::vector<float> all = layer(x).to_vector();
  for (std::int64_t r = 0; r < 1001; r += 100)
    EXPECT_EQ(layer(Tensor::from(std::vector<float>{numbers[static_cast<std::size_t>(2 * r)], numbers[static_cast<std::size_t>(2 * r + 1)]}, Shape{1, 2})).to_vector()[0], all[static_cast<std::size_t>(r)]);
}

TEST(TreeEnsemble, ComesBackFromItsConfigurationAndWeights) {
  const Sequential model{TreeEnsemble{three_trees()}};
  model.build({2});
  const Model again{layer_from_config(model.config())};
  again.build({2});
  again.set_weights(model.weights());
  const Tensor x = Tensor::from(std::vector<float>{1, 5, 1, 6, 2, 0}, Shape{3, 2});
  EXPECT_EQ(again.predict(x).to_vector(), model.predict(x).to_vector());
  EXPECT_EQ(model.predict(x).to_vector(), (std::vector<float>{19, 29, 38}));
}

TEST(TreeEnsemble, WeightsThatLeadNowhereAreErrors) {
  const Tensor x = Tensor::zeros({1, 2});
  // A node without a column, a leaf that is not there, a circle, a column beyond the row, NaN.
  const std::vector<std::vector<float>> bad{{-1, 1, -1, -1, 0}, {0, 1, -9, -9, 0}, {0, 1, 0, 0, 0}, {2, 1, -1, -1, 0}, {0, 1, std::nanf(""), std::nanf(""), 0}, {std::nanf(""), 1, -1, -1, 0}, {0, 1, 1e30f, 1e30f, 0}};
  for (const std::vector<float>& node : bad) {
    try {
      tree_sum(x, Tensor::from(node, Shape{1, 5}), Tensor::from(std::vector<float>{1}), Tensor::from(std::vector<float>{0}));
      ADD_FAILURE() << node[0] << " " << node[2];
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::corrupt);
    }
  }
}

TEST(TreeEnsemble, BadArguments) {
  EXPECT_THROW(TreeEnsemble({.outputs = 0, .trees = 1, .leaves = 1}), Error);
  EXPECT_THROW(TreeEnsemble({.trees = 0, .leaves = 1}), Error);
  EXPECT_THROW(TreeEnsemble({.trees = 1, .inner = -1, .leaves = 1}), Error);
  EXPECT_THROW(TreeEnsemble({.nodes = Tensor::zeros({2, 4})}), Error);
  EXPECT_THROW(TreeEnsemble{three_trees()}(Tensor::zeros({2})), Error);
}

}  // namespace
}  // namespace candor
