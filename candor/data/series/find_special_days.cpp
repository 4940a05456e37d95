// Days of the year whose values differ from what is expected more than chance allows.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>
#include <vector>

#include "candor/base/error.h"
#include "candor/data/series/special_days.h"
#include "candor/data/table/dates.h"

namespace candor::data {
namespace {

constexpr double day = 86400;
// About 366 dates, 130 days around Easter and 300 weekdays of months: one in a thousand in all is t > 5 with many years. With few years the
// spread is judged by that of all days, not by the rule's own few.
constexpr double least_score = 5;
constexpr int least_years = 3;

using Key = std::tuple<int, int, int, int>;  // kind, month, day, weekday

Key key_of(const SpecialDay& r) { return {static_cast<int>(r.kind), r.month, r.day, r.weekday}; }

// The rules a day follows, the simplest first: of rules that explain alike the first is kept.
std::vector<SpecialDay> rules_of(double time) {
  const CalendarTime t = from_seconds(time);
  std::vector<SpecialDay> rules{{SpecialDay::Kind::date, t.month, t.day, 0, 1}};
  if (t.year >= 1583) {
    const MonthDay sunday = easter(t.year);
    const int days = static_cast<int>(std::floor((time - to_seconds({.year = t.year, .month = sunday.month, .day = sunday.day})) / day));
    if (days >= -60 && days <= 70) rules.push_back({SpecialDay::Kind::easter, 1, days, 0, 1});
  }
  rules.push_back({SpecialDay::Kind::weekday, t.month, (t.day - 1) / 7 + 1, t.weekday, 1});
  if (t.day + 7 > days_of_month(t.year, t.month)) rules.push_back({SpecialDay::Kind::weekday, t.month, -1, t.weekday, 1});
  return rules;
}

double spread_of(std::vector<double> values) {
  for (double& v : values) v = std::abs(v);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle * 1.4826;  // of a normal distribution; a few wild days do not move it
}

struct Found {
  SpecialDay rule;
  double score = 0, mean = 0;
};

}  // namespace

std::vector<SpecialDay> find_special_days(std::span<const double> times, std::span<const double> residuals) {
  if (times.size() != residuals.size()) fail(ErrorKind::shape, "special days: " + std::to_string(times.size()) + " times against " + std::to_string(residuals.size()) + " values");
  std::vector<std::size_t> rows;
  std::vector<double> values;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (!std::isfinite(residuals[i])) continue;
    rows.push_back(i);
    values.push_back(residuals[i]);
  }
  if (values.size() < 100) return {};
  const double spread = spread_of(values);
  if (!(spread > 0)) return {};

  std::map<Key, std::pair<SpecialDay, std::vector<std::size_t>>> members;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    for (const SpecialDay& rule : rules_of(times[rows[k]])) {
      auto& entry = members[key_of(rule)];
      entry.first = rule;
      entry.second.push_back(k);
    }
  }

  std::vector<bool> explained(rows.size(), false);
  std::vector<Found> found;
  while (found.size() < 40) {
    Found best;
    for (const auto& [key, entry] : members) {
      double sum = 0, squares = 0, n = 0;
      // A day off at the weekend changes nothing: the median would be 0 there. Weekends are left to the weekday.
      for (const std::size_t k : entry.second) {
        if (explained[k] || from_seconds(times[rows[k]]).weekday > 4) continue;
        sum += values[k];
        squares += values[k] * values[k];
        ++n;
      }
      if (n < least_years) continue;
      const double mean = sum / n, own = std::sqrt(std::max(squares / n - mean * mean, 0.0));
      const double score = std::abs(mean) * std::sqrt(n) / std::max(spread, own);
      // Of rules that fit equally well a fixed date is the simplest; the map holds dates first.
      if (score > best.score * 1.02) best = {entry.first, score, mean};
    }
    if (best.score < least_score) break;
    for (const std::size_t k : members[key_of(best.rule)].second) explained[k] = true;
    found.push_back(best);
  }
  double largest = 0;
  for (const Found& f : found) largest = std::max(largest, std::abs(f.mean));
  std::vector<SpecialDay> out;
  for (Found& f : found) {
    f.rule.weight = f.mean / largest;
    out.push_back(f.rule);
  }
  return out;
}

}  // namespace candor::data
