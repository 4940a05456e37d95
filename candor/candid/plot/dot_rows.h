// Rows of a table with a dot or a bar, its interval and its number, over a common axis. Fluid: places are percentages, so letters keep their size.
#pragma once

#include <string>
#include <vector>

#include "candor/candid/interval.h"
#include "candor/candid/plot/scale.h"

namespace candor::candid::plot {

/// A dot with its interval in a line of its own.
struct DotRow {
  std::string name, note;      ///< note: in small letters below the name
  double value = 0;
  Interval interval = {};      ///< low == high: none
  std::string text, more;      ///< the number for people; and a further one, in small letters
  std::string tone = "muted";  ///< "c1" for the model
  bool strong = false;         ///< the row that the others stand beside
};

/// Dots with intervals below each other, on one axis.
struct DotRows {
  std::string label, first = "", last = "", axis = "";  ///< for those who do not see it; heads of the columns
  std::vector<DotRow> rows;
  bool bars = false;          ///< from zero
  bool zero = false;          ///< the axis holds zero, with a line of its own
  bool percent = false, whole = false;
  Interval band = {};         ///< a stripe through all rows
};

/// An HTML table.
std::string dot_rows(const DotRows& chart);
/// A line of text's height with a dot and its interval, over [low, high].
std::string dot_strip(double value, const Interval& interval, double low, double high, const std::string& tone = "c1");

}  // namespace candor::candid::plot
