// Exponential smoothing with trend and season (Holt, 1957; Winters, 1960).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid {

/// Level, trend and season that every value moves a little. A value.
struct HoltWinters {
  enum class Season { additive, multiplicative };

  Season kind = Season::additive;
  std::int64_t period = 1;            ///< steps of a season; 1: none
  double alpha = .3, beta = .05, gamma = .2;   ///< how much of a new value goes into level, trend and season; 0..1
  double level = 0, trend = 0;
  std::vector<double> season = {};    ///< [period], of the next value first; empty for period 1

  /// What is expected `ahead` (from 1) steps on.
  double expected(std::int64_t ahead) const;
  /// Takes in the next value; NaN leaves everything to go on as expected.
  void update(double value);
  std::vector<double> forecast(std::int64_t horizon) const;

  /// Start values from the first seasons: level their mean, trend from the first to the second, season relative to it. Throws Error
  /// (invalid_argument) for less than two seasons, for multiplicative seasons of values that are not positive.
  static HoltWinters start(std::span<const double> values, std::int64_t period, Season kind);
  /// Finds smoothing and start values by least squares of the one-step errors. Without a season (period 1) level and trend alone.
  static HoltWinters fit(std::span<const double> values, std::int64_t period, Season kind);
};

/// One-step errors of a model over these values: their squares' sum and the expected values; `model` is left behind the last one.
struct HoltWintersFit {
  double sse = 0;
  std::vector<double> fitted;
};
HoltWintersFit run_over(HoltWinters& model, std::span<const double> values);

}  // namespace candor::candid
