// From the rows of a table to values at equal steps.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/text.h"
#include "candor/data/series/series.h"
#include "candor/data/series/time_column.h"

namespace candor::data {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::string count_text(std::int64_t n, const char* one, const char* many) { return with_thousands(n) + " " + (n == 1 ? one : many); }

// The name of the group of each row; the value of each group column, joined by " / ".
std::vector<std::string> group_names(const Table& table, const std::vector<std::string>& columns) {
  std::vector<std::string> names(static_cast<std::size_t>(table.rows()));
  for (const std::string& name : columns) {
    const Column& column = table.at(name);
    for (std::size_t row = 0; row < names.size(); ++row) {
      names[row] += (names[row].empty() ? "" : " / ") + column.cell(static_cast<std::int64_t>(row));
    }
  }
  return names;
}

// A text column under which no moment stands twice: "city" in a table of daily weather of five cities.
std::string explaining_column(const Table& table, const std::vector<double>& times, const std::string& time_column) {
  std::set<double> different(times.begin(), times.end());
  if (different.size() == times.size() || time_column.empty()) return {};
  for (const Column& column : table.columns) {
    if (column.kind != Column::Kind::text || column.name == time_column || column.missing() > 0) continue;
    if (column.words.size() < 2 || column.words.size() > times.size() / 4) continue;
    std::set<std::pair<std::int32_t, double>> seen;
    bool alone = true;
    for (std::size_t row = 0; alone && row < times.size(); ++row) alone = seen.emplace(column.codes[row], times[row]).second;
    if (alone) return column.name;
  }
  return {};
}

std::vector<const Column*> value_columns(const Table& table, const SeriesOptions& options, const std::string& time, Series& series) {
  std::vector<const Column*> found;
  if (!options.values.empty()) {
    for (const std::string& name : options.values) {
      const Column& column = table.at(name);
      if (column.kind != Column::Kind::number) {
        fail(ErrorKind::invalid_argument, table.source + ": column " + quoted(name) + " holds words, and a series is made of numbers (" + quoted(column.words.empty() ? "" : column.words.front()) + ")");
      }
      found.push_back(&column);
    }
    return found;
  }
  std::vector<std::string> left_out;
  for (const Column& column : table.columns) {
    const bool taken = column.name == time || std::find(options.groups.begin(), options.groups.end(), column.name) != options.groups.end() || column.name == series.group_column;
    if (taken) continue;
    if (column.kind == Column::Kind::number) found.push_back(&column);
    else left_out.push_back(column.name);
  }
  if (found.empty()) fail(ErrorKind::invalid_argument, table.source + ": no column holds numbers; columns are " + name_list(table.names()));
  if (!left_out.empty()) series.remarks.push_back({"series.words", "columns of words are left out: " + name_list(left_out)});
  return found;
}

double merged(const std::vector<double>& cells, Duplicates how) {
  double sum = 0;
  std::int64_t n = 0;
  for (const double cell : cells) {
    if (std::isfinite(cell)) sum += cell, ++n;
  }
  if (how == Duplicates::first) return cells.front();
  if (how == Duplicates::last) return cells.back();
  if (n == 0) return missing;
  return how == Duplicates::sum ? sum : sum / static_cast<double>(n);
}

/// What was found over all groups, for the remarks.
struct Found {
  std::int64_t gaps = 0, gap_steps = 0, duplicates = 0, off_grid = 0, filled = 0, still_missing = 0;
  std::string first_gap, first_duplicate, first_off_grid;
};

class Builder {
 public:
  Builder(const Table& table, const SeriesOptions& options, Series& series, std::vector<double> times, std::vector<const Column*> columns)
      : table_(table), options_(options), series_(series), times_(std::move(times)), columns_(std::move(columns)) {}

  // `rows` of one group in order of time.
  void add_group(const std::string& name, const std::vector<std::int64_t>& rows) {
    const double origin = times_[static_cast<std::size_t>(rows.front())];
    const std::int64_t first = series_.rows();
    std::vector<std::int64_t> together;
    std::int64_t at = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::int64_t place = place_of(origin, rows[i]);
      if (place > at) {
        put(together, at, origin);
        skip(at, place, origin);
        together.clear();
        at = place;
      }
      together.push_back(rows[i]);
    }
    put(together, at, origin);
    series_.groups.push_back({name, first, series_.rows() - first});
  }

  void fill_gaps() {
    for (std::vector<double>& column : series_.values) {
      for (const SeriesGroup& group : series_.groups) fill_column(column, group);
    }
  }

  void tell() {
    const auto say = [&](const char* id, const std::string& message) { series_.remarks.push_back({id, message}); };
    if (found_.off_grid) say("series.irregular", count_text(found_.off_grid, "row lies", "rows lie") + " between the steps of " + series_.step.text() + " and went to the step before, the first one at " + found_.first_off_grid);
    if (found_.duplicates) say("series.duplicates", count_text(found_.duplicates, "row", "rows") + " at a moment that had one already, first at " + found_.first_duplicate + "; they were put together");
    if (found_.gaps) say("series.gaps", count_text(found_.gaps, "gap", "gaps") + " in the dates, " + count_text(found_.gap_steps, "step", "steps") + " in all, the first behind " + found_.first_gap);
    if (found_.filled) say("series.filled", count_text(found_.filled, "missing value was", "missing values were") + " filled on a straight line between neighbours");
    if (found_.still_missing) say("series.missing", count_text(found_.still_missing, "value is", "values are") + " missing in longer runs; no window reaches over them");
  }

 private:
  std::int64_t place_of(double origin, std::int64_t row) {
    const double time = times_[static_cast<std::size_t>(row)], place = series_.step.position(origin, time);
    // A grid far finer than the rows would be all holes; and its size must have a bound that the file's size gives.
    if (!(place < 50.0 * static_cast<double>(times_.size()) + 1000)) {
      fail(ErrorKind::invalid_argument, table_.source + ": the step is " + series_.step.text() + ", and " + series_.time_text(time) + " lies " + with_thousands(static_cast<std::int64_t>(std::min(place, 1e15))) +
                                            " steps behind the first row: a wrong date, or rows that are no series");
    }
    // Many groups of two rows far apart, each with a grid of its own, must not grow with the square of the rows either.
    const double grid = static_cast<double>(series_.rows()) + place;
    if (!(grid < 1000.0 * static_cast<double>(times_.size()) + 1000)) {
      fail(ErrorKind::invalid_argument, table_.source + ": the step is " + series_.step.text() + ", and its " + count_text(static_cast<std::int64_t>(series_.groups.size()) + 1, "group", "groups") + " up to " +
                                            series_.time_text(time) + " (row " + std::to_string(row + 1) + ") would have over 1,000 steps for each row: too fine a step, or wrong groups");
    }
    require_memory(8 * grid * static_cast<double>(columns_.size() + 1));
    if (place == std::floor(place)) return static_cast<std::int64_t>(place);
    if (options_.irregular == Irregular::refuse) {
      fail(ErrorKind::invalid_argument, table_.source + ": the step is " + series_.step.text() + ", and " + series_.time_text(time) + " (row " + std::to_string(row + 1) +
                                            ") lies between two steps; rows can be put on the grid of steps (snap, on the command line --snap), where those of one step become their mean");
    }
    if (found_.off_grid++ == 0) found_.first_off_grid = series_.time_text(time);
    return static_cast<std::int64_t>(std::floor(place));
  }

  void put(const std::vector<std::int64_t>& rows, std::int64_t place, double origin) {
    const double time = times_[static_cast<std::size_t>(rows.front())];
    const bool same = rows.size() > 1 && time == times_[static_cast<std::size_t>(rows[1])];
    if (rows.size() > 1 && (same || options_.irregular == Irregular::refuse)) {
      if (options_.duplicates == Duplicates::refuse) {
        fail(ErrorKind::invalid_argument, table_.source + ": " + std::to_string(rows.size()) + " rows stand at " + series_.time_text(time) + " (rows " + std::to_string(rows[0] + 1) + " and " +
                                              std::to_string(rows[1] + 1) + "): tell the series apart by a group column, or say what becomes of them (mean, sum, first, last)");
      }
      if (found_.duplicates == 0) found_.first_duplicate = series_.time_text(time);
      found_.duplicates += static_cast<std::int64_t>(rows.size()) - 1;
    }
    series_.times.push_back(series_.step.advance(origin, place));
    std::vector<double> cells;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      cells.clear();
      for (const std::int64_t r : rows) cells.push_back(columns_[c]->numbers[static_cast<std::size_t>(r)]);
      series_.values[c].push_back(merged(cells, options_.duplicates));
    }
  }

  void skip(std::int64_t from, std::int64_t to, double origin) {
    if (to - from < 2) return;
    if (found_.gaps++ == 0) found_.first_gap = series_.time_text(series_.step.advance(origin, from));
    found_.gap_steps += to - from - 1;
    for (std::int64_t at = from + 1; at < to; ++at) {
      series_.times.push_back(series_.step.advance(origin, at));
      for (std::vector<double>& column : series_.values) column.push_back(missing);
    }
  }

  void fill_column(std::vector<double>& column, const SeriesGroup& group) {
    const std::int64_t end = group.first + group.rows;
    for (std::int64_t i = group.first; i < end; ++i) {
      if (std::isfinite(column[static_cast<std::size_t>(i)])) continue;
      std::int64_t stop = i;
      while (stop < end && !std::isfinite(column[static_cast<std::size_t>(stop)])) column[static_cast<std::size_t>(stop++)] = missing;
      if (i > group.first && stop < end && stop - i <= options_.fill) {
        const double left = column[static_cast<std::size_t>(i - 1)], right = column[static_cast<std::size_t>(stop)];
        for (std::int64_t k = i; k < stop; ++k) column[static_cast<std::size_t>(k)] = left + (right - left) * static_cast<double>(k - i + 1) / static_cast<double>(stop - i + 1);
        found_.filled += stop - i;
      } else {
        found_.still_missing += stop - i;
      }
      i = stop;
    }
  }

  const Table& table_;
  const SeriesOptions& options_;
  Series& series_;
  std::vector<double> times_;
  std::vector<const Column*> columns_;
  Found found_;
};

// The step of the group with the most rows.
TimeStep common_step(const std::vector<double>& times, const std::map<std::string, std::vector<std::int64_t>>& groups) {
  const auto longest = std::max_element(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  std::vector<double> ordered;
  for (const std::int64_t row : longest->second) ordered.push_back(times[static_cast<std::size_t>(row)]);
  return find_step(ordered);
}

}  // namespace

Series make_series(const Table& table, const SeriesOptions& options) {
  if (table.rows() < 2) fail(ErrorKind::invalid_argument, table.source + ": a series needs two rows at least, and there " + (table.rows() == 1 ? "is one" : "are none"));
  if (options.fill < 0) fail(ErrorKind::invalid_argument, "series: fill counts steps, from 0, and is " + std::to_string(options.fill));
  Series series;
  series.source = table.source;
  series.remarks = table.remarks;
  detail::TimeColumn time = detail::read_times(table, options.time, options.time_format);
  series.time_column = time.name;
  series.time_format = time.format;
  if (!time.remark.empty()) series.remarks.push_back({"series.dates", time.remark});

  std::vector<std::string> by = options.groups;
  if (by.empty()) {
    if (const std::string found = explaining_column(table, time.times, time.name); !found.empty()) {
      by = {found};
      series.remarks.push_back({"series.groups", "dates repeat, once for each " + quoted(found) + ": these are series of their own"});
    }
  }
  for (const std::string& name : by) series.group_column += (series.group_column.empty() ? "" : " / ") + name;
  SeriesOptions known = options;
  known.groups = by;
  const std::vector<const Column*> columns = value_columns(table, known, time.name, series);
  for (const Column* column : columns) series.columns.push_back(column->name);
  series.values.resize(columns.size());

  const std::vector<std::string> names = group_names(table, by);
  std::map<std::string, std::vector<std::int64_t>> groups;
  for (std::int64_t row = 0; row < table.rows(); ++row) groups[names[static_cast<std::size_t>(row)]].push_back(row);
  std::int64_t moved = 0;
  for (auto& [name, rows] : groups) {
    const auto earlier = [&](std::int64_t a, std::int64_t b) { return time.times[static_cast<std::size_t>(a)] < time.times[static_cast<std::size_t>(b)]; };
    for (std::size_t i = 1; i < rows.size(); ++i) moved += earlier(rows[i], rows[i - 1]);
    std::stable_sort(rows.begin(), rows.end(), earlier);
  }
  if (moved) series.remarks.push_back({"series.order", "rows were not in the order of time (" + count_text(moved, "place", "places") + "); they were sorted"});
  if (time.name.empty()) {
    series.remarks.push_back({"series.no-dates", "no column holds dates; rows count as equal steps in the order of the file"});
    if (by.empty()) series.step = {};
  } else {
    series.step = common_step(time.times, groups);
    if (!series.has_dates()) fail(ErrorKind::invalid_argument, table.source + ": all rows stand at " + series.time_text(time.times.front()) + "; a series needs different dates in " + quoted(time.name));
  }

  Builder builder(table, known, series, time.times, columns);
  // Without dates the rows of a group follow each other whatever stands between them.
  for (const auto& [name, rows] : groups) {
    if (!time.name.empty() || by.empty()) {
      builder.add_group(name, rows);
      continue;
    }
    const std::int64_t first = series.rows();
    for (const std::int64_t row : rows) {
      series.times.push_back(static_cast<double>(series.rows() - first));
      for (std::size_t c = 0; c < columns.size(); ++c) series.values[c].push_back(columns[c]->numbers[static_cast<std::size_t>(row)]);
    }
    series.groups.push_back({name, first, series.rows() - first});
  }
  builder.fill_gaps();
  builder.tell();
  return series;
}

}  // namespace candor::data
