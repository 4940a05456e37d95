// Is one picture a slightly cropped copy of another? The window in the one that looks most like the other is searched for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid::detail {

inline constexpr std::int64_t crop_fine = 48, crop_side = 24;

/// How well a window of one picture fits another as a whole.
struct CropMatch {
  double likeness = 0;  ///< correlation of the pixels
  double detail = 0;    ///< correlation of what neighbouring pixels differ by, strong edges counted no more than others: two landscapes may share an edge, a copy shares the grain, too
};

/// A picture for the search: its grey pixels as sums from the upper left corner, and small.
class CropView {
 public:
  /// `fine` are crop_fine * crop_fine grey pixels.
  explicit CropView(std::span<const double> fine);

  /// The window of this picture, of at least .7 of each side, that looks most like `other` as a whole.
  CropMatch best_window(const CropView& other) const;
  /// The two as they are.
  double likeness(const CropView& other) const;
  double detail(const CropView& other) const;

 private:
  /// Pixels [crop_side * crop_side] of a window, as means of what they cover.
  void window(double left, double top, double width, double height, std::vector<double>& out) const;
  double match(double left, double top, double width, double height, const CropView& other, std::vector<double>& room) const;

  std::vector<double> sums_;   // (crop_fine + 1)^2
  std::vector<double> small_;  // crop_side^2, mean 0 and length 1
};

/// The better of the two ways round: one is a window of the other.
CropMatch crop_match(const CropView& a, const CropView& b);

}  // namespace candor::candid::detail
