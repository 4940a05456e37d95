// What guessing reaches without looking at the inputs. A score is never shown without it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace candor::candid {

/// A baseline fitted on the training rows and scored on the test rows.
struct Baseline {
  std::string name;  ///< "majority" or "mean"
  double value = 0;  ///< its score by the model's own metric, on the test rows
  double guess = 0;  ///< what it answers: a class number or a value
};

/// Always the commonest class of the training rows (the lowest number among equals); value is its accuracy on the test rows.
/// Labels lie in [0, classes). Throws Error (invalid_argument) when there are no training rows.
Baseline majority(std::span<const std::int32_t> train, std::span<const std::int32_t> test, int classes);

/// Always the mean of the training rows' target; value is its R2 on the test rows (0 or a little below).
Baseline mean(std::span<const float> train, std::span<const float> test);

}  // namespace candor::candid
