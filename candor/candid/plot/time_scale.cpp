#include <chrono>
#include <cmath>
#include <cstdio>

#include "candor/candid/plot/scale.h"

namespace candor::candid::plot {
namespace {

using namespace std::chrono;
constexpr double minute = 60, hour = 3600, day = 86400, month = 30.44 * day, year = 365.25 * day;
const char* const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

double seconds_of(int y, unsigned m) { return day * static_cast<double>(sys_days{std::chrono::year{y} / static_cast<int>(m) / 1}.time_since_epoch().count()); }

year_month_day date_of(double seconds) { return {sys_days{days{static_cast<int>(std::floor(seconds / day))}}}; }

std::string label_of(double at, double step) {
  char text[32];
  const year_month_day date = date_of(at);
  const unsigned m = static_cast<unsigned>(date.month()), d = static_cast<unsigned>(date.day());
  const int y = static_cast<int>(date.year());
  if (step >= year * .99) std::snprintf(text, sizeof text, "%d", y);
  else if (step >= month * .9) std::snprintf(text, sizeof text, "%s %d", month_names[m - 1], y);
  else if (step >= day) std::snprintf(text, sizeof text, "%u %s", d, month_names[m - 1]);
  else {
    const double of_day = at - day * std::floor(at / day);
    if (of_day < 1) std::snprintf(text, sizeof text, "%u %s", d, month_names[m - 1]);
    else if (step >= minute) std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(of_day / hour), static_cast<int>(std::fmod(of_day, hour) / minute));
    else std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(of_day / hour), static_cast<int>(std::fmod(of_day, hour) / minute), static_cast<int>(std::fmod(of_day, minute)));
  }
  return text;
}

}  // namespace

Scale time_scale(double low, double high, const ScaleOptions& o) {
  // Calendars end somewhere; beyond the years 1 to 9999 seconds are just numbers.
  if (!std::isfinite(low) || !std::isfinite(high) || low < -6.2e10 || high > 2.5e11 || high - low < 1) return linear_scale(low, high, o);
  Scale scale{Scale::Kind::time, low, high, o.from, o.to};
  const double raw = (high - low) / std::max(o.ticks, 1);
  if (raw > 20 * day) {
    int months = 0;
    for (const int m : {1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12000}) {
      months = m;
      if (raw <= m * month * 1.05) break;
    }
    const year_month_day start = date_of(low);
    int index = static_cast<int>(start.year()) * 12 + static_cast<int>(static_cast<unsigned>(start.month())) - 1;
    index -= ((index % months) + months) % months;
    for (; scale.ticks.size() < 40; index += months) {
      const double at = seconds_of(static_cast<int>(std::floor(index / 12.0)), static_cast<unsigned>(((index % 12) + 12) % 12 + 1));
      if (at > high) break;
      if (at >= low) scale.ticks.push_back({at, label_of(at, months * month)});
    }
    return scale;
  }
  double step = 14 * day;
  for (const double s : {1., 5., 15., 30., minute, 5 * minute, 15 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day}) {
    step = s;
    if (raw <= s) break;
  }
  for (double k = std::ceil(low / step); k * step <= high && scale.ticks.size() < 40; ++k) scale.ticks.push_back({k * step, label_of(k * step, step)});
  return scale;
}

}  // namespace candor::candid::plot
