#include "candor/cli/forecast_data.h"

#include <algorithm>
#include <cstdio>

#include "candor/base/error.h"
#include "candor/base/fingerprint.h"
#include "candor/base/text.h"
#include "candor/data/table/read_table.h"

namespace candor::cli {
namespace {

constexpr const char* units[] = {"rows", "seconds", "workdays", "months"};

Config texts(const std::vector<std::string>& all) {
  Config::List list;
  for (const std::string& one : all) list.emplace_back(one);
  return Config(list);
}

}  // namespace

data::Series load_series(const DataOptions& o, const data::SeriesOptions& options) {
  const data::Table table = data::read_table(o.data, table_options(o));
  data::Table kept{table.source, {}, table.remarks};
  for (const std::string& name : o.ignore) table.at(name);
  for (const data::Column& column : table.columns) {
    if (std::find(o.ignore.begin(), o.ignore.end(), column.name) == o.ignore.end()) kept.columns.push_back(column);
  }
  return data::make_series(kept, options);
}

Config series_config(const data::Series& series, const data::SeriesOptions& options) {
  return Config{{"time", series.time_column}, {"format", series.time_format}, {"groups", texts(options.groups)}, {"group_name", series.group_column}, {"fill", options.fill},
                {"snap", options.irregular == data::Irregular::snap}, {"unit", units[static_cast<std::size_t>(series.step.unit)]}, {"count", series.step.count}};
}

data::Series load_series_again(const DataOptions& o, const Config& stored, const std::vector<std::string>& columns) {
  data::SeriesOptions options;
  options.time = stored.get("time", "");
  options.time_format = stored.get("format", "");
  if (const Config* groups = stored.find("groups")) {
    for (const Config& name : groups->items()) options.groups.push_back(name.text());
  }
  if (options.groups.empty() && !stored.get("group_name", "").empty()) options.groups = {stored.get("group_name", "")};
  options.values = columns;
  options.fill = stored.get("fill", std::int64_t{3});
  if (stored.get("snap", false)) options.irregular = data::Irregular::snap;
  const data::Series series = load_series(o, options);
  const std::string unit = stored.get("unit", ""), here = units[static_cast<std::size_t>(series.step.unit)];
  // A few days without a weekend between them look like any days; working days are the same grid then.
  if (unit != here || stored.get("count", 0.0) != series.step.count) {
    data::TimeStep known{data::TimeStep::Unit::rows, stored.get("count", 1.0), 0};
    for (int u = 0; u < 4; ++u) {
      if (unit == units[u]) known.unit = static_cast<data::TimeStep::Unit>(u);
    }
    fail(ErrorKind::invalid_argument, series.source + ": its rows are " + series.step.text() + " apart, and the model learned from rows " + known.text() + " apart");
  }
  return series;
}

std::string series_mark(const data::Series& series) {
  std::string contents;
  for (const std::vector<double>& column : series.values) contents.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof(double));
  char digest[24];
  std::snprintf(digest, sizeof digest, "%016llx", static_cast<unsigned long long>(fingerprint64(contents)));
  return digest;
}

std::string test_mark(const data::Series& series, const candid::ForecastInputs& in, double border) {
  return series_mark(series) + " " + in.target + " " + std::to_string(in.horizon) + " from " + series.time_text(border);
}

}  // namespace candor::cli
