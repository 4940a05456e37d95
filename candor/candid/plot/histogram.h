// How often which values came: bars that touch.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/candid/plot/frame.h"

namespace candor::candid::plot {

/// Counts over ranges of a number.
struct Histogram {
  Titles titles;
  std::vector<double> edges, counts;   ///< edges are one more than counts
  std::optional<double> marker = {};   ///< an upright line
  std::string marker_text = {};
  double width = 352, height = 220;
};

/// An SVG; empty when lengths do not fit or nothing was counted.
std::string histogram(const Histogram& chart);
/// Bars alone, to stand in a line of a table.
std::string small_histogram(const std::vector<double>& counts);

}  // namespace candor::candid::plot
