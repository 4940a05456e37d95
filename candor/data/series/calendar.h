// What the calendar says of a moment, as numbers for a network: known in advance, for the days that are to be forecast too.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "candor/data/series/special_days.h"
#include "candor/data/series/time_step.h"
#include "candor/nn/config.h"

namespace candor::data {

struct CalendarOptions {
  bool time_of_day = false;     ///< 24 inputs, one for each hour; for hours and minutes
  bool weekday = false;         ///< 7 inputs, one for each day of the week
  bool month = false;           ///< 12 inputs, one for each month
  int year_waves = 0;           ///< sine and cosine of so many waves a year
  std::vector<SpecialDay> special_days = {};  ///< a day that is one, with its weight; days before and behind such days, too
};

/// Turns moments into inputs. A value; without options it has none.
class Calendar {
 public:
  Calendar() = default;
  explicit Calendar(CalendarOptions options) : options_(std::move(options)) {}
  /// What fits the step: hours of the day below a day, weekdays up to a day, waves of the year up to a week, months for months; the year only
  /// when the rows cover two of them (`seconds` from first to last).
  static Calendar for_step(const TimeStep& step, double seconds);

  const CalendarOptions& options() const { return options_; }
  /// "monday", "hour 3", "year sin 1", "special day", ...; as many as values() appends.
  std::vector<std::string> names() const;
  std::int64_t size() const { return static_cast<std::int64_t>(names().size()); }
  /// Appends the inputs of the moment (seconds since 1970), each within -1..1 but for weights of special days.
  void append(double time, std::vector<float>& values) const;

  Config config() const;
  static Calendar from_config(const Config& config);

 private:
  CalendarOptions options_;
};

}  // namespace candor::data
