// A product of bf16 matrices, planned and run: what is packed, how the work is cut into tasks. Where a or b are not matrices in memory (patches of a picture, a
// kernel that is turned round), they are made block by block.
#pragma once

#include <memory>
#include <string>

#include "candor/backends/cpu/bf16_tiles.h"
#include "candor/backends/cpu/matmul_run.h"

namespace candor::cpu {

/// Rows of a that lie nowhere.
class Bf16Rows {
 public:
  virtual ~Bf16Rows() = default;
  /// Whether a block is packed step by step, as pack_left_bf16 does; otherwise row by row, each filled up with zeros to a multiple of 32 numbers.
  virtual bool by_steps() const = 0;
  /// The 32 rows of a block; rows behind the last are zeros.
  virtual void pack(const std::uint16_t* a, std::int64_t block, std::uint16_t* to) const = 0;
};

/// Columns of b that lie nowhere.
class Bf16Columns {
 public:
  virtual ~Bf16Columns() = default;
  /// The panel of 32 columns as pack_right_bf16 would give it.
  virtual void pack(const std::uint16_t* b, std::int64_t panel, std::uint16_t* to) const = 0;
};

/// Filled in by plan_bf16_product from the problem, the tiles and who makes rows and columns. How the work is cut depends on shapes alone, and each sum is made in
/// one order.
struct Bf16Product {
  MatmulProblem problem;
  Bf16Tiles tiles;
  std::shared_ptr<const Bf16Rows> rows;        ///< null: a is a matrix in memory
  std::shared_ptr<const Bf16Columns> columns;  ///< null: b is
  std::int64_t steps = 0, panels = 0, blocks = 0;  ///< blocks of 32 along k, n and m
  std::int64_t task_blocks = 1, row_parts = 1, column_parts = 1;
  bool packs_a = false;   ///< all of it: before the tasks begin, or by the only task that needs it; otherwise its last rows, if they do not fill a block
  bool shares_b = false;  ///< all of it is packed before the tasks begin; otherwise each panel by the task
  KeptKernel kept;        ///< the packed b, where it is constant

  std::int64_t batch() const { return static_cast<std::int64_t>(problem.a_start.size()); }
  std::int64_t tasks() const { return row_parts * column_parts * batch(); }
  std::size_t scratch() const;
  /// "AMX BF16, 8 tasks, b packed once".
  std::string describe() const;
};

/// bias: n numbers; residual, gate and second (of pair_finish) have the shape of c. Null where the problem has none.
struct Bf16Operands {
  const std::uint16_t *a, *b, *bias, *residual, *gate;
  std::uint16_t *c, *second;
};

/// Sums of a block, 32 a row, become numbers of c, rows [row, row + rows), columns [column, column + columns): with all that follows the product. `other` has room
/// for as many numbers.
void finish_bf16_block(const MatmulProblem& problem, const Bf16Operands& at, float* sums, float* other, std::int64_t row, std::int64_t rows, std::int64_t column, std::int64_t columns);

/// Of a convolution: picture, kernel, bias and residual where the problem has them.
Bf16Operands bf16_conv_operands(const KernelArgs& args, const MatmulProblem& problem);

void plan_bf16_product(Bf16Product& plan);
/// c = activation(a b + bias + residual), in f32 and rounded once.
void run_bf16_product(const Bf16Product& plan, const Bf16Operands& at, float* scratch);

}  // namespace candor::cpu
