// Tables of a few rows, written down in a test.
#pragma once

#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "candor/data/table/table.h"

namespace candor::testing {

inline data::Column number_column(std::string name, std::vector<double> values) {
  data::Column column;
  column.name = std::move(name);
  column.numbers = std::move(values);
  return column;
}

/// "" is missing.
inline data::Column text_column(std::string name, const std::vector<std::string>& cells) {
  data::Column column;
  column.name = std::move(name);
  column.kind = data::Column::Kind::text;
  for (const std::string& cell : cells) {
    if (cell.empty()) {
      column.codes.push_back(data::missing_word);
      continue;
    }
    std::size_t at = 0;
    while (at < column.words.size() && column.words[at] != cell) ++at;
    if (at == column.words.size()) column.words.push_back(cell);
    column.codes.push_back(static_cast<std::int32_t>(at));
  }
  return column;
}

inline data::Table small_table(std::vector<data::Column> columns) {
  data::Table table;
  table.source = "small";
  table.columns = std::move(columns);
  return table;
}

/// `value(i)` for i = 0 .. n - 1.
template <class F>
auto repeated(int n, F value) {
  std::vector<decltype(value(0))> values;
  for (int i = 0; i < n; ++i) values.push_back(value(i));
  return values;
}

inline const double nothing = std::nan("");

}  // namespace candor::testing
