// Small tables for tests of series.
#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "candor/data/series/series.h"
#include "candor/data/table/dates.h"

namespace candor::data {

inline Column numbers(std::string name, std::vector<double> values) { return {.name = std::move(name), .kind = Column::Kind::number, .numbers = std::move(values)}; }

inline Column words(std::string name, const std::vector<std::string>& cells) {
  Column column{.name = std::move(name), .kind = Column::Kind::text};
  std::map<std::string, std::int32_t> known;
  for (const std::string& cell : cells) {
    if (cell.empty()) {
      column.codes.push_back(missing_word);
      continue;
    }
    const auto [at, fresh] = known.emplace(cell, static_cast<std::int32_t>(column.words.size()));
    if (fresh) column.words.push_back(cell);
    column.codes.push_back(at->second);
  }
  return column;
}

inline std::vector<std::string> dates(const std::string& first, std::int64_t count, const TimeStep& step, const std::string& format = "%Y-%m-%d") {
  std::vector<std::string> cells;
  for (std::int64_t i = 0; i < count; ++i) cells.push_back(format_date(step.advance(*parse_date(first, format), i), format));
  return cells;
}

inline constexpr TimeStep days{TimeStep::Unit::seconds, 86400, 0};
inline constexpr TimeStep months{TimeStep::Unit::months, 1, 0};

inline bool has_remark(const Series& series, const std::string& id) {
  for (const Remark& remark : series.remarks) {
    if (remark.id == id) return true;
  }
  return false;
}

}  // namespace candor::data
