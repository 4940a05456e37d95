// serve.range: values that training never had.
#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/metrics/tests.h"

namespace candor::candid::detail {
namespace {

/// `worth` and `worth_there`: independent rows that a row of either part stands for.
void numbers_beyond(const Subject& s, const CheckColumn& column, std::size_t part, double worth, double worth_there, std::vector<Finding>& findings) {
  const std::vector<double>& train = sorted_numbers(column, 0);
  if (train.size() < 30) return;
  double low = train.front(), high = train.back(), known = 0;
  for (const double x : column.parts[0].numbers)
    if (std::isfinite(x)) low = std::min(low, x), high = std::max(high, x), ++known;
  const double width = std::max(sorted_quantile(train, .95) - sorted_quantile(train, .05), 1e-12 + 1e-9 * std::abs(high));
  // How far the training rows' own extremes stick out says how far others may; long tails say nothing.
  const double tail = std::max(high - sorted_quantile(train, .95), sorted_quantile(train, .05) - low), stray = tail > .6 * width ? HUGE_VAL : std::max(.5 * width, 2 * tail);
  std::vector<std::int64_t> rows;
  double far = 0;
  std::int64_t there = 0, strays = 0;
  const std::vector<double>& cells = column.parts[part].numbers;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!(cells[i] == cells[i])) continue;
    ++there;
    const double beyond = std::max(low - cells[i], cells[i] - high);
    if (beyond <= .1 * width) continue;
    rows.push_back(static_cast<std::int64_t>(i));
    strays += beyond > stray;
    far = std::max(far, beyond / width);
  }
  if (rows.empty() || there == 0) return;
  // A new sample lies beyond the largest and smallest of n in 2 / (n + 1) of its rows.
  const double expected = 2.0 * worth_there * static_cast<double>(there) / (worth * known + 1), share = static_cast<double>(rows.size()) / static_cast<double>(there);
  const bool many = (worth_there * static_cast<double>(rows.size()) > expected + 4 * std::sqrt(expected) + 2 || worth_there * static_cast<double>(strays) >= 3) && share >= .005;
  const auto [smallest, largest] = std::minmax_element(cells.begin(), cells.end(), [](double a, double b) { return (a == a ? a : 0) < (b == b ? b : 0); });
  Finding f{"serve.range", many && !has_new_owners(column, s, part) && s.parts[part].kind == PartKind::served ? Severity::warning : Severity::note};
  f.where = s.parts[part].name + ": " + column.name + ", " + row_list(rows);
  f.evidence = {{"rows beyond", static_cast<double>(rows.size())}, {"share", share}, {"training low", low}, {"training high", high}, {"farthest, in widths of the training range", far}};
  f.message = with_thousands(static_cast<std::int64_t>(rows.size())) + " of " + with_thousands(there) + " values of " + column_text(column) + " in " + s.parts[part].name + " (" + percent(share) + ") lie outside of what training had (" + value_text(low) + " to " + value_text(high) + "; here " + value_text(*smallest) + " to " +
              value_text(*largest) + "): a model has to guess there";
  if (many || far > 3) findings.push_back(std::move(f));
}

void words_not_seen(const Subject& s, const CheckColumn& column, std::size_t part, std::vector<Finding>& findings) {
  const CodeCounts train = count_codes(column, 0), there = count_codes(column, part);
  std::vector<std::string> words;
  std::int64_t rows = 0, once = 0;
  for (std::size_t k = 0; k < train.counts.size(); ++k) {
    once += train.counts[k] == 1;
    if (train.counts[k] || !there.counts[k]) continue;
    rows += there.counts[k];
    words.push_back(column.words[k]);
  }
  if (words.empty() || there.present == 0 || train.present == 0) return;
  // Good and Turing: new words make up about as large a share as words that came once.
  const double expected = static_cast<double>(once + 1) / static_cast<double>(train.present) * static_cast<double>(there.present), share = static_cast<double>(rows) / static_cast<double>(there.present);
  const bool many = static_cast<double>(rows) > expected + 4 * std::sqrt(expected) + 2 && share >= .005;
  Finding f{"serve.range", many && !has_new_owners(column, s, part) && s.parts[part].kind == PartKind::served ? Severity::warning : Severity::note};
  f.where = s.parts[part].name + ": " + column.name;
  f.evidence = {{"rows with new words", static_cast<double>(rows)}, {"share", share}, {"new words", static_cast<double>(words.size())}, {"rows expected", expected}};
  f.message = with_thousands(rows) + " of " + with_thousands(there.present) + " cells of " + column_text(column) + " in " + s.parts[part].name + " (" + percent(share) + ") are words that training never had: " + name_list(words, 5) + "; a model takes them all for the same unknown";
  if (many || share >= .02) findings.push_back(std::move(f));
}

}  // namespace

std::vector<Finding> serve_range(const Subject& s) {
  if (s.parts.size() < 2) skip("needs a second part: test rows or served rows");
  if (s.rows() < 30) skip(too_few(s.rows(), 30));
  std::vector<Finding> findings;
  const RowOwners of_train(s, 0);
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    const RowOwners of_other(s, part);
    for (const CheckColumn& column : s.columns) {
      if (!column.parts[part].present || !column.is_input() || column.role == data::Role::text || column.role == data::Role::date) continue;
      if (column.numeric) numbers_beyond(s, column, part, of_train.effective_rows(column) / static_cast<double>(s.rows()), of_other.effective_rows(column) / std::max(1.0, static_cast<double>(s.rows(part))), findings);
      else words_not_seen(s, column, part, findings);
    }
  }
  return findings;
}

}  // namespace candor::candid::detail
