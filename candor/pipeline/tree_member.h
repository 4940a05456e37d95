// Boosted trees beside the networks of a table: grown on the same parts of the training rows, and weighed by the rows that were left out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/nn/model.h"

namespace candor::pipeline::detail {

/// Trees grown on all parts but one each, and what they say of the part that was left out.
struct GrownTrees {
  Model model;                                ///< the mean over the parts: logits of the classes, or values; compiled
  std::vector<Tensor> said;                   ///< of each part's own rows: probabilities [rows, classes] or values [rows, 1], by the trees that did not see them
  double loss = 0;                            ///< of those: log loss, or mean squared error
  std::string what = {};                      ///< "430 boosted trees of at most 8 leaves": for people
};

/// True for tables with one column to predict.
bool trees_fit(const data::Dataset& train);

/// `part` has the part of each row, `folds` how many parts are left out in turn (0: none, and the trees are grown on all rows). Several sizes of trees are
/// tried where that takes less than about `seconds`, as the work goes and not the clock; as many trees are kept as are best for the rows left out. Nothing when even few trees would take longer.
std::optional<GrownTrees> grow_trees(const data::Dataset& train, const std::vector<int>& part, int folds, double seconds);

/// (1 - share) of the first plus share of the second.
Tensor blend(const Tensor& networks, const Tensor& trees, double share);
/// The share of the trees, from 0 to 1 in steps of .05, that makes the loss least when both are averaged: of rows that neither learned from.
double best_share(const data::Dataset& rows, const Tensor& networks, const Tensor& trees);
/// Log loss of class numbers, or mean squared error.
double loss_of(const data::Dataset& rows, const Tensor& said);

/// Both as one model: (1 - share) of what the networks say plus share of what the trees say; probabilities or values. Compiled.
Model mixed(const Model& networks, bool networks_give_logits, const Model& trees, double share, const data::Dataset& train);

}  // namespace candor::pipeline::detail
