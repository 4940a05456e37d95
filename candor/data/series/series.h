// A series: values at equal steps of time, in one or several columns, of one or several groups. Made from a table, with what was odd about it told.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/series/time_step.h"
#include "candor/data/table/table.h"

namespace candor::data {

/// Rows of one group: a shop, a city, a machine. Its rows lie at equal steps behind each other.
struct SeriesGroup {
  std::string name;               ///< "" when there is only one
  std::int64_t first = 0, rows = 0;
};

/// Values at equal steps. Steps that had no row, and cells that were empty, are NaN: no window reaches over them.
struct Series {
  std::string source;
  std::vector<std::string> columns;
  std::vector<std::vector<double>> values;   ///< [column][row]; NaN is missing
  std::vector<double> times;                 ///< one a row: seconds since 1970, or row numbers without dates
  std::vector<SeriesGroup> groups;
  TimeStep step;
  std::string time_column, group_column;     ///< empty when there is none
  std::string time_format;                   ///< strptime's letters; empty for numbers
  std::vector<Remark> remarks;               ///< ids "series.gaps", "series.order", "series.duplicates", "series.irregular", "series.filled", ...

  std::int64_t rows() const { return static_cast<std::int64_t>(times.size()); }
  bool has_dates() const { return step.unit != TimeStep::Unit::rows; }
  /// The number of the column. Throws Error (not_found) with the columns there are and the nearest spelling.
  std::size_t column(std::string_view name) const;
  /// The date of a row as the file writes it; the row number without dates.
  std::string time_text(double time) const;
  /// Rows [first, last) of each group with first and last counted from its beginning, cut to what is there; groups that are left empty go.
  Series slice(std::int64_t first, std::int64_t last) const;
};

/// What is done with several rows of one moment.
enum class Duplicates { refuse, mean, sum, first, last };
/// What is done with rows that lie between the steps.
enum class Irregular {
  refuse,
  snap,   ///< each row goes to the step before it; rows of one step become their mean
};

struct SeriesOptions {
  std::string time = {};                    ///< the date column; empty: found by its cells, else rows count as steps
  std::string time_format = {};             ///< strptime's letters; empty: found
  std::vector<std::string> groups = {};     ///< columns that tell several series apart; empty: found when moments repeat and a text column explains it
  std::vector<std::string> values = {};     ///< columns to keep; empty: all that hold numbers
  Duplicates duplicates = Duplicates::mean;
  Irregular irregular = Irregular::refuse;
  std::int64_t fill = 3;                    ///< runs of at most this many missing values are interpolated; longer ones stay missing
};

/// Orders the rows by group and time, finds the step, makes missing steps visible, fills short gaps; everything found stands in the remarks.
/// Throws Error: not_found for columns that are not there; invalid_argument for cells that are no dates (the cell and its row), two rows at one
/// moment or irregular steps when those are refused (the first ones with their dates, and what to do), nothing numeric, fewer than two rows.
Series make_series(const Table& table, const SeriesOptions& options = {});

/// The column whose cells are dates (or years, or seconds since 1970) and whose rows could be ordered by it; empty when there is none.
std::string find_time_column(const Table& table);

/// A series of one column without dates.
Series series_from(std::vector<double> values, std::string name = "value");

/// How long a season of this column is, in steps: what the calendar suggests when the values repeat so, else the strongest repetition of up to a
/// third of the length; 1 when nothing repeats. Missing values are passed over.
std::int64_t find_season(const Series& series, std::string_view column);

}  // namespace candor::data
