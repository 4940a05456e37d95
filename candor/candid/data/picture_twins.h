// Pictures that are copies of one another: the same bytes, or nearly the same pixels (grey, brighter, saved again), that mirrored left to right, turned, or with a little cut off.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// Two pictures, the first in `part_a`. part_a <= part_b.
struct Twins {
  std::size_t part_a = 0, part_b = 0;
  std::int64_t a = 0, b = 0;
  bool exact = false;      ///< byte by byte
  bool mirrored = false;   ///< one is the mirror picture of the other
  bool turned = false;     ///< by 90, 180 or 270 degrees, or upside down
  bool cropped = false;    ///< one is a window of the other
  double likeness = 1;     ///< correlation of the grey pixels
  bool grain = true;       ///< they agree in what neighbouring pixels differ by, too; false: two shots of one motif, or two motifs with one outline
};

struct PictureTwins {
  std::vector<Twins> pairs = {};
  std::vector<std::int64_t> looked_at = {};  ///< pictures of each part; fewer than there are when sampled
  double even_grounds = 0;   ///< share of the pictures most of which is one brightness: shapes drawn on it, digits
  std::vector<std::int64_t> asked_for_crops = {};  ///< of them, how many were compared with windows of others
};

/// Candidates by a perceptual hash (signs of differences of neighbouring cells of 9 x 9), kept when pixels of 24 x 24 are nearly equal and much nearer than to any third picture. Turned copies must be equal but for
/// rounding: shapes turn up in all directions by themselves. Crops are looked for around 200 pictures, among those of the training part whose hashes are nearest. Looks at
/// 12,000 pictures of the training part and 4,000 of each other one; equal bytes are found among all.
PictureTwins picture_twins(const Subject& subject);

/// How people find a picture: "left/17.png", or "picture 12" where it has no file of its own.
std::string picture_name(const Subject& subject, std::size_t part, std::int64_t row);

std::vector<Finding> duplicate_pictures(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> conflicting_pictures(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> pictures_on_both_sides(const Subject& subject, const PictureTwins& twins);
std::vector<Finding> flip_labels(const Subject& subject, const PictureTwins& twins);

}  // namespace candor::candid::detail
