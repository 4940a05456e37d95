// data.censored: a target that piles up at its end: a full theatre, a meter at its stop.
#include <algorithm>
#include <cmath>

#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {

std::vector<Finding> censored_target(const Subject& s) {
  const CheckColumn* target = s.target_column();
  if (!target || s.is_classification()) skip("needs a target of numbers");
  const std::vector<double>& sorted = sorted_numbers(*target, 0);
  const auto n = static_cast<std::int64_t>(sorted.size());
  constexpr std::int64_t least = 50;
  if (n < least) skip(too_few(n, least));
  std::vector<double> different = sorted;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  std::vector<Finding> findings;
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
    if (pile < 3 * std::max<std::int64_t>(commonest, 1) || static_cast<double>(pile) < 1.5 * static_cast<double>(near)) continue;
    findings.push_back({"data.censored", share >= .1 ? Severity::warning : Severity::note,
                        "the target " + column_text(*target).substr(7) + " is exactly " + value_text(edge) + ", its " + (top ? "highest" : "lowest") + " value, in " + rows_text(pile) + " (" + percent(share) + "): it seems cut off there, as visitors are when a hall is full, so a model learns the limit and not the demand; predict \"at least " + value_text(edge) +
                            "\" for such rows, or take a model for censored targets",
                        s.parts[0].name + ": " + target->name, {{"value", edge}, {"rows", static_cast<double>(pile)}, {"share", share}, {"commonest other value", static_cast<double>(commonest)}}});
  }
  return findings;
}

}  // namespace candor::candid::detail
