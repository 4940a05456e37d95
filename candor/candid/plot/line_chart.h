// Curves over a common axis, with interval bands, named where they end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "candor/candid/plot/curve.h"
#include "candor/candid/plot/frame.h"

namespace candor::candid::plot {

/// Lines with bands over a common axis.
struct LineChart {
  Titles titles;
  std::vector<Curve> curves;
  std::vector<std::string> tones = {};  ///< classes of the curves: "c1" ... "c7", "muted", "ink"; empty: c1, c2, ...
  double width = 352, height = 236;
  bool log_y = false, time_x = false, whole_x = false, percent_x = false, percent_y = false;
  bool diagonal = false;                ///< a dashed line where y is x
  bool dots = false;                    ///< a mark at every point, and its interval as a whisker instead of a band
  bool end_labels = true;               ///< names at the ends of the curves; one alone needs none
  Range x_range = {}, y_range = {};     ///< what the axes hold besides the points
  std::optional<double> marker = {};    ///< an upright line at this x
  std::string marker_text = {};
};

/// An SVG. Empty when there is no point to draw.
std::string line_chart(const LineChart& chart);
/// The names of curves beside a piece of their line, for charts whose ends are too close for labels. HTML.
std::string key_of(const std::vector<std::string>& names, const std::vector<std::string>& tones = {});

}  // namespace candor::candid::plot
