// data.missing: columns that are mostly empty, numbers that stand for "not known", and gaps that differ between parts.
#include <algorithm>
#include <array>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

/// A number that stands for "not known".
struct Sentinel {
  double value = 0;
  std::int64_t rows = 0;
  bool zero = false;
};

bool is_code(double x) {
  static constexpr std::array<double, 14> codes = {9, 99, 999, 9999, 99999, 999999, 9999999, 99999999, 1e9 - 1, 8888, 7777, 32767, 65535, 2147483647};
  const double size = std::abs(x);
  return x == -1 || std::find(codes.begin(), codes.end(), size) != codes.end() || size == 32768 || size == 2147483648.0 || x == 1e10 || x == -1000 || x == -200;
}

/// The usual distance from a value to the next different one: 1 for counts.
double usual_step(const std::vector<double>& sorted) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i] > sorted[i - 1]) steps.push_back(sorted[i] - sorted[i - 1]);
  if (steps.empty()) return 0;
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  return steps[steps.size() / 2];
}

/// Values that come often and lie far off the others, as -999 among ages. Values sorted.
std::vector<Sentinel> sentinels(const std::vector<double>& sorted) {
  std::vector<Sentinel> found;
  const auto n = static_cast<std::int64_t>(sorted.size());
  if (n < 30) return found;
  const std::int64_t least = n < 100 ? 2 : std::max<std::int64_t>(3, n / 500);
  std::vector<double> rest = sorted;
  for (const bool top : {false, true}) {
    for (int round = 0; round < 2 && rest.size() >= 20; ++round) {
      const double edge = top ? rest.back() : rest.front();
      const auto [from, to] = std::equal_range(rest.begin(), rest.end(), edge);
      const auto rows = to - from;
      std::vector<double> others = rest;
      others.erase(others.begin() + (from - rest.begin()), others.begin() + (to - rest.begin()));
      if (others.size() < 20) break;
      const double low = others.front(), high = others.back(), q05 = sorted_quantile(others, .05), q95 = sorted_quantile(others, .95);
      const double gap = top ? edge - high : low - edge, width = std::max(q95 - q05, 1e-12);
      const bool code = is_code(edge);
      // A column of nearly one value says little about what lies far off, unless nothing else is below zero.
      const bool different = high > low && (others[others.size() / 4] != others[3 * others.size() / 4] || (code && edge <= -9 && low >= 0));
      // -999 lies far below numbers from 0 on; 99 among ages is an age.
      // -1 as often as 0 and 1, or nearly, is the lower end of a scale: worse, the same, better.
      const bool end_of_scale = edge == -1 && low == 0 && high <= 2 && high == std::floor(high) && rows * 2 >= std::min(std::count(others.begin(), others.end(), low), std::count(others.begin(), others.end(), high));
      const bool far = !end_of_scale && (gap > (code ? 1 : 4) * width || (code && edge < 0 && low >= 0));
      const bool zero = edge == 0 && !top && low > 0 && low >= .2 * sorted_quantile(others, .5) && gap > .3 * width && gap > 2 * usual_step(others) && rows * 200 >= n;  // 0 before 1 is a count
      if (!different || rows < least || !((far && code) || zero)) break;
      found.push_back({edge, rows, zero});
      rest = std::move(others);
    }
  }
  return found;
}

void mostly_empty(const Subject& s, std::vector<Finding>& findings) {
  std::vector<std::string> empty, half;
  for (const CheckColumn& column : s.columns) {
    if (column.role == data::Role::target || (column.role == data::Role::ignore && column.asked)) continue;
    const double share = static_cast<double>(column.missing(0)) / static_cast<double>(std::max<std::int64_t>(s.rows(), 1));
    if (share >= .92) empty.push_back(column.name + " (" + percent(share) + ")");
    else if (share >= .4) half.push_back(column.name + " (" + percent(share) + ")");
  }
  if (!empty.empty())
    findings.push_back({"data.missing", Severity::warning, "nearly no cells in " + std::string(empty.size() == 1 ? "column " : "columns ") + name_list(empty) + " are filled: what can be learned from them rests on a few rows; leave them out with --ignore, or look whether reading went wrong", name_list(empty)});
  if (!half.empty())
    findings.push_back({"data.missing", Severity::note, "many cells are missing in " + name_list(half) + ": they are filled, and marked as filled; ask why they are missing", name_list(half)});
}

void codes_for_unknown(const Subject& s, std::vector<Finding>& findings) {
  for (const CheckColumn& column : s.columns) {
    if (!column.numeric || !(column.role == data::Role::number || column.role == data::Role::target) || (column.role == data::Role::target && s.is_classification())) continue;
    for (std::size_t part = 0; part < s.parts.size(); ++part) {
      if (!column.parts[part].present) continue;
      const std::vector<double>& sorted = sorted_numbers(column, part);
      bool told = false;
      for (const Sentinel& found : sentinels(sorted)) {
        const double share = static_cast<double>(found.rows) / static_cast<double>(sorted.size());
        const std::string value = value_text(found.value);
        Finding f{"data.missing"};
        // 0 may be a value, and a few 99999 at the top may be a cap.
        f.severity = found.zero || (found.value > 0 && share < .01) ? Severity::note : Severity::warning;
        f.where = s.parts[part].name + ": " + column.name;
        f.evidence = {{"value", found.value}, {"rows", static_cast<double>(found.rows)}, {"share", share}};
        f.message = column_text(column) + " holds " + value + " in " + rows_text(found.rows) + " (" + percent(share) + " of " + s.parts[part].name + "), far off all other values: it probably stands for \"not known\", and a model would take it for a number" +
                    (found.zero ? "; empty those cells if 0 cannot be" : "; empty those cells, or say --missing " + value);
        findings.push_back(std::move(f));
        told = true;
      }
      if (told) break;
    }
  }
}

void between_parts(const Subject& s, std::vector<Finding>& findings) {
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.rows(part) < 30 || s.rows() < 30) continue;
    for (const CheckColumn& column : s.columns) {
      if (!column.is_input() || !column.parts[part].present) continue;
      const auto a = static_cast<double>(column.missing(0)), b = static_cast<double>(column.missing(part));
      const auto n = static_cast<double>(s.rows()), m = static_cast<double>(s.rows(part));
      const double p = (a + b) / (n + m), z = (b / m - a / n) / std::sqrt(std::max(p * (1 - p), 1e-12) * (1 / n + 1 / m));
      const double difference = std::abs(b / m - a / n);
      if (std::abs(z) < 5 || difference < .05) continue;
      findings.push_back({"data.missing", difference >= .15 ? Severity::warning : Severity::note,
                          column_text(column) + " is missing in " + percent(a / n) + " of the training rows and in " + percent(b / m) + " of " + s.parts[part].name + ": the two were not collected in the same way, and what fills the gaps does not fit both", s.parts[part].name + ": " + column.name,
                          {{"share missing in training", a / n}, {"share missing there", b / m}, {"z", z}}});
    }
  }
}

}  // namespace

std::vector<Finding> missing_cells(const Subject& s) {
  constexpr std::int64_t least = 20;
  if (s.rows() < least) skip(too_few(s.rows(), least));
  std::vector<Finding> findings;
  mostly_empty(s, findings);
  codes_for_unknown(s, findings);
  between_parts(s, findings);
  return findings;
}

}  // namespace candor::candid::detail
