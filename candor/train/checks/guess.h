// What a loss is for a model that knows nothing, and for the best answer that looks at no input.
#pragma once

#include <cstdint>

#include "candor/nn/losses/loss.h"

namespace candor::detail {

struct Guess {
  bool known = false, classes = false;
  double untrained = 0;  ///< ln k for k classes, ln 2 for yes or no, the variance of numbers
  double constant = 0;   ///< of the best constant answer: the entropy of the classes, the variance, the mean absolute deviation
  double commonest = 0;  ///< share of the commonest class, where there is one number a row; else 0
  double mean = 0;       ///< of the targets
};

/// For a loss with its reduction over the batch, targets `y` of which the first `rows` count, and an output of `width` numbers.
Guess guess_of(const Loss& loss, const Tensor& y, std::int64_t rows, std::int64_t width);

}  // namespace candor::detail
