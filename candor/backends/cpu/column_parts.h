// Folding a tall matrix down its columns in parallel: fixed blocks of rows, whose results are combined in order.
#pragma once

#include <algorithm>
#include <cstdint>

#include "candor/backends/cpu/reduce.h"
#include "candor/base/threads.h"

namespace candor::cpu::reduction {

/// How [rows, columns] is cut. The cut depends on the shape alone, so that the sums do.
struct ColumnParts {
  std::int64_t rows = 0, columns = 0, rows_a_part = 1, parts = 1;
  bool parallel = false;

  ColumnParts() = default;
  ColumnParts(std::int64_t row_count, std::int64_t column_count) : rows(row_count), columns(column_count) {
    // A part is long enough to be worth a thread and short enough for sums in f32.
    rows_a_part = std::clamp<std::int64_t>(16384 / std::max<std::int64_t>(columns, 1), 64, 512);
    parts = std::max<std::int64_t>(1, (rows + rows_a_part - 1) / rows_a_part);
    parallel = parts > 1 && rows * columns >= 32768;
  }
  /// f32 numbers of scratch.
  std::int64_t scratch() const { return parts == 1 ? 0 : parts * columns; }

  /// part(first row, rows, out) folds some rows; finish(c, value) takes each column's result.
  template <class Part, class Finish>
  void run(Fold fold, float* space, float* out, Part part, Finish finish) const {
    if (parts == 1) {
      part(std::int64_t{0}, rows, out);
      for (std::int64_t c = 0; c < columns; ++c) finish(c, static_cast<double>(out[c]));
      return;
    }
    const auto one = [&](std::int64_t p) { part(p * rows_a_part, std::min(rows_a_part, rows - p * rows_a_part), space + p * columns); };
    if (parallel) parallel_for(parts, one);
    else
      for (std::int64_t p = 0; p < parts; ++p) one(p);
    for (std::int64_t c = 0; c < columns; ++c) {
      double value = static_cast<double>(space[c]);
      for (std::int64_t p = 1; p < parts; ++p) value = combine(fold, value, static_cast<double>(space[p * columns + c]));
      finish(c, value);
    }
  }
};

}  // namespace candor::cpu::reduction
