// Pictures that are copies of one another: the same bytes, or nearly the same pixels (grey, brighter, saved again), or that mirrored left to right.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// Two pictures, the first in `part_a`. part_a <= part_b.
struct Twins {
  std::size_t part_a = 0, part_b = 0;
  std::int64_t a = 0, b = 0;
  bool exact = false;      ///< byte by byte
  bool mirrored = false;   ///< one is the mirror picture of the other
  double likeness = 1;     ///< correlation of the grey pixels
};

struct PictureTwins {
  std::vector<Twins> pairs = {};
  std::vector<std::int64_t> looked_at = {};  ///< pictures of each part; fewer than there are when sampled
};

/// Candidates by a perceptual hash (signs of differences of neighbouring cells of 9 x 9), kept when pixels of 24 x 24 are nearly equal and much nearer than to any third picture. Looks at
/// 12,000 pictures of the training part and 4,000 of each other one; equal bytes are found among all.
PictureTwins picture_twins(const Subject& subject);

std::vector<Finding> duplicate_pictures(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> conflicting_pictures(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> pictures_on_both_sides(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> flip_labels(const Subject& subject, const PictureTwins& twins);

}  // namespace candor::candid::detail
