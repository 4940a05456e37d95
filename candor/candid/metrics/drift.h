// How far a new sample lies from a reference sample.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// Two-sample Kolmogorov-Smirnov test.
struct KolmogorovSmirnov {
  double d = 0;
  double p_exact = 1;       ///< over all orders of two samples without ties
  double p_finite = 1;      ///< the one-sample distribution for n m / (n + m) rows, rounded
  double p_kolmogorov = 1;  ///< the limit
};
/// Throws Error (invalid_argument) for an empty sample. The exact p costs n * m steps.
KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> x, std::span<const double> y);
/// P(D >= d) for one sample of n rows: up to 140 rows exactly (Marsaglia, Tsang and Wang, 2003), beyond by the limit with three corrections (Pelz and Good, 1976) and, far out, by twice
/// the one-sided chance.
double kolmogorov_one_sample_tail(double d, std::int64_t n);

/// Rows in (-inf, e0), [e0, e1), ..., [ek, inf).
std::vector<double> bin_counts(std::span<const double> values, std::span<const double> edges);
/// sum (q - p) ln(q / p) of the shares; those below `least` count as `least`.
double population_stability(std::span<const double> p, std::span<const double> q, double least = 1e-4);
/// Jensen and Shannon's divergence of the shares in nats; its square root is a distance.
double jensen_shannon(std::span<const double> p, std::span<const double> q);
/// KL(p || q) of the shares, raised to `least` and normalised again.
double kullback_leibler(std::span<const double> p, std::span<const double> q, double least = 1e-4);

/// Distances of the empirical distributions: Wasserstein-1, and sqrt(2 int (F - G)^2).
double wasserstein(std::span<const double> x, std::span<const double> y);
double energy_distance(std::span<const double> x, std::span<const double> y);
/// Anderson and Darling's k-sample statistic for two samples, mid-rank form, standardised (Scholz and Stephens, 1987).
double anderson_darling(std::span<const double> x, std::span<const double> y);

/// Maximum mean discrepancy squared with the kernel exp(-gamma |a - b|^2), of rows.
struct MeanDiscrepancy {
  double biased = 0, unbiased = 0;
};
MeanDiscrepancy mean_discrepancy(const Matrix& x, const Matrix& y, double gamma);
/// The same for other divisions of all rows (x first): the biased statistic where the first x.rows of each permutation stand for x.
std::vector<double> permuted_discrepancies(const Matrix& x, const Matrix& y, double gamma, const std::vector<std::vector<std::int64_t>>& permutations);
/// Median of the distances of all pairs of rows: 1 / (2 median^2) is a usual gamma.
double median_distance(const Matrix& rows);

}  // namespace candor::candid
