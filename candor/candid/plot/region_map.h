// What a model says over a plane of two inputs: coloured regions, with rows as points on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/plot/frame.h"

namespace candor::candid::plot {

/// Regions of a plane by class or value, with points.
struct RegionMap {
  Titles titles;
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  std::int64_t columns = 0, rows = 0;
  std::vector<double> values;                ///< [rows * columns], from the lowest y up
  std::vector<std::vector<double>> points;   ///< x, y, class number or value
  std::vector<std::string> classes;          ///< empty: values are numbers
  double width = 352, height = 320;
};

/// An SVG and, below it, which colour means what; empty when there is no grid.
std::string region_map(const RegionMap& map);

}  // namespace candor::candid::plot
