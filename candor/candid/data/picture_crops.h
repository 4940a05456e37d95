// Is one picture a slightly cropped copy of another? The window in the one that looks most like the other is searched for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace candor::candid::detail {

inline constexpr std::int64_t crop_fine = 48, crop_side = 24;

/// A picture for the search: its grey pixels as sums from the upper left corner, and small.
class CropView {
 public:
  /// `fine` are crop_fine * crop_fine grey pixels.
  explicit CropView(std::span<const double> fine);

  /// The largest correlation between `other` as a whole and a window of this picture that covers at least .7 of each side.
  double best_window(const CropView& other) const;
  /// Correlation of the two as they are.
  double likeness(const CropView& other) const;

 private:
  /// Pixels [crop_side * crop_side] of a window, as means of what they cover.
  void window(double left, double top, double width, double height, std::vector<double>& out) const;
  double match(double left, double top, double width, double height, const CropView& other, std::vector<double>& room) const;

  std::vector<double> sums_;   // (crop_fine + 1)^2
  std::vector<double> small_;  // crop_side^2, mean 0 and length 1
};

/// Whether one of the two is a crop of the other, either way round.
double crop_likeness(const CropView& a, const CropView& b);

}  // namespace candor::candid::detail
