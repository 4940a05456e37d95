#pragma once
#include <cstdint>

namespace candor {

/// How large numbers were and how far they moved: sums of squares over n of them.
struct SumsOfChange {
  double size;    ///< sum of before^2
  double change;  ///< sum of (now - before)^2
};

/// Both in one pass, summed in lanes of the numbers' own type within blocks of 4096: the same bits in every call.
SumsOfChange sums_of_change(const float* now, const float* before, std::int64_t n);
SumsOfChange sums_of_change(const double* now, const double* before, std::int64_t n);

}  // namespace candor
