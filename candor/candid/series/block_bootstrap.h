// Intervals for scores of forecasts: errors of neighbouring days are alike, so whole stretches of time are drawn, not single days.
#pragma once

#include <cstdint>
#include <span>

#include "candor/candid/interval.h"

namespace candor::candid {

struct BlockOptions {
  std::int64_t block = 0;      ///< rows that are drawn together; 0: the cube root of n, and at least what a row's forecast reaches over (`reach`)
  std::int64_t reach = 1;      ///< steps that one row's forecasts reach over (the horizon): rows that near share values
  std::uint64_t seed = 0;
  double level = .95;
  int resamples = 2000;
};

/// Percentile intervals by the circular block bootstrap (Politis and Romano, 1992). Rows stand in the order of time; `width` values belong to
/// a row (the steps ahead). NaN when there is nothing to draw from.
Interval block_bootstrap_r2(std::span<const float> target, std::span<const float> prediction, std::int64_t width = 1, const BlockOptions& options = {});
Interval block_bootstrap_mean_absolute_error(std::span<const float> target, std::span<const float> prediction, std::int64_t width = 1, const BlockOptions& options = {});
/// Mean absolute error of `a` less that of `b` on the same drawn stretches: below 0 throughout means that `a` is better beyond chance.
Interval block_bootstrap_difference(std::span<const float> target, std::span<const float> a, std::span<const float> b, std::int64_t width = 1, const BlockOptions& options = {});

/// R2 of `a` less that of `b` in the same way: above 0 throughout means that `a` is better beyond chance.
Interval block_bootstrap_r2_difference(std::span<const float> target, std::span<const float> a, std::span<const float> b, std::int64_t width = 1, const BlockOptions& options = {});

}  // namespace candor::candid
