// The register tile all products are made of: C[m, n] = start + A[m, k] B[k, n], by instruction set.
#pragma once

#include <cstdint>
#include <limits>

namespace candor::cpu {

/// One tile. A(i, k) lies at a[segments[s] + i * a_row + t * a_step] for k = s * segment_length + t: with several segments the same
/// kernel walks the window of a convolution. B's rows are k apart by b_row and run on through all segments.
struct TileArgs {
  const float* a;
  std::int64_t a_row, a_step;  ///< one of them is 1
  const float* b;
  std::int64_t b_row;
  const std::int64_t* segments;
  std::int64_t segment_count, segment_length;
  float* c;
  std::int64_t c_row;
  const float* start;  ///< added to the sum: a previous sum or a residual with row stride start_row; null: zero
  std::int64_t start_row;
  const float* bias;  ///< added to each row; null: zero
  float lowest;       ///< results below are raised to it: 0 for relu, -infinity for none
  float highest = std::numeric_limits<float>::infinity();  ///< and those above lowered: 6 for relu6
  int columns;        ///< of the tile, in ((vectors - 1) * lanes, vectors * lanes]
  /// Of the next tile, for `fetching` tiles alone: its lines are asked for, a few at a time, while this one is summed. Null: not asked for.
  const float *next_a = nullptr, *next_c = nullptr, *next_start = nullptr, *next_second = nullptr;
  /// For `streaming` tiles alone: every four steps so many lines behind `next_a`, and behind `next_b`, are asked for.
  const float* next_b = nullptr;
  int next_a_lines = 0, next_b_lines = 0;
};

using TileFn = void (*)(const TileArgs&);

/// The tiles of one instruction set. A null entry means that the accumulators would not fit in the registers.
struct TileSet {
  static constexpr int max_rows = 14, max_vectors = 8;
  int lanes = 0;      ///< floats of a vector
  int rows = 0;       ///< most rows of a tile of two vectors
  /// Tiles by [A's steps are not adjacent][rows][vectors].
  TileFn tile[2][max_rows + 1][max_vectors + 1] = {};
  /// Of tile[0], those of four vectors that ask for the next tile's lines; null where there is none.
  TileFn fetching[max_rows + 1] = {};
  /// Of tile[1], those of two vectors that ask for what will be packed next; null where there is none.
  TileFn streaming[max_rows + 1] = {};
  /// Tiles of three vectors by rows, for three gates that lie side by side; A's steps are adjacent.
  TileFn triple[max_rows + 1] = {};
  /// Most vectors of a tile with that many rows.
  int widest(int tile_rows) const;
};

/// The tiles of the best instruction set that is allowed at the moment of the call.
const TileSet& tile_set();

}  // namespace candor::cpu
