// result.calibration: do probabilities mean what they say?
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/finding.h"
#include "candor/candid/interval.h"
#include "candor/candid/uncertainty/temperature.h"

namespace candor::candid {

/// The expected calibration error (15 bins), what of it is chance, and its interval.
struct CalibrationError {
  double ece = 0;        ///< as computed: above zero even for perfect probabilities, the more the fewer rows there are
  double by_chance = 0;  ///< its mean when the probabilities are true, by drawing the hits from them
  double p = 1;          ///< how often chance alone gives as much
  double real = 0;       ///< ece less by_chance, not below 0: what a report shows
  Interval interval = {};///< 95 % of it, bootstrap over rows, less what chance adds
};
/// `probabilities` f32 [n, classes]. `draws` of each kind, seeded. Throws Error (shape, invalid_argument).
CalibrationError calibration_error(const Tensor& probabilities, std::span<const std::int32_t> truth, std::uint64_t seed = 0, int draws = 300);

/// A warning when the error, less what chance gives, is at least .1 with its interval above .05, a note from .04 on; a note that says what the temperature was
/// when it is away from 1 by a quarter and more and `tell_temperature`. `temperature` is what the probabilities were made with. Skips fewer than 50 rows.
std::vector<Finding> check_calibration(const CalibrationError& error, std::int64_t rows, double mean_confidence, double accuracy, const Temperature& temperature,
                                       bool tell_temperature = true);

}  // namespace candor::candid
