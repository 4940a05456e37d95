#include "bench/candid/parts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>

#include "candor/candid/data/checks.h"

namespace candor::bench {

using data::Column;
using data::Table;

std::uint64_t Draw::next() {
  std::uint64_t x = state_ += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double Draw::normal() { return std::sqrt(-2 * std::log(1 - share())) * std::cos(6.283185307179586 * share()); }

std::vector<std::int64_t> Draw::some(std::int64_t n, std::int64_t of) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(of));
  std::iota(all.begin(), all.end(), 0);
  n = std::min(n, of);
  for (std::int64_t i = 0; i < n; ++i) std::swap(all[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(i + below(of - i))]);
  all.resize(static_cast<std::size_t>(n));
  return all;
}

Parts parted(const Source& source, Draw& draw, candid::PartKind kind, std::int64_t most) {
  const std::int64_t rows = std::min(source.table.rows(), most);
  std::int64_t quarter = rows / 4;
  std::vector<std::int64_t> order = draw.some(rows, source.table.rows());
  if (!source.group.empty()) {
    // Persons in the order in which chance drew their first row.
    const std::vector<std::string> whose = cells(source.table, source.group);
    std::unordered_map<std::string, std::int64_t> turn;
    for (const std::int64_t row : order) turn.try_emplace(whose[static_cast<std::size_t>(row)], static_cast<std::int64_t>(turn.size()));
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return turn.at(whose[static_cast<std::size_t>(a)]) < turn.at(whose[static_cast<std::size_t>(b)]); });
    while (quarter > 0 && quarter < rows && whose[static_cast<std::size_t>(order[static_cast<std::size_t>(quarter - 1)])] == whose[static_cast<std::size_t>(order[static_cast<std::size_t>(quarter)])]) ++quarter;
  }
  const std::span<const std::int64_t> all(order);
  return {source.table.take(all.subspan(static_cast<std::size_t>(quarter))), source.table.take(all.first(static_cast<std::size_t>(quarter))), kind, source.target};
}

std::vector<Finding> look(Parts parts) {
  std::vector<candid::NamedTable> tables;
  tables.push_back({candid::PartKind::train, "train.csv", std::move(parts.train)});
  if (parts.other.rows() > 0) tables.push_back({parts.kind, parts.kind == candid::PartKind::test ? "test.csv" : "serve.csv", std::move(parts.other)});
  data::SchemaOptions options;
  if (!parts.target.empty()) options.targets = {parts.target};
  return candid::check_subject(candid::table_subject(std::move(tables), options)).findings;
}

std::vector<std::size_t> number_columns(const Parts& parts, std::int64_t different) {
  std::vector<std::size_t> out;
  for (std::size_t j = 0; j < parts.train.columns.size(); ++j) {
    const Column& column = parts.train.columns[j];
    if (column.kind != Column::Kind::number || column.name == parts.target) continue;
    std::set<double> seen;
    for (const double x : column.numbers)
      if (x == x && static_cast<std::int64_t>(seen.insert(x).second && seen.size() >= static_cast<std::size_t>(different))) break;
    if (static_cast<std::int64_t>(seen.size()) >= different && column.missing() * 5 < column.rows()) out.push_back(j);
  }
  return out;
}

std::vector<std::size_t> word_columns(const Parts& parts) {
  std::vector<std::size_t> out;
  for (std::size_t j = 0; j < parts.train.columns.size(); ++j)
    if (const Column& column = parts.train.columns[j]; column.kind == Column::Kind::text && column.name != parts.target && column.words.size() >= 2 && column.words.size() <= 50) out.push_back(j);
  return out;
}

bool has_classes(const Parts& parts) {
  const Column& target = parts.train.at(parts.target);
  if (target.kind == Column::Kind::text) return true;
  const std::set<double> seen(target.numbers.begin(), target.numbers.end());
  return seen.size() <= 5;
}

std::vector<std::string> cells(const Table& table, const std::string& name) {
  const Column& column = table.at(name);
  std::vector<std::string> out;
  for (std::int64_t row = 0; row < column.rows(); ++row) out.push_back(column.cell(row));
  return out;
}

Column words(const std::string& name, const std::vector<std::string>& cells) {
  Column column;
  column.name = name;
  column.kind = Column::Kind::text;
  std::unordered_map<std::string, std::int32_t> codes;
  for (const std::string& cell : cells) {
    if (cell.empty()) {
      column.codes.push_back(data::missing_word);
      continue;
    }
    const auto [found, fresh] = codes.try_emplace(cell, static_cast<std::int32_t>(column.words.size()));
    if (fresh) column.words.push_back(cell);
    column.codes.push_back(found->second);
  }
  return column;
}

Column numbers(const std::string& name, std::vector<double> values) {
  Column column;
  column.name = name;
  column.numbers = std::move(values);
  return column;
}

void put(Table& table, Column column) {
  if (Column* known = table.find(column.name)) *known = std::move(column);
  else table.columns.insert(table.columns.begin(), std::move(column));
}

void drop(Table& table, const std::string& name) { std::erase_if(table.columns, [&](const Column& c) { return c.name == name; }); }

Table joined(const Table& a, const Table& b) {
  Table out = a;
  for (Column& column : out.columns) {
    const Column& more = b.at(column.name);
    if (column.kind == Column::Kind::number && more.kind == Column::Kind::number) {
      column.numbers.insert(column.numbers.end(), more.numbers.begin(), more.numbers.end());
      continue;
    }
    std::vector<std::string> all = cells(a, column.name), behind = cells(b, column.name);
    all.insert(all.end(), behind.begin(), behind.end());
    column = words(column.name, all);
  }
  return out;
}

double deviation(const Column& column) {
  double mean = 0, n = 0, sum = 0;
  for (const double x : column.numbers)
    if (x == x) mean += x, ++n;
  mean /= std::max(n, 1.0);
  for (const double x : column.numbers)
    if (x == x) sum += (x - mean) * (x - mean);
  return std::sqrt(sum / std::max(n, 1.0));
}

}  // namespace candor::bench
