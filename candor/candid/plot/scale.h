// From values to places on paper, with ticks where people expect them.
#pragma once

#include <string>
#include <vector>

namespace candor::candid::plot {

/// A mark on an axis with its text.
struct Tick {
  double at = 0;  ///< a value
  std::string label;
};

/// An axis: values from `low` to `high` lie between the coordinates `from` and `to`.
struct Scale {
  enum class Kind { linear, logarithmic, time };
  Kind kind = Kind::linear;
  double low = 0, high = 1, from = 0, to = 1;
  std::vector<Tick> ticks = {};

  /// The coordinate of a value, kept within a little beyond the axis.
  double at(double value) const;
  bool holds(double value) const;
};

struct ScaleOptions {
  double from = 0, to = 1;
  int ticks = 5;        ///< about so many
  bool nice = true;     ///< the ends become ticks
  bool whole = false;   ///< ticks at whole numbers only, written as counts: epochs, rows
  bool percent = false; ///< labels of shares
};

/// Ticks at 1, 2, 2.5 or 5 times a power of ten. Values that are not finite, or the same, still give an axis.
Scale linear_scale(double low, double high, const ScaleOptions& options);
/// Powers of ten (and 2 and 5 of them where there is room); both ends above zero, or it is linear.
Scale log_scale(double low, double high, const ScaleOptions& options);
/// Seconds since 1970, UTC: years, months, days or hours.
Scale time_scale(double low, double high, const ScaleOptions& options);

/// The finite values' least and greatest.
struct Range {
  double low = 0, high = 0;
  bool empty = true;
  void add(double value);
  void add(const std::vector<double>& values) {
    for (const double v : values) add(v);
  }
};

}  // namespace candor::candid::plot
