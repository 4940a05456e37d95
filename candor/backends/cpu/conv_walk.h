// The image of a convolution as the register tiles walk it.
#pragma once

#include "candor/backends/cpu/conv_geometry.h"

namespace candor::cpu {

/// The image as the tiles see it: the input itself, or a copy with zeros around (and between) its pixels.
struct ConvWalk {
  bool copies = false, copies_rows = false;  ///< rows with zeros beside them; also whole rows of zeros
  std::int64_t rows = 0, columns = 0;        ///< of one plane
  std::int64_t row_base = 0, column_base = 0;
  std::int64_t floats = 0;  ///< of the copy of one image

  ConvWalk() = default;
  explicit ConvWalk(const ConvGeometry& g);
  /// Copies what outputs in rows [row, row_end) of the plane read (all planes when there are several).
  void copy(const ConvGeometry& g, const float* image, std::int64_t row, std::int64_t row_end, float* to) const;
  /// Offset of the first tap of an output pixel; may lie before the image.
  std::int64_t at(const ConvGeometry& g, std::int64_t plane, std::int64_t row, std::int64_t column) const;
};

}  // namespace candor::cpu
