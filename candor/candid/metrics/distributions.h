// Distribution functions that tests and intervals are made of, to about 1e-13.
#pragma once

#include <cstdint>

namespace candor::candid {

/// P(Z <= z) of the standard normal.
double normal_cdf(double z);
/// The regularised incomplete beta function I_x(a, b), a, b > 0, and its inverse in x for p in [0, 1].
double incomplete_beta(double a, double b, double x);
double beta_quantile(double a, double b, double p);
/// Student's t with `df` > 0 degrees of freedom (need not be whole): P(T <= t), and its inverse for p in (0, 1).
double student_cdf(double t, double df);
double student_quantile(double p, double df);
/// P(X > x) of chi-square with `df` degrees of freedom.
double chi_square_tail(double x, double df);
/// ln of n choose k.
double log_choose(double n, double k);
/// P(X = k) and P(X <= k) of the binomial.
double binomial_mass(std::int64_t k, std::int64_t n, double p);
double binomial_cdf(std::int64_t k, std::int64_t n, double p);
/// P(K > x) of Kolmogorov's limit distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2).
double kolmogorov_tail(double x);

}  // namespace candor::candid
