// One value against another, with the line on which both are equal: predictions against the truth.
#pragma once

#include <string>

#include "candor/candid/plot/curve.h"
#include "candor/candid/plot/frame.h"

namespace candor::candid::plot {

/// Points over two axes.
struct Scatter {
  Titles titles;
  Curve points;
  double reach = 0;  ///< half the width of a band around the diagonal; 0 for none
  double width = 352, height = 300;
};

/// At most so many points are drawn.
inline constexpr std::size_t most_scattered = 1500;
/// An SVG; both axes hold the same values. Empty without points.
std::string scatter(const Scatter& chart);

}  // namespace candor::candid::plot
