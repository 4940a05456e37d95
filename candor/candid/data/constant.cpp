// data.constant: columns that hold one value.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"

namespace candor::candid::detail {
namespace {

/// Different values of a column in a part, up to three; missing cells are none.
int different(const CheckColumn& column, std::size_t part) {
  const CheckCells& cells = column.parts[part];
  if (!column.numeric) {
    const std::vector<std::int64_t> counts = count_codes(column, part).counts;
    return static_cast<int>(std::min<std::ptrdiff_t>(3, std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; })));
  }
  std::vector<double> seen;
  for (const double x : cells.numbers) {
    if (x != x || std::find(seen.begin(), seen.end(), x) != seen.end()) continue;
    seen.push_back(x);
    if (seen.size() == 3) break;
  }
  return static_cast<int>(seen.size());
}

/// How likely chance alone leaves the training part with one value of a column, when the rows with another one fall where they will: each of them would have
/// come to that other part, which holds so large a share of the rows. 1 when the other part holds the one value, too.
double chance_of_none(const Subject& s, const CheckColumn& column, std::size_t part) {
  const CheckCells& cells = column.parts[part];
  const std::int64_t rows = s.rows(part);
  std::int64_t others = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    others += !column.is_missing(part, row) && (column.numeric ? cells.numbers[i] != column.parts[0].numbers[0] : cells.codes[i] != column.parts[0].codes[0]);
  }
  return std::pow(static_cast<double>(rows) / static_cast<double>(rows + s.rows()), static_cast<double>(others));
}

}  // namespace

std::vector<Finding> constant_columns(const Subject& s) {
  constexpr std::int64_t least = 5;
  if (s.rows() < least) skip(too_few(s.rows(), least));
  std::vector<Finding> findings;
  constexpr double unlikely = .001;  // of all columns together
  std::vector<std::string> constant, changed, rare, filled;
  const auto asked = [](const CheckColumn& c) { return c.parts[0].present && !(c.role == data::Role::ignore && c.asked) && c.role != data::Role::target; };
  const auto looked = static_cast<std::size_t>(std::count_if(s.columns.begin(), s.columns.end(), asked));
  for (const CheckColumn& column : s.columns) {
    if (!asked(column) || different(column, 0) != 1) continue;
    if (const std::int64_t empty = column.missing(0); empty > 0) {
      if (empty < s.rows() * 92 / 100) filled.push_back(column.name + " (" + percent(empty, s.rows()) + " empty)");
      continue;
    }
    double chance = 1;
    for (std::size_t part = 1; part < s.parts.size(); ++part)
      if (column.parts[part].present) chance = std::min(chance, chance_of_none(s, column, part));
    (chance == 1 ? constant : chance * static_cast<double>(looked) < unlikely ? changed : rare).push_back(column.name);
  }
  if (!changed.empty()) {
    findings.push_back({"data.constant", Severity::warning,
                        "the same value in every training row, others elsewhere: " + name_list(changed) + "; a model cannot learn what it means, and the training rows may be only a part of what was meant", name_list(changed),
                        {{"columns", static_cast<double>(changed.size())}}});
  }
  if (!rare.empty()) {
    findings.push_back({"data.constant", Severity::note, "the same value in every training row, another one in a few rows elsewhere, as chance may have it: " + name_list(rare) + "; nothing can be learned from so rare a value", name_list(rare),
                        {{"columns", static_cast<double>(rare.size())}}});
  }
  if (!filled.empty()) {
    findings.push_back({"data.constant", Severity::note, "one value wherever a cell is filled: " + name_list(filled) + "; all there is to learn is whether it is filled, and that is not used: write a second value for the empty cells if they mean something", name_list(filled),
                        {{"columns", static_cast<double>(filled.size())}}});
  }
  if (!constant.empty()) {
    Finding f = constant_finding(constant);
    // One dead sensor among dozens is nothing to worry about.
    if (looked >= 30 && constant.size() * 20 <= looked) f.severity = Severity::note;
    f.where = name_list(constant);
    f.evidence = {{"columns", static_cast<double>(constant.size())}, {"of", static_cast<double>(looked)}};
    findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace candor::candid::detail
