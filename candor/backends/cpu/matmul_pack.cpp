#include "candor/backends/cpu/matmul_pack.h"

#include <cstring>

namespace candor::cpu {
namespace {

// Four by four blocks are moved by loads and stores more than by arithmetic, so the compiler's own vectors of four serve every
// instruction set.
using Four = float __attribute__((vector_size(16)));

Four load(const float* from) {
  Four v;
  std::memcpy(&v, from, sizeof v);
  return v;
}
void store(Four v, float* to) { std::memcpy(to, &v, sizeof v); }

}  // namespace

void copy_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  for (std::int64_t r = 0; r < rows; ++r, from += from_row, to += to_row) {
    std::int64_t c = 0;
    for (; c + 16 <= columns; c += 16) {
      const Four w = load(from + c), x = load(from + c + 4), y = load(from + c + 8), z = load(from + c + 12);
      store(w, to + c);
      store(x, to + c + 4);
      store(y, to + c + 8);
      store(z, to + c + 12);
    }
    for (; c < columns; ++c) to[c] = from[c];
  }
}

void transpose_block(const float* from, std::int64_t from_row, std::int64_t rows, std::int64_t columns, float* to, std::int64_t to_row) {
  std::int64_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* line = from + r * from_row;
    std::int64_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const Four w = load(line + c), x = load(line + from_row + c), y = load(line + 2 * from_row + c), z = load(line + 3 * from_row + c);
      const Four wx_low = __builtin_shufflevector(w, x, 0, 4, 1, 5), wx_high = __builtin_shufflevector(w, x, 2, 6, 3, 7);
      const Four yz_low = __builtin_shufflevector(y, z, 0, 4, 1, 5), yz_high = __builtin_shufflevector(y, z, 2, 6, 3, 7);
      float* at = to + c * to_row + r;
      store(__builtin_shufflevector(wx_low, yz_low, 0, 1, 4, 5), at);
      store(__builtin_shufflevector(wx_low, yz_low, 2, 3, 6, 7), at + to_row);
      store(__builtin_shufflevector(wx_high, yz_high, 0, 1, 4, 5), at + 2 * to_row);
      store(__builtin_shufflevector(wx_high, yz_high, 2, 3, 6, 7), at + 3 * to_row);
    }
    for (; c < columns; ++c) {
      for (std::int64_t i = 0; i < 4; ++i) to[c * to_row + r + i] = line[i * from_row + c];
    }
  }
  for (; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) to[c * to_row + r] = from[r * from_row + c];
  }
}

}  // namespace candor::cpu
