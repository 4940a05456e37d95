// Copying between row-major memory and memory that is walked with other strides.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "candor/tensor/shape.h"

namespace candor::cpu {

/// A walk over `shape`, one side dense, the other with strides. Axes are merged where both sides allow it.
struct StridedCopy {
  std::array<std::int64_t, Shape::max_rank> extent{}, stride{};  ///< elements
  int rank = 0;
  int across = -1;            ///< an axis, not the last, along which the strided side is dense: then tiles of both axes are walked
  std::int64_t first = 0;     ///< where the strided side begins
  std::int64_t outer = 1;     ///< rows, or with `across` pairs of axes, walked one after the other
  std::int64_t grain = 1;     ///< of those a thread takes
  std::size_t element = 4;    ///< bytes

  StridedCopy() = default;
  StridedCopy(const Shape& shape, const std::array<std::int64_t, Shape::max_rank>& strides, std::int64_t begin, std::size_t element_bytes);

  /// dense = strided, or the other way round.
  void gather(const std::byte* strided, std::byte* dense) const;
  void scatter(const std::byte* dense, std::byte* strided) const;
  bool parallel() const { return grain < outer; }
};

}  // namespace candor::cpu
