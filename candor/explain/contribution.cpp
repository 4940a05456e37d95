// Shapley values of one row by sampling orders and background rows.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/explain/counterfactual.h"
#include "candor/tensor/random.h"

namespace candor::explain {
namespace {

using data::Column;
using data::Table;

// Cells of `row`'s column into one of `asked`, whatever the numbering of words.
void enter(Column& into, std::int64_t at, const Column& row) {
  if (into.kind != row.kind) fail(ErrorKind::invalid_argument, "explain: column \"" + into.name + "\" holds numbers in one of row and table and words in the other");
  if (into.kind == Column::Kind::number) {
    into.numbers[static_cast<std::size_t>(at)] = row.numbers[0];
    return;
  }
  if (row.codes[0] < 0) {
    into.codes[static_cast<std::size_t>(at)] = data::missing_word;
    return;
  }
  const std::string& word = row.words[static_cast<std::size_t>(row.codes[0])];
  auto place = std::find(into.words.begin(), into.words.end(), word);
  if (place == into.words.end()) place = into.words.insert(into.words.end(), word);
  into.codes[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(place - into.words.begin());
}

std::string text_of(const Column& column) {
  if (column.kind == Column::Kind::text) return column.codes[0] < 0 ? "" : column.words[static_cast<std::size_t>(column.codes[0])];
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", column.numbers[0]);
  return std::isnan(column.numbers[0]) ? "" : text;
}

}  // namespace

Contributions contributions(const TableAnswer& answer, const Table& table, const Table& row, std::int64_t output, int draws, std::uint64_t seed) {
  if (table.rows() == 0 || row.rows() != 1 || draws < 2) fail(ErrorKind::invalid_argument, "explain: contributions need rows to compare with, one row and at least two draws");
  const std::size_t columns = table.columns.size(), steps = columns + 1;
  std::vector<const Column*> cells;
  for (const Column& column : table.columns) {
    const auto at = std::find_if(row.columns.begin(), row.columns.end(), [&](const Column& c) { return c.name == column.name; });
    if (at == row.columns.end()) fail(ErrorKind::not_found, "explain: the row has no column \"" + column.name + "\"");
    cells.push_back(&*at);
  }
  std::vector<double> sums(columns), squares(columns);
  Contributions found;
  // Orders come in pairs, one the other's reverse: what one overstates the other understates.
  const int pairs = (draws + 1) / 2;
  constexpr int batch = 16;
  for (int first = 0; first < pairs; first += batch) {
    const int count = std::min(batch, pairs - first);
    std::vector<std::vector<std::size_t>> orders;
    std::vector<std::int64_t> rows;
    for (int d = first; d < first + count; ++d) {
      const RandomStream stream = RandomStream{seed, 0x73686170}.derived(static_cast<std::uint64_t>(d));
      std::vector<std::size_t> order(columns);
      std::iota(order.begin(), order.end(), std::size_t{0});
      for (std::size_t i = columns; i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(stream.below(i, i))]);
      const auto background = static_cast<std::int64_t>(stream.below(0, static_cast<std::uint64_t>(table.rows())));
      for (int way = 0; way < 2; ++way) {
        rows.insert(rows.end(), steps, background);
        orders.push_back(order);
        std::reverse(order.begin(), order.end());
      }
    }
    Table asked = rows_of(table, rows);
    for (std::size_t w = 0; w < orders.size(); ++w) {
      for (std::size_t s = 1; s < steps; ++s) {
        for (std::size_t entered = 0; entered < s; ++entered) enter(asked.columns[orders[w][entered]], static_cast<std::int64_t>(w * steps + s), *cells[orders[w][entered]]);
      }
    }
    const std::vector<double> got = answer(asked).to_vector<double>();
    const std::size_t width = got.size() / static_cast<std::size_t>(asked.rows()), at = static_cast<std::size_t>(output);
    if (at >= width) fail(ErrorKind::invalid_argument, "explain: output " + std::to_string(output) + " of a model with " + std::to_string(width));
    for (std::size_t p = 0; p + 1 < orders.size(); p += 2) {
      std::vector<double> part(columns);
      for (const std::size_t w : {p, p + 1}) {
        found.base += got[w * steps * width + at] / (2. * pairs);
        found.answer = got[(w * steps + columns) * width + at];
        for (std::size_t s = 1; s < steps; ++s) part[orders[w][s - 1]] += .5 * (got[(w * steps + s) * width + at] - got[(w * steps + s - 1) * width + at]);
      }
      for (std::size_t j = 0; j < columns; ++j) sums[j] += part[j], squares[j] += part[j] * part[j];
    }
  }
  for (std::size_t j = 0; j < columns; ++j) {
    const double mean = sums[j] / pairs, variance = pairs > 1 ? std::max(0., (squares[j] - pairs * mean * mean) / (pairs - 1)) : 0;
    const double half = 1.96 * std::sqrt(variance / pairs);
    found.columns.push_back({table.columns[j].name, text_of(*cells[j]), mean, {mean - half, mean + half}});
  }
  std::stable_sort(found.columns.begin(), found.columns.end(), [](const Contribution& a, const Contribution& b) { return std::abs(a.amount) > std::abs(b.amount); });
  return found;
}

}  // namespace candor::explain
