// How one column becomes inputs of a network: fitted once, applied to every table after.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "candor/data/table/recipe.h"

namespace candor::data::detail {

/// What is to be predicted, for parts that look at it: class k against the rest (0 or 1), or the values. Row-major [rows, width].
struct TargetNumbers {
  std::int64_t rows = 0, width = 0;
  std::vector<float> values;
  std::vector<std::string> names;  ///< of the columns
};

/// What is unlike the training rows in the cells of one column that were looked at so far.
struct ColumnSeen {
  std::int64_t rows = 0, cells = 0, missing = 0, odd = 0;  ///< odd: out of range, or of no word that is known
  double least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity();  ///< of those out of range
  std::string retyped = {};               ///< a sentence, when the cells are of another kind
  std::vector<std::string> fresh = {};    ///< new words, in the order they came
  std::unordered_set<std::string> fresh_words = {};

  /// Counts cells of numbers that are missing (NaN) or outside `low` to `high`.
  void count(const std::vector<double>& values, double low, double high) {
    for (const double x : values) {
      if (x != x) ++missing;
      else if (x < low || x > high) ++odd, least = std::min(least, x), most = std::max(most, x);
    }
  }
};

class ColumnPart {
 public:
  explicit ColumnPart(std::string column) : column_(std::move(column)) {}
  virtual ~ColumnPart() = default;
  const std::string& column() const { return column_; }

  /// Names of the inputs; none when the column tells nothing.
  virtual std::vector<std::string> features() const = 0;
  /// Writes row r's inputs to out[r * stride], ... . Throws Error (corrupt) for cells of another kind.
  virtual void apply(const Column& column, float* out, std::int64_t stride) const = 0;
  /// The same for the rows it was fitted on.
  virtual void apply_training(const Column& column, const TargetNumbers&, float* out, std::int64_t stride) const { apply(column, out, stride); }
  /// What was done, for people.
  virtual std::string what() const = 0;
  /// Looks for what is unlike the training rows: another kind, new words, out of range. A table that comes in pieces is looked at piece by piece.
  virtual void look(const Column& column, ColumnSeen& seen) const = 0;
  /// Says what was found, but that the cells are of another kind, which is said of all parts alike.
  virtual void tell(const ColumnSeen& seen, TableDifferences& differences) const = 0;
  /// Everything, with "kind"; read_part makes the same part of it.
  virtual Config config() const = 0;

 private:
  std::string column_;
};
using PartPointer = std::shared_ptr<const ColumnPart>;

PartPointer fit_number(const Column& column, const TargetNumbers& targets, const RecipeOptions& options);
PartPointer fit_category(const Column& column, const TargetNumbers& targets, const RecipeOptions& options);
PartPointer fit_date(const Column& column, const std::string& format, const RecipeOptions& options);
PartPointer fit_text(const Column& column, const TargetNumbers& targets, const RecipeOptions& options);

/// Throws Error (corrupt) for what no part wrote.
PartPointer read_part(const Config& config);
PartPointer read_number(const Config& config);
PartPointer read_category(const Config& config);
PartPointer read_date(const Config& config);
PartPointer read_text(const Config& config);

// What the parts share.

/// The numbers of a column of either kind. Words that are no numbers are missing when `lenient`, else an Error (corrupt) with row and cell.
std::vector<double> need_numbers(const Column& column, bool lenient);
/// Seconds since 1970, NaN where missing; as need_numbers.
std::vector<double> need_dates(const Column& column, const std::string& format, bool lenient);
/// "12 missing", "1 missing".
std::string missing_text(std::int64_t count);
/// A member of a configuration that must be a finite number in [low, high]. Throws Error (corrupt).
double checked_number(const Config& config, const char* key, double low, double high);
inline constexpr double any_number = 1.7976931348623157e308;

}  // namespace candor::data::detail
