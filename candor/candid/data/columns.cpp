#include "candor/candid/data/columns.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <mutex>

#include "candor/base/text.h"

namespace candor::candid {

struct SortedNumbers {
  std::mutex mutex;
  std::map<std::int64_t, std::vector<double>> by_most;  // references stay
};

std::shared_ptr<SortedNumbers> nothing_sorted() { return std::make_shared<SortedNumbers>(); }

}  // namespace candor::candid

namespace candor::candid::detail {

std::int64_t row_step(std::int64_t rows, std::int64_t most) { return std::max<std::int64_t>(1, (rows + most - 1) / most); }

namespace {

std::vector<double> in_order(const std::vector<double>& all, std::int64_t most) {
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(all.size()), most)) + 1);
  const auto step = static_cast<std::size_t>(row_step(static_cast<std::int64_t>(all.size()), most));
  for (std::size_t i = 0; i < all.size(); i += step)
    if (std::isfinite(all[i])) values.push_back(all[i]);
  std::sort(values.begin(), values.end());
  return values;
}

}  // namespace

const std::vector<double>& sorted_numbers(const CheckColumn& column, std::size_t part, std::int64_t most) {
  static const std::vector<double> none;
  const CheckCells& cells = column.parts[part];
  if (!column.numeric || !cells.sorted) return none;
  const std::lock_guard lock(cells.sorted->mutex);
  const auto [found, fresh] = cells.sorted->by_most.try_emplace(most);
  if (fresh) found->second = in_order(cells.numbers, most);
  return found->second;
}

CodeCounts count_codes(const CheckColumn& column, std::size_t part) {
  CodeCounts out{std::vector<std::int64_t>(column.words.size(), 0)};
  for (const std::int32_t code : column.parts[part].codes) {
    if (code < 0) ++out.missing;
    else ++out.counts[static_cast<std::size_t>(code)], ++out.present;
  }
  return out;
}

std::string percent(double share) {
  char text[32];
  const double value = 100 * share;
  std::snprintf(text, sizeof text, value > 0 && value < 0.1 ? "%.2g %%" : value < 10 ? "%.1f %%" : "%.0f %%", value);
  return text;
}

std::string percent(std::int64_t part, std::int64_t whole) { return percent(static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(whole, 1))); }

std::string rows_text(std::int64_t count) { return with_thousands(count) + (count == 1 ? " row" : " rows"); }

std::string column_text(const CheckColumn& column) { return "column " + candor::quoted(column.name); }

std::string value_text(double value) {
  char text[40];
  if (value == std::floor(value) && std::abs(value) < 1e15) std::snprintf(text, sizeof text, "%.0f", value);
  else std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string row_list(const std::vector<std::int64_t>& rows, std::size_t limit) {
  std::string text = rows.size() == 1 ? "row " : "rows ";
  for (std::size_t i = 0; i < std::min(limit, rows.size()); ++i) text += (i ? ", " : "") + with_thousands(rows[i] + 1);
  if (rows.size() > limit) text += ", ... (" + with_thousands(static_cast<std::int64_t>(rows.size())) + " in all)";
  return text;
}

std::string part_text(const CheckPart& part) { return part.kind == PartKind::train ? "training rows" : part.kind == PartKind::test ? "test rows" : "served rows"; }

}  // namespace candor::candid::detail
