// Products whose left operand may be mostly zeros: pixels, one-hot columns, counts of words. Whether it is, is seen in the numbers of each run;
// a product with many zeros lists the others and adds up only their rows of the right operand, any other product runs the dense kernel.
#pragma once

#include <cstdint>

#include "candor/backends/cpu/candidates.h"
#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

/// The numbers of some rows of the left operand that are not zero, row after row, each with the distance of its row of the right operand.
struct SparseRows {
  const float* value;
  const std::int32_t* at;
  const std::int32_t* first;  ///< where each row's numbers begin, and the end
  std::int64_t rows;
  const float* b;
  float* c;
  std::int64_t c_row;
  const float* start;         ///< what the sums begin with, row stride start_row; null: zero
  std::int64_t start_row;
  float lowest;               ///< see TileArgs
  int columns;                ///< no more than SparsePasses::columns
};

/// The inner loops of one instruction set.
struct SparsePasses {
  int lanes;        ///< floats of a vector: so many numbers beyond the last may be written to lists
  int columns;      ///< most columns of the result that are added up in registers
  /// Appends what is not zero of x[0, count), with at = from + i * step; returns how many.
  std::int64_t (*list)(const float* x, std::int64_t count, std::int32_t from, std::int32_t step, float* value, std::int32_t* at);
  /// How many of x[0, count) are not zero.
  std::int64_t (*count)(const float* x, std::int64_t count);
  void (*add)(const SparseRows& rows);
  /// c[i] = max(lowest, a[i] + b[i]).
  void (*join)(const float* a, const float* b, float* c, std::int64_t count, float lowest);
};
const SparsePasses& sparse_passes();

Answer sparse_matmul_candidate(const NodeInfo& node, const Machine& machine);

}  // namespace candor::cpu
