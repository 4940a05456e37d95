// The ways the ten digits are written: strokes as a pen makes them.
#pragma once

#include <span>
#include <vector>

namespace candor::data::detail {

struct Point {
  float x = 0, y = 0;
};

/// One stroke: points in a box of 1 x 1 (y grows downwards), joined by a smooth curve or by straight lines.
struct Stroke {
  std::vector<Point> points;
  bool smooth = true;
};

/// One way to write a digit, and how often it is chosen relative to the digit's other ways.
struct DigitShape {
  std::vector<Stroke> strokes;
  int weight = 1;
};

/// All ways to write `digit` (0 to 9).
std::span<const DigitShape> digit_shapes(int digit);

}  // namespace candor::data::detail
