// Vector loops over tiles of attention scores.
#pragma once

#include <cstdint>

namespace candor::cpu::attention {

/// A tile of scores: rows are queries, columns keys. Rows lie `stride` floats apart, a multiple of every vector; what is behind the last
/// column may be written.
struct Tile {
  float* scores = nullptr;          ///< products of query and key; become exponentials or gradients
  std::int64_t stride = 0, rows = 0, columns = 0;
  std::int64_t first_row = 0, first_column = 0;  ///< place of the tile among all queries and keys
  float scale = 1;
  bool causal = false;
  const float* bias = nullptr;      ///< of the tile's first cell; null: none
  std::int64_t bias_row = 0, bias_column = 0;
  const bool* mask = nullptr;       ///< the same; null: none
  std::int64_t mask_row = 0, mask_column = 0;
  float* statistics = nullptr;      ///< two numbers a row: largest score, sum of exp(score - largest)
  bool first = true;                ///< no tile of these rows came before
  float* result = nullptr;          ///< forward: rows of sums that shrink when a larger score comes
  std::int64_t result_row = 0, result_columns = 0;
  float* slopes = nullptr;          ///< backward: products of cotangent and value, laid out like the scores; become gradients of the products
  const float* means = nullptr;     ///< backward: one a row, see row_products
  float* bias_gradient = nullptr;   ///< backward: of the tile's first cell, rows bias_gradient_row apart; null: not wanted
  std::int64_t bias_gradient_row = 0;
};

struct Functions {
  /// scores = exp(scores - largest); goes on from the tiles before.
  void (*forward)(const Tile&);
  /// Divides the result by the sums.
  void (*finish)(const Tile&);
  /// scores = weights, slopes = scale * weights * (slopes - means).
  void (*backward)(const Tile&);
  /// out[i] = sum of a[i * stride + j] b[i * stride + j] over `columns`.
  void (*row_products)(const float* a, const float* b, std::int64_t stride, std::int64_t rows, std::int64_t columns, float* out);
};
Functions functions();

}  // namespace candor::cpu::attention
