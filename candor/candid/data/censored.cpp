// data.censored: a target that piles up at its end: a full theatre, a meter at its stop.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {

namespace {

/// Classes that are whole numbers, eight and more: counts and ages that are taken for classes. Empty when they are not.
std::vector<double> numbers_of_classes(const Subject& s) {
  std::vector<double> of_class, out;
  for (const std::string& name : s.class_names) {
    char* end = nullptr;
    of_class.push_back(std::strtod(name.c_str(), &end));
    if (name.empty() || *end != '\0' || of_class.back() != std::floor(of_class.back())) return {};
  }
  if (of_class.size() < 8 || !s.has_labels(0)) return {};
  for (const std::int32_t label : s.labels[0])
    if (label >= 0) out.push_back(of_class[static_cast<std::size_t>(label)]);
  std::sort(out.begin(), out.end());
  return out;
}

/// Whole numbers, few of them: towards the end each is rarer than the one before, and the last is not. A note, as people like the ends of scales.
std::vector<Finding> whole_numbers(const Subject& s, const CheckColumn& target, const std::vector<double>& sorted) {
  std::map<double, double> counts;
  for (const double x : sorted) ++counts[x];
  std::vector<Finding> findings;
  if (counts.size() < 8) return findings;
  std::vector<std::pair<double, double>> by_value(counts.begin(), counts.end());
  const auto n = static_cast<double>(sorted.size());
  for (const bool top : {true, false}) {
    if (top) std::reverse(by_value.begin(), by_value.end());
    else std::sort(by_value.begin(), by_value.end());
    const double edge = by_value[0].first, pile = by_value[0].second, next = by_value[1].second, third = by_value[2].second;
    if (!top && edge == 0) continue;
    // What the values beside it let expect: counts that fall towards the edge stay below the next, counts that grow towards it grow on. Small ones scatter: three stand for one.
    const bool many = next >= 100 || by_value.size() < 20;
    const auto mean = [&](std::size_t from) { return (by_value[from].second + by_value[from + 1].second + by_value[from + 2].second) / 3; };
    const double growth = many ? next / third : std::cbrt(mean(1) / mean(4)), expected = std::max(1.0, growth) * (many ? next : std::max(next, mean(1)));
    if (pile < 10 || pile < .02 * n || pile < (growth < 1 ? 1.15 : 1.4) * expected + 4 * std::sqrt(expected)) continue;
    findings.push_back({"data.censored", Severity::note,
                        "the target " + column_text(target).substr(7) + " is " + value_text(edge) + ", its " + (top ? "highest" : "lowest") + " value, in " + rows_text(static_cast<std::int64_t>(pile)) + " (" + percent(pile / n) + "), and " + value_text(by_value[1].first) + " in " + rows_text(static_cast<std::int64_t>(next)) +
                            ": values seem to have been cut off there; if so, a model learns the limit and not what lies beyond",
                        s.parts[0].name + ": " + target.name, {{"value", edge}, {"rows", pile}, {"share", pile / n}, {"rows of the value beside it", next}}});
  }
  return findings;
}

}  // namespace

std::vector<Finding> censored_target(const Subject& s) {
  const CheckColumn* target = s.target_column();
  const std::vector<double> classes = target && s.is_classification() ? numbers_of_classes(s) : std::vector<double>{};
  if (!target || (s.is_classification() && classes.empty())) skip("needs a target of numbers");
  const std::vector<double>& sorted = s.is_classification() ? classes : sorted_numbers(*target, 0);
  const auto n = static_cast<std::int64_t>(sorted.size());
  constexpr std::int64_t least = 50;
  if (n < least) skip(too_few(n, least));
  std::vector<double> different = sorted;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  std::vector<Finding> findings;
  const bool whole = std::all_of(different.begin(), different.end(), [](double x) { return x == std::floor(x); }), few_whole = whole && different.size() < 40;
  if (s.is_classification() || (few_whole && different.size() < 20)) return whole_numbers(s, *target, sorted);
  if (different.size() < 20) return findings;
  for (const bool top : {true, false}) {
    const double edge = top ? sorted.back() : sorted.front();
    const auto pile = std::count(sorted.begin(), sorted.end(), edge);
    // A count that is often 0 is no meter at its stop.
    if (!top && edge == 0) continue;
    const double share = static_cast<double>(pile) / static_cast<double>(n);
    if (pile < 5 || share < .015) continue;
    // What the values beside it hold: the same stretch of the scale again, and the commonest single value.
    std::int64_t commonest = 0, run = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (sorted[i] == edge) continue;
      run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
      commonest = std::max(commonest, run);
    }
    const double width = sorted.back() - sorted.front();
    const auto near = std::count_if(sorted.begin(), sorted.end(), [&](double x) { return x != edge && std::abs(x - edge) <= .02 * width; });
    // The lower end of skewed values is where they are densest: a pile there must be many times the commonest value instead.
    const bool heap = pile >= 3 * std::max<std::int64_t>(commonest, 1) && static_cast<double>(pile) >= 1.5 * static_cast<double>(near);
    if (!heap && (share < .03 || pile < 8 * std::max<std::int64_t>(commonest, 1))) continue;
    findings.push_back({"data.censored", share >= .1 ? Severity::warning : Severity::note,
                        "the target " + column_text(*target).substr(7) + " is exactly " + value_text(edge) + ", its " + (top ? "highest" : "lowest") + " value, in " + rows_text(pile) + " (" + percent(share) + "): it seems cut off there, as visitors are when a hall is full, so a model learns the limit and not the demand; predict \"at least " + value_text(edge) +
                            "\" for such rows, or take a model for censored targets",
                        s.parts[0].name + ": " + target->name, {{"value", edge}, {"rows", static_cast<double>(pile)}, {"share", share}, {"commonest other value", static_cast<double>(commonest)}}});
  }
  return findings.empty() && whole ? whole_numbers(s, *target, sorted) : findings;
}

}  // namespace candor::candid::detail
