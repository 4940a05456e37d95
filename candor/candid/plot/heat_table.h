// A matrix whose cells are both coloured and written: a table that can be read, copied and heard.
#pragma once

#include <string>
#include <vector>

namespace candor::candid::plot {

/// Numbers in a grid, coloured by their size.
struct HeatTable {
  std::string label;                            ///< for those who do not see it
  std::string rows_are = {}, columns_are = {};            ///< "truth", "said"
  std::vector<std::string> rows = {}, columns = {};
  std::vector<std::vector<double>> shade = {};  ///< -1 to 1: below zero in the second colour
  std::vector<std::vector<std::string>> text = {};
};

/// An HTML table in a box that scrolls when the page is too narrow. Cells that are missing are empty.
std::string heat_table(const HeatTable& table);

}  // namespace candor::candid::plot
