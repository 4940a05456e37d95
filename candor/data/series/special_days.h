// Days that come every year and are unlike others: holidays. Known ones by country, or found in the values themselves.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/nn/config.h"

namespace candor::data {

/// A rule for one day of every year.
struct SpecialDay {
  enum class Kind {
    date,         ///< `month` and `day`
    easter,       ///< `day` days behind Easter Sunday (of the western churches)
    weekday,      ///< the `day`-th (1..5; -1 the last) `weekday` of `month`
  };
  Kind kind = Kind::date;
  int month = 1, day = 1, weekday = 0;   ///< weekday 0 is Monday
  double weight = 1;                     ///< how unlike other days; the input of a network
  bool operator==(const SpecialDay&) const = default;
};

/// Does the day of this moment (seconds since 1970) follow the rule?
bool falls_on(const SpecialDay& rule, double time);
/// "1 January", "Easter + 1 day", "4th Thursday of November".
std::string to_string(const SpecialDay& rule);
/// The month and day of Easter Sunday in a year from 1583 (Meeus, Jones, Butcher).
struct MonthDay {
  int month = 1, day = 1;
};
MonthDay easter(int year);

/// Days off in the whole of a country: "DE", "AT", "CH", "FR", "IT", "ES", "NL", "PL", "GB", "US", "CA". Throws Error (invalid_argument) with the codes
/// there are.
std::vector<SpecialDay> holidays(std::string_view country);

/// Looks for rules whose days differ from what is expected: `residuals` are values minus expectation (NaN is passed over), one a day at `times`.
/// A rule counts when at least three years have such a day, and their mean lies further from 0 than chance lets any of the hundreds of
/// rules that are tried (Bonferroni at 1 in 1000). The strongest first; a day that one rule explains is not counted for the next. The
/// weight is the mean, in units of the largest one.
std::vector<SpecialDay> find_special_days(std::span<const double> times, std::span<const double> residuals);

Config to_config(const SpecialDay& rule);
SpecialDay special_day_from(const Config& config);

}  // namespace candor::data
