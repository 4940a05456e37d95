// Tests for differences: paired and unpaired, of shares, means and ranks; and what many tests at once must do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/interval.h"

namespace candor::candid {

/// The quantile of sorted numbers, between two of them linearly (type 7). NaN for none.
double sorted_quantile(std::span<const double> sorted, double p);

/// Rows that only one of two models gets right: b the first, c the second. Without any such row chi2 and its p are NaN.
struct McNemar {
  double exact = 1, midp = 1;                   ///< binomial, two-sided; the mid-p value counts half of what is as likely
  double chi2 = 0, chi2_p = 1, chi2_corrected = 0, chi2_corrected_p = 1;
};
McNemar mcnemar(std::int64_t b, std::int64_t c);

/// Scores of two models on the same seeds, folds or rows: t test of the differences a - b and its relatives.
struct PairedTests {
  double mean_difference = 0, t = 0, p = 1, df = 0;
  Interval interval;                                     ///< of the mean difference
  double w_plus = 0, w_minus = 0;                        ///< Wilcoxon's signed ranks; zeros dropped, mid-ranks
  double wilcoxon_exact_p = 1, wilcoxon_approx_p = 1;    ///< over all sign patterns; normal, with correction for ties
  double sign_test_p = 1, cohen_dz = 0;
  double corrected_t = 0, corrected_p = 1;               ///< Nadeau and Bengio (2003): folds or seeds share training rows
};
/// `test_share`: rows of the test part for each row of the training part, for the corrected test. Throws Error (shape) for lengths that differ,
/// (invalid_argument) for fewer than two pairs.
PairedTests paired_tests(std::span<const double> a, std::span<const double> b, double level = .95, double test_share = .25);

/// Two independent samples: Welch's t test of the means x - y, and Mann and Whitney's U of x (normal, corrected for ties).
struct TwoSampleTests {
  double t = 0, df = 0, p = 1;
  Interval interval;
  double u = 0, u_p = 1;
};
TwoSampleTests two_sample_tests(std::span<const double> x, std::span<const double> y, double level = .95);

/// Pearson's chi-square of a table of counts [rows][columns]; G is the likelihood ratio. Rows and columns without a count are left out.
struct ChiSquare {
  double chi2 = 0, p = 1, g = 0, cramers_v = 0;
  std::int64_t df = 0;
  std::vector<std::vector<double>> expected;
};
ChiSquare chi_square(const std::vector<std::vector<double>>& counts);

/// p values of several tests, adjusted so that each may be compared with the level itself; in the order given.
std::vector<double> bonferroni(std::span<const double> p);
std::vector<double> sidak(std::span<const double> p);
std::vector<double> holm(std::span<const double> p);
std::vector<double> hochberg(std::span<const double> p);
std::vector<double> benjamini_hochberg(std::span<const double> p);
std::vector<double> benjamini_yekutieli(std::span<const double> p);

}  // namespace candor::candid
