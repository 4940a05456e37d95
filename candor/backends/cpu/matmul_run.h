// One product of matrices, planned: which tiles, what is packed, how the work is cut into tasks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "candor/backends/cpu/kept_kernel.h"
#include "candor/backends/cpu/matmul_micro.h"

namespace candor::cpu {

/// Applies an activation to a block in place: rows of `columns` floats, `stride` apart.
using FinishFn = void (*)(float* block, std::int64_t stride, std::int64_t rows, std::int64_t columns);
/// Multiplies a block by the slope of the activation that gave `gate`, with the same stride: behind a relu, 0 where that is not above 0.
using GateFn = void (*)(float* block, const float* gate, std::int64_t stride, std::int64_t rows, std::int64_t columns);
/// The same with a second block of that stride: factors that are read, or slopes that are written.
using PairFinishFn = void (*)(float* block, float* second, std::int64_t stride, std::int64_t rows, std::int64_t columns);

struct MatmulProblem {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t a_row = 0, b_row = 0;         ///< distances of the stored rows of a and b
  bool transpose_a = false, transpose_b = false;
  std::vector<std::int64_t> a_start, b_start;  ///< of each matrix of a batch, in elements; c's follow each other
  bool bias = false, residual = false;
  bool constant_b = false;     ///< b is the same in each run
  float lowest = 0;            ///< see TileArgs
  float highest = std::numeric_limits<float>::infinity();
  FinishFn finish = nullptr;   ///< null: none
  GateFn gate = nullptr;       ///< null: none
  PairFinishFn pair_finish = nullptr;  ///< instead of it
};

/// A problem with everything decided. How it is cut depends on shapes and instruction set alone.
struct MatmulPlan {
  MatmulProblem problem;
  const TileSet* tiles = nullptr;
  int vectors = 1;                ///< of the widest tile used
  std::int64_t most_rows = 1;     ///< of a tile
  std::int64_t row_blocks = 1, column_blocks = 1, batch_blocks = 1;
  std::int64_t k_block = 0;
  bool pack_b = false;
  std::shared_ptr<const MatmulPlan> turned;  ///< of b^T a, whose result is turned at the end: for few columns, which would leave lanes empty
  bool pack_all = false;          ///< all of b, once a slot, before its first task
  bool keeps_b = false;           ///< all of b, in the first run
  KeptKernel kept;
  bool fetches_c = false;         ///< asks for the lines of c before a tile is summed
  std::int64_t slots = 1;
  std::size_t slot_floats = 0;
  TileFn small[2] = {};           ///< of a product of one panel of columns that nobody shares: tiles of `least` and of one more row; null: another product
  std::int64_t least = 0, longer = 0;  ///< rows of its tiles, and how many have one more
  TileArgs ready{};               ///< what does not change from run to run

  std::size_t turned_floats() const { return turned ? static_cast<std::size_t>((problem.m * problem.n + 15) / 16 * 16) : 0; }
  std::size_t scratch() const { return turned ? turned_floats() * sizeof(float) + turned->scratch() : static_cast<std::size_t>(slots) * slot_floats * sizeof(float); }
  std::int64_t tasks() const { return turned ? turned->tasks() : row_blocks * column_blocks * batch_blocks; }
  /// "14x32 tiles, 8 tasks, packs b".
  std::string describe() const;
};

MatmulPlan plan_matmul(MatmulProblem problem);

/// c = activation(a b + bias + residual), times the slope a gate stands for. `bias` has n elements, `residual`, `gate` and `second` (of pair_finish) the
/// shape of c; null where the problem has none.
void run_matmul(const MatmulPlan& plan, const float* a, const float* b, const float* bias, const float* residual, float* c, float* scratch,
                const float* gate = nullptr, float* second = nullptr);

}  // namespace candor::cpu
