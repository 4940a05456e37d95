// Shapley values: how an answer is shared fairly among the inputs it came from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/base/function.h"
#include "candor/candid/baselines/matrix.h"
#include "candor/candid/baselines/tree.h"

namespace candor::explain {

/// A function of rows [n, columns] to n answers.
using RowFunction = Function<std::vector<double>(const candid::Matrix&)>;

/// Of one row x: base + sum of values = f(x).
struct Shapley {
  double base = 0;
  std::vector<double> values = {};
  std::vector<double> coalitions = {};  ///< exact: the answer for each set of inputs; bit i: input i is x's
  candid::Matrix interaction = {};      ///< exact: the interaction index of each pair, 0 on the diagonal
};
/// By all 2^columns coalitions, at most 20 columns: inputs outside one come from the rows of `background`, over whose answers the mean is taken. Throws Error
/// (shape, invalid_argument).
Shapley exact_shapley(const RowFunction& f, std::span<const double> x, const candid::Matrix& background);
/// By orders in which the inputs enter; those that have not come from the mean row of the background.
Shapley sampled_shapley(const RowFunction& f, std::span<const double> x, std::span<const double> baseline, const std::vector<std::vector<std::int64_t>>& orders);
/// Of a tree by the rows that went each way in training where an input is missing (path-dependent TreeSHAP's numbers, by enumeration: at most 20 columns).
Shapley tree_shapley(const candid::Tree& tree, std::span<const double> x);
/// Of a sum of w_i x_i: w_i (x_i - mean_i).
std::vector<double> linear_shapley(std::span<const double> weights, std::span<const double> x, std::span<const double> mean);
/// Weight of a coalition of `size` of `inputs` in KernelSHAP: (inputs - 1) / (choose(inputs, size) size (inputs - size)).
double kernel_shap_weight(std::int64_t inputs, std::int64_t size);

}  // namespace candor::explain
