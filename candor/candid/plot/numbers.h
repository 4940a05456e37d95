// Numbers as people read them: as many digits as mean something, thousands apart, a real minus. In UTF-8, safe in HTML.
#pragma once

#include <cstdint>
#include <string>

#include "candor/candid/interval.h"

namespace candor::candid::plot {

/// 4 significant digits: "0.1235", "12.35", "1,235", "1.2 × 10⁻⁷"; "–" for what is not finite.
std::string number_text(double value, int significant = 4);
/// With so many decimals: "1,234.50", "−0.3".
std::string fixed_text(double value, int decimals);
/// "1,234".
std::string count_text(std::int64_t value);
/// "76.0 %" of a share of .76.
std::string percent_text(double share, int decimals = 1);
/// "0.8 s", "42 s", "3 min 12 s", "2 h 5 min".
std::string duration_text(double seconds);
/// "2024-05-31" of days since 1970.
std::string date_text(double days);
/// Decimals that show a spread (the width of an interval, a step) with two digits.
int decimals_for(double spread);

/// How a metric is written: shares in percent, R2 with its letter.
struct MetricStyle {
  std::string name;          ///< for people: "accuracy", "R²", "RMSE"
  bool percent = false;
  bool lower_is_better = false;
};
MetricStyle style_of(const std::string& metric);
/// "76.0 %", with the digits that an interval this wide deserves.
std::string metric_text(const MetricStyle& style, double value, double spread);
/// "71.3 to 80.4 %"; the spread is the interval's own.
std::string interval_text(const MetricStyle& style, const Interval& interval);
/// "71.3" of "71.3 %": between two numbers one sign is enough.
std::string without_percent(std::string text);

}  // namespace candor::candid::plot
