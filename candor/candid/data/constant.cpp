// data.constant: columns that hold one value.
#include <algorithm>

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

}  // namespace

std::vector<Finding> constant_columns(const Subject& s) {
  constexpr std::int64_t least = 5;
  if (s.rows() < least) skip(too_few(s.rows(), least));
  std::vector<Finding> findings;
  std::vector<std::string> constant, changed;
  std::size_t looked = 0;
  for (const CheckColumn& column : s.columns) {
    if (!column.parts[0].present || (column.role == data::Role::ignore && column.asked) || column.role == data::Role::target) continue;
    ++looked;
    if (different(column, 0) != 1 || column.missing(0) > 0) continue;
    bool moves = false;
    for (std::size_t part = 1; part < s.parts.size(); ++part) moves = moves || (column.parts[part].present && different(column, part) > 1);
    (moves ? changed : constant).push_back(column.name);
  }
  if (!changed.empty()) {
    findings.push_back({"data.constant", Severity::warning,
                        "the same value in every training row, others elsewhere: " + name_list(changed) + "; a model cannot learn what it means, and the training rows may be only a part of what was meant", name_list(changed),
                        {{"columns", static_cast<double>(changed.size())}}});
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
