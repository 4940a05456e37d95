// Which pictures of many look alike: all pairs are compared by hashes of their outlines, and pixel by pixel only where a coarser view does not rule it out already.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "candor/candid/baselines/matrix.h"

namespace candor::candid::detail {

/// 144 signs of a picture's differences.
using PictureHash = std::array<std::uint64_t, 3>;
int hash_distance(const PictureHash& a, const PictureHash& b);

/// Rows from `first` on whose hash differs from `own` in at most `limit` bits, in order.
void near_hashes(std::span<const PictureHash> hashes, std::int64_t first, const PictureHash& own, int limit, std::vector<std::int32_t>& out);

/// Correlation of two rows of mean 0 and length 1.
double row_product(std::span<const double> a, std::span<const double> b);

/// Square pictures of mean 0 and length 1, with coarse views of themselves. The distance of two coarse views is never larger than that of the pictures, so that
/// most pairs are ruled out by a few numbers and none wrongly.
class AlikePictures {
 public:
  /// `side` is a multiple of 12; `pixels` must outlive this.
  AlikePictures(const Matrix& pixels, std::int64_t side);
  /// The correlation of row `i` here with row `j` of the other, or 0 when it is not above `least`.
  double above(std::int64_t i, const AlikePictures& other, std::int64_t j, double least) const;

 private:
  static constexpr std::size_t rough_cells = 16;
  const Matrix& pixels_;
  std::size_t coarse_cells_ = 0;
  std::vector<float> rough_, coarse_;
};

}  // namespace candor::candid::detail
