// A^T B with few rows and columns and a long sum: what gradients of weights over many rows are. The sum is cut into parts, each of which reads
// both operands once, in the order in which they lie; the parts' results are added in order.
#pragma once

#include <optional>

#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

struct LongMatmulPlan {
  std::int64_t m = 0, n = 0, k = 0, a_row = 0, b_row = 0, a_start = 0, b_start = 0;
  const TileSet* tiles = nullptr;
  std::int64_t parts = 1;        ///< of the sum
  std::int64_t row_blocks = 1, column_blocks = 1;
  std::int64_t depth = 0;        ///< steps of the sum that are packed at a time
  bool reads_b = false;          ///< B where it lies: so few rows that packing would take longer than it saves
  std::int64_t panel_rows = 0, panel_columns = 0, a_step = 0;
  std::int64_t packed_a = 0, packed_b = 0;  ///< floats of a slot
  std::int64_t slots = 1;

  std::int64_t tasks() const { return parts * row_blocks * column_blocks; }
  std::size_t scratch() const;
  std::string describe() const;
};

/// Nothing when the product is of another kind: by default a sum of less than 1,024 steps, or one of few steps for its result. `shorter` takes these too, from 256
/// steps on; where the result is large its sum is not cut.
std::optional<LongMatmulPlan> plan_long_matmul(const MatmulProblem& problem, bool shorter = false);
void run_long_matmul(const LongMatmulPlan& plan, const float* a, const float* b, float* c, float* scratch);

}  // namespace candor::cpu
