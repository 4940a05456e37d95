// What a function of several inputs does along one or two of them, and a straight line near one point.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/explain/shapley.h"

namespace candor::explain {

/// The answer for each row with input `column` set to each value of the grid (individual conditional expectation) [rows, grid].
candid::Matrix conditional_expectations(const RowFunction& f, const candid::Matrix& x, std::int64_t column, std::span<const double> grid);
/// Mean answer with two inputs set [first grid, second grid].
candid::Matrix joint_dependence(const RowFunction& f, const candid::Matrix& x, std::int64_t first, std::int64_t second, std::span<const double> first_grid, std::span<const double> second_grid);

/// First-order accumulated local effects (Apley and Zhu, 2020) over bins of equally many rows: edges are quantiles (type 7), a bin is (edge, next edge], the first one with its
/// lower edge. `curve` is the effect at the edges, centred so that the mean over the rows of its values in the middle of the bins is 0.
struct LocalEffects {
  std::vector<double> edges, effects, curve;
  std::vector<std::int64_t> counts;
};
LocalEffects accumulated_effects(const RowFunction& f, const candid::Matrix& x, std::int64_t column, int bins = 10);

/// Friedman and Popescu's H^2: the share of the variance of the joint dependence of two inputs that is not the sum of each alone, over the rows.
double interaction_strength(const RowFunction& f, const candid::Matrix& x, std::int64_t first, std::int64_t second);

/// Permutation importance with given orders [column][repeat][row]: by how much the mean squared error grows.
struct ErrorGrowth {
  double before = 0;
  candid::Matrix each;                 ///< [columns, repeats]
  std::vector<double> mean, deviation; ///< over the repeats (n - 1)
};
ErrorGrowth error_growth(const RowFunction& f, const candid::Matrix& x, std::span<const double> y, const std::vector<std::vector<std::vector<std::int64_t>>>& orders);

/// LIME for numbers (Ribeiro, Singh and Guestrin, 2016): a ridge regression of the answers at samples on their differences to x, weighted by exp(-d^2 / width^2).
struct LocalLine {
  double intercept = 0, r2 = 0;        ///< R2 is weighted, too
  std::vector<double> slopes, weights; ///< weights of the samples
};
LocalLine local_line(const RowFunction& f, std::span<const double> x, const candid::Matrix& samples, double width, double penalty = 1);

/// What leaving a training row out would do to the loss of one new row, for logistic regression with |beta|^2 lambda / 2 on all coefficients, intercept first (Koh and Liang, 2017).
struct Influence {
  std::vector<double> coefficients, estimate, true_change;
};
Influence logistic_influence(const candid::Matrix& x, std::span<const std::int32_t> y, std::span<const double> asked, std::int32_t asked_class, double lambda);

}  // namespace candor::explain
