// What gathering and scattering kernels share: a tensor seen as [outer, extent, inner] around an axis, and the check of indices.
// Internal to the ops' .cpp files.
#pragma once

#include <string>

#include "candor/ops/reference.h"

namespace candor::reference {

/// "[2, 0]": the place of element i in a row-major tensor.
inline std::string place_of(std::int64_t i, const Shape& shape) {
  std::string text;
  for (int axis = shape.rank(); axis-- > 0; i /= shape[axis]) text = std::to_string(i % shape[axis]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

[[noreturn]] inline void index_out_of_range(const std::string& op, std::int64_t value, std::int64_t i, const Shape& index, std::int64_t extent) {
  fail(ErrorKind::invalid_argument, op + ": index " + std::to_string(value) + " at place " + place_of(i, index) + " is out of range for an axis of " +
                                        std::to_string(extent) + "; allowed are " + std::to_string(-extent) + " to " + std::to_string(extent - 1));
}

/// The index made non-negative. Throws Error (invalid_argument) that names value and place.
inline std::int64_t checked_index(const std::string& op, std::int64_t value, std::int64_t i, const Shape& index, std::int64_t extent) {
  if (value < -extent || value >= extent) index_out_of_range(op, value, i, index, extent);
  return value < 0 ? value + extent : value;
}

/// Extents before, at and behind an axis.
struct Around {
  std::int64_t outer = 1, extent, inner = 1;
  Around(const Shape& shape, std::int64_t axis) : extent(shape[static_cast<int>(axis)]) {
    for (int i = 0; i < shape.rank(); ++i)
      if (i != axis) (i < axis ? outer : inner) *= shape[i];
  }
};

}  // namespace candor::reference
