// Products of small blocks of matrices inside other kernels: the register tiles of matmul without a plan.
#pragma once

#include "candor/backends/cpu/ahead.h"
#include "candor/backends/cpu/matmul_micro.h"

namespace candor::cpu {

/// Where a matrix lies: element (i, j) at data[i * row + j * column]; one of the two distances is 1.
struct Block {
  const float* data;
  std::int64_t row, column;
};

/// c[m, n] = a[m, k] b[k, n], or c += with `add`. Rows of b are adjacent numbers (b.column is 1), as are those of c.
/// Before each of its `multiply_tiles` tiles it asks for a share of what is needed next, unless `ahead` is null.
void multiply(const TileSet& tiles, const Block& a, const Block& b, float* c, std::int64_t c_row, std::int64_t m, std::int64_t n, std::int64_t k, bool add, Ahead* ahead = nullptr);
std::int64_t multiply_tiles(const TileSet& tiles, std::int64_t m, std::int64_t n);

}  // namespace candor::cpu
