// Vector loops of reductions: along a row, and down columns. reduce_plan.cpp says what they are applied to.
#pragma once

#include <cstdint>
#include <string_view>

namespace candor::cpu::reduction {

/// Folds n consecutive elements, 1 at least. Sums are kept in blocks of limited length, which are added in double.
using Row = double (*)(const float* x, std::int64_t n);
/// out[c] = fold over r < rows of x[r * columns + c], rows >= 1. Within a call rows are added one after the other in f32.
using Columns = void (*)(const float* x, std::int64_t rows, std::int64_t columns, float* out);
/// out[c] = sum over r of (x[r * columns + c] - center[c])^2.
using CenteredColumns = void (*)(const float* x, std::int64_t rows, std::int64_t columns, const float* center, float* out);

enum class Fold { sum, max, min };

Row row_function(Fold fold);
Columns column_function(Fold fold);
CenteredColumns centered_squares();

/// The fold of two folds; NaN wins.
double combine(Fold fold, double a, double b);

}  // namespace candor::cpu::reduction
