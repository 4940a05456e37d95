// How far apart the rows of a series are: seconds, months, working days, or just rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace candor::data {

/// The distance of neighbouring rows. Months are counted on the calendar, since they are not equally long.
struct TimeStep {
  enum class Unit { rows, seconds, workdays, months };

  Unit unit = Unit::rows;   ///< rows: no dates; times are row numbers
  double count = 1;         ///< so many units; whole for workdays and months
  int day_of_month = 0;     ///< months: the day that dates fall on, 31 for the last of each month; 0 takes that of the origin

  /// The time `steps` (also below 0) behind `origin`.
  double advance(double origin, std::int64_t steps) const;
  /// How many steps `time` lies behind `origin`: whole when it is on the grid (to a thousandth), else something between.
  double position(double origin, double time) const;
  /// Seconds, on average: a month has 30.4 days. 0 for rows.
  double seconds() const;
  /// "1 day", "15 minutes", "3 months", "1 working day", "1 row".
  std::string text() const;
  bool operator==(const TimeStep&) const = default;
};

/// The step that most neighbours of these ordered times (seconds since 1970) have: days, months, quarters, years and working days (no Saturdays
/// and Sundays) are recognised. Fewer than two different times: Unit::rows.
TimeStep find_step(std::span<const double> times);

/// How long a season is, in steps, by the calendar: 7 for days, 5 for working days, 12 for months, 4 for quarters, 52 for weeks, a day for hours
/// and minutes; 1 when the calendar says nothing.
std::int64_t calendar_season(const TimeStep& step);

}  // namespace candor::data
