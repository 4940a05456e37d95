#include "candor/data/series/series.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/dates.h"

namespace candor::data {

std::size_t Series::column(std::string_view name) const {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c] == name) return c;
  }
  fail(ErrorKind::not_found, source + ": the series has no column " + quoted(name) + did_you_mean(name, columns) + "; it has " + name_list(columns));
}

std::string Series::time_text(double time) const {
  if (!time_format.empty()) return format_date(time, time_format);
  char text[40];
  std::snprintf(text, sizeof text, "%.15g", time);
  return text;
}

Series Series::slice(std::int64_t first, std::int64_t last) const {
  Series out = *this;
  out.groups.clear();
  out.times.clear();
  for (std::vector<double>& column : out.values) column.clear();
  for (const SeriesGroup& group : groups) {
    const std::int64_t from = std::clamp<std::int64_t>(first, 0, group.rows), to = std::clamp<std::int64_t>(last, from, group.rows);
    if (from == to) continue;
    out.groups.push_back({group.name, out.rows(), to - from});
    const auto a = group.first + from, b = group.first + to;
    out.times.insert(out.times.end(), times.begin() + a, times.begin() + b);
    for (std::size_t c = 0; c < values.size(); ++c) out.values[c].insert(out.values[c].end(), values[c].begin() + a, values[c].begin() + b);
  }
  return out;
}

Series series_from(std::vector<double> values, std::string name) {
  Series out;
  out.source = "values";
  out.columns = {std::move(name)};
  for (std::size_t i = 0; i < values.size(); ++i) out.times.push_back(static_cast<double>(i));
  out.groups = {{"", 0, static_cast<std::int64_t>(values.size())}};
  out.values = {std::move(values)};
  return out;
}

}  // namespace candor::data
