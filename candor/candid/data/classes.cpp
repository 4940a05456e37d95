// data.imbalance and data.few: classes with too few rows, and too few rows for so many columns.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"

namespace candor::candid::detail {
namespace {

std::vector<std::int64_t> counts_of(const Subject& s, std::size_t part) {
  std::vector<std::int64_t> counts(s.class_names.size(), 0);
  for (const std::int32_t label : s.labels[part])
    if (label >= 0) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

/// Classes that are steps of a scale, as 1 to 10: ends of a scale are rare, and that is no fault.
bool is_scale(const Subject& s) {
  if (s.class_names.size() < 5) return false;
  return std::all_of(s.class_names.begin(), s.class_names.end(), [](const std::string& name) { return parse_number(name).has_value(); });
}

}  // namespace

std::vector<Finding> imbalance(const Subject& s) {
  if (!s.is_classification() || !s.has_labels(0)) skip("needs classes");
  const std::vector<std::int64_t> counts = counts_of(s, 0);
  std::int64_t all = 0, classes = 0, most = 0;
  std::size_t largest = 0;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    all += counts[k], classes += counts[k] > 0;
    if (counts[k] > most) most = counts[k], largest = k;
  }
  if (all < 30 || classes < 2) skip(classes < 2 ? "needs two classes" : too_few(all, 30));
  std::vector<std::string> rare, small;
  double least = 1;
  bool nearly_none = false;  // a class of some dozens of rows can be learned, however small its share
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] == 0) continue;
    const double share = static_cast<double>(counts[k]) / static_cast<double>(all), equal = 1 / static_cast<double>(classes);
    // A fourteenth of an equal share is rare, a fifth worth knowing.
    if (share < equal / 14 && static_cast<double>(counts[k]) * 20 < static_cast<double>(most)) rare.push_back(s.class_names[k] + " (" + percent(share) + ", " + rows_text(counts[k]) + ")"), nearly_none = nearly_none || counts[k] < 40 || share < equal / 50;
    else if (share < equal / 5) small.push_back(s.class_names[k] + " (" + percent(share) + ")");
    least = std::min(least, share);
  }
  std::vector<Finding> findings;
  const double guess = static_cast<double>(most) / static_cast<double>(all);
  const std::vector<Evidence> evidence = {{"smallest share", least}, {"largest share", guess}, {"classes", static_cast<double>(classes)}};
  const std::string guessing = "; always saying " + candor::quoted(s.class_names[largest]) + " is right in " + percent(guess) + " of the rows, so accuracy says little: look at each class, weigh rows, or gather more of the rare ones";
  if (!rare.empty()) findings.push_back({"data.imbalance", !nearly_none || is_scale(s) || rare.size() * 2 > static_cast<std::size_t>(classes) ? Severity::note : Severity::warning, "rare classes: " + name_list(rare) + guessing, name_list(rare), evidence});
  else if (!small.empty()) findings.push_back({"data.imbalance", Severity::note, "small classes: " + name_list(small) + guessing, name_list(small), evidence});
  return findings;
}

std::vector<Finding> few_rows(const Subject& s) {
  std::vector<Finding> findings;
  if (s.is_classification() && s.has_labels(0)) {
    const std::vector<std::int64_t> counts = counts_of(s, 0);
    std::vector<std::string> few;
    std::int64_t least = 10, classes = 0, all = 0;
    bool fair = true;  // no smaller than a third of an equal share
    for (const std::int64_t n : counts) classes += n > 0, all += n;
    for (std::size_t k = 0; k < counts.size(); ++k) {
      if (counts[k] == 0 || counts[k] >= 10) continue;
      few.push_back(s.class_names[k] + " (" + std::to_string(counts[k]) + ")");
      least = std::min(least, counts[k]);
      fair = fair && counts[k] * classes * 3 >= all;
    }
    // Where most classes have some few rows the data were made so: faces, ten of each person. So were forty rows of four classes: the table is small, no class is rarer than it has to be.
    const bool by_design = least >= 5 && (fair || static_cast<std::int64_t>(few.size()) * 2 > classes);
    if (!few.empty())
      findings.push_back({"data.few", is_scale(s) || by_design ? Severity::note : Severity::warning, "classes with fewer than 10 training rows: " + name_list(few) + ": their score says little; gather more rows or join classes", name_list(few),
                          {{"rows of the smallest class", static_cast<double>(least)}, {"classes", static_cast<double>(classes)}}});
  }
  const auto inputs = std::count_if(s.columns.begin(), s.columns.end(), [](const CheckColumn& c) { return c.is_input(); });
  const std::int64_t rows = s.parts[0].all_rows;
  if (rows < 30) {
    findings.push_back({"data.few", rows < 20 ? Severity::warning : Severity::note, with_thousands(rows) + " training rows are very few: a network will know them by heart; take a simple model (a line, a tree of few questions), and believe no score without its interval", s.parts[0].name, {{"rows", static_cast<double>(rows)}}});
  } else if (inputs > 0 && rows < 2 * inputs) {
    findings.push_back({"data.few", rows < inputs ? Severity::warning : Severity::note, with_thousands(rows) + " training rows for " + with_thousands(inputs) + " columns: chance alone makes some columns look telling; take a simple model with strong regularisation, or leave columns out", s.parts[0].name,
                        {{"rows", static_cast<double>(rows)}, {"columns", static_cast<double>(inputs)}}});
  }
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (s.parts[part].kind == PartKind::test && s.parts[part].all_rows < 30)
      findings.push_back({"data.few", Severity::note, with_thousands(s.parts[part].all_rows) + " test rows say little: a score on them may be off by " + percent(1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(s.parts[part].all_rows, 1)))) + " by chance", s.parts[part].name, {{"rows", static_cast<double>(s.parts[part].all_rows)}}});
  }
  return findings;
}

}  // namespace candor::candid::detail
