#include "candor/backends/cpu/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "candor/base/threads.h"

namespace candor::cpu {
namespace {

using std::byte;

constexpr std::int64_t least_parallel = 64 << 10, task_bytes = 32 << 10;
constexpr std::int64_t tile = 16;  // both sides of a transposed tile stay in the first-level cache

template <class T, bool gather>
void copy_row(T* dense, T* strided, std::int64_t n, std::int64_t stride) {
  if (stride == 1) {
    std::memcpy(gather ? dense : strided, gather ? strided : dense, static_cast<std::size_t>(n) * sizeof(T));
  } else if (gather && stride == 0) {
    std::fill_n(dense, n, *strided);
  } else {
    for (std::int64_t i = 0; i < n; ++i)
      if constexpr (gather) dense[i] = strided[i * stride];
      else strided[i * stride] = dense[i];
  }
}

// dense[r * columns_step + c] and strided[r + c * stride]: rows are dense there, columns here.
template <class T, bool gather>
void copy_tiles(T* dense, T* strided, std::int64_t rows, std::int64_t row_step, std::int64_t columns, std::int64_t stride) {
  for (std::int64_t r0 = 0; r0 < rows; r0 += tile)
    for (std::int64_t c0 = 0; c0 < columns; c0 += tile) {
      const std::int64_t r1 = std::min(rows, r0 + tile), c1 = std::min(columns, c0 + tile);
      for (std::int64_t r = r0; r < r1; ++r)
        for (std::int64_t c = c0; c < c1; ++c)
          if constexpr (gather) dense[r * row_step + c] = strided[r + c * stride];
          else strided[r + c * stride] = dense[r * row_step + c];
    }
}

template <class T, bool gather>
void walk(const StridedCopy& p, T* dense, T* strided) {
  const auto inner = static_cast<std::size_t>(p.rank - 1);
  std::array<std::int64_t, Shape::max_rank> dense_stride{};
  std::int64_t step = 1;
  for (std::size_t a = inner + 1; a-- > 0;) dense_stride[a] = step, step *= p.extent[a];
  const auto one = [&](std::int64_t index) {
    std::int64_t at = 0, from = p.first;
    for (std::size_t a = inner; a-- > 0;) {
      if (static_cast<int>(a) == p.across) continue;
      const std::int64_t i = index % p.extent[a];
      index /= p.extent[a];
      at += i * dense_stride[a], from += i * p.stride[a];
    }
    if (p.across < 0) return copy_row<T, gather>(dense + at, strided + from, p.extent[inner], p.stride[inner]);
    const auto a = static_cast<std::size_t>(p.across);
    copy_tiles<T, gather>(dense + at, strided + from, p.extent[a], dense_stride[a], p.extent[inner], p.stride[inner]);
  };
  parallel_for((p.outer + p.grain - 1) / p.grain, [&](std::int64_t t) {
    for (std::int64_t i = t * p.grain; i < std::min(p.outer, (t + 1) * p.grain); ++i) one(i);
  });
}

template <bool gather>
void dispatch(const StridedCopy& p, byte* dense, byte* strided) {
  const auto go = [&](auto zero) {
    using T = decltype(zero);
    walk<T, gather>(p, reinterpret_cast<T*>(dense), reinterpret_cast<T*>(strided));
  };
  switch (p.element) {
    case 1: return go(std::uint8_t{});
    case 2: return go(std::uint16_t{});
    case 4: return go(std::uint32_t{});
    default: return go(std::uint64_t{});
  }
}

}  // namespace

StridedCopy::StridedCopy(const Shape& shape, const std::array<std::int64_t, Shape::max_rank>& strides, std::int64_t begin, std::size_t element_bytes)
    : first(begin), element(element_bytes) {
  for (std::size_t a = 0; a < static_cast<std::size_t>(shape.rank()); ++a) {
    const std::int64_t n = shape[static_cast<int>(a)];
    if (n == 1) continue;
    const auto last = static_cast<std::size_t>(rank - 1);
    if (rank > 0 && stride[last] == strides[a] * n) {
      extent[last] *= n, stride[last] = strides[a];
    } else {
      extent[static_cast<std::size_t>(rank)] = n, stride[static_cast<std::size_t>(rank)] = strides[a];
      ++rank;
    }
  }
  if (rank == 0) extent[0] = 1, stride[0] = 1, rank = 1;
  const auto inner = static_cast<std::size_t>(rank - 1);
  if (stride[inner] != 1 && stride[inner] != 0)
    for (std::size_t a = 0; a < inner; ++a)
      if (stride[a] == 1 && extent[a] > 1) across = static_cast<int>(a);
  std::int64_t unit = extent[inner];
  if (across >= 0) unit *= extent[static_cast<std::size_t>(across)];
  outer = unit > 0 ? shape.size() / unit : 0;
  const std::int64_t bytes = shape.size() * static_cast<std::int64_t>(element);
  grain = bytes < least_parallel ? std::max<std::int64_t>(1, outer) : std::max<std::int64_t>(1, task_bytes / std::max<std::int64_t>(1, unit * static_cast<std::int64_t>(element)));
}

void StridedCopy::gather(const byte* strided, byte* dense) const { dispatch<true>(*this, dense, const_cast<byte*>(strided)); }
void StridedCopy::scatter(const byte* dense, byte* strided) const { dispatch<false>(*this, const_cast<byte*>(dense), strided); }

}  // namespace candor::cpu
