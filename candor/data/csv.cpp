#include "candor/data/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/gzip.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/base/utf8.h"
#include "candor/data/csv_table.h"

namespace candor::data {
namespace {

using detail::CsvTable;
using detail::next_cell;

constexpr int unused = -1;

/// What each column of the file becomes.
struct Plan {
  std::vector<int> feature;  // by column: its place among the features, or unused
  std::vector<int> target;   // by column: its place among the targets, or unused
  std::vector<std::string> feature_names, target_names;
};

/// Columns by name, so that a table of 100,000 of them is planned at once.
class Columns {
 public:
  explicit Columns(const CsvTable& table) : table_(table) {
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      auto& [first, count] = places_.try_emplace(table.columns[c], c, 0).first->second;
      ++count;
    }
  }
  bool unique(std::size_t column) const { return places_.at(table_.columns[column]).second == 1; }

  /// The column of that name or number.
  std::size_t find(const std::string& wanted, const std::string& what) const {
    if (const auto found = places_.find(wanted); found != places_.end()) {
      const auto [first, count] = found->second;
      if (count > 1) fail(ErrorKind::invalid_argument, table_.name + ": " + what + " " + quoted(wanted) + ": " + std::to_string(count) + " columns have that name");
      return first;
    }
    if (const auto number = parse_integer(wanted); number && *number >= 1 && *number <= static_cast<std::int64_t>(table_.columns.size()))
      return static_cast<std::size_t>(*number - 1);
    fail(ErrorKind::not_found, table_.name + ": " + what + " " + quoted(wanted) + ": no such column; the columns are " + name_list(table_.columns, 20) +
                                   did_you_mean(wanted, table_.columns));
  }

 private:
  const CsvTable& table_;
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> places_;  // first place, how many
};

Plan make_plan(const CsvTable& table, const CsvOptions& options) {
  const std::size_t columns = table.columns.size();
  const Columns by_name(table);
  Plan plan{std::vector<int>(columns, unused), std::vector<int>(columns, unused), {}, {}};
  std::vector<bool> taken(columns, false);
  for (const std::string& name : options.ignore) taken[by_name.find(name, "column to ignore")] = true;
  if (options.has_targets) {
    std::vector<std::string> targets = options.targets;
    if (targets.empty()) {
      std::size_t last = columns;
      while (last > 0 && taken[last - 1]) --last;
      if (last > 0) targets = {std::to_string(last)};
    }
    for (const std::string& name : targets) {
      // A number chosen here must not meet a column that is named like it.
      const std::size_t c = options.targets.empty() ? static_cast<std::size_t>(*parse_integer(name) - 1) : by_name.find(name, "target");
      if (taken[c]) fail(ErrorKind::invalid_argument, table.name + ": target " + quoted(table.columns[c]) + " is named twice or ignored");
      taken[c] = true;
      plan.target[c] = static_cast<int>(plan.target_names.size());
      plan.target_names.push_back(table.columns[c]);
    }
  }
  const auto add_feature = [&](std::size_t c) {
    // A trained model asks for its columns by name: one that cannot be told from another could never be found again.
    if (!by_name.unique(c))
      fail(ErrorKind::invalid_argument, table.name + ": several columns are named " + quoted(table.columns[c]) + " (one of them is column " + std::to_string(c + 1) +
                                            "); give them different names");
    plan.feature[c] = static_cast<int>(plan.feature_names.size());
    plan.feature_names.push_back(table.columns[c]);
  };
  if (options.features.empty()) {
    for (std::size_t c = 0; c < columns; ++c)
      if (!taken[c]) add_feature(c);
  } else {
    for (const std::string& name : options.features) {
      const std::size_t c = by_name.find(name, "feature");
      if (taken[c] || plan.feature[c] != unused)
        fail(ErrorKind::invalid_argument, table.name + ": feature " + quoted(table.columns[c]) + " is named twice, ignored or the target");
      add_feature(c);
    }
  }
  if (plan.feature_names.empty())
    fail(ErrorKind::corrupt, table.name + ": the table has " + std::to_string(columns) + " column(s) (" +
                                 (columns == 1 ? quoted(table.columns[0], 40) : name_list(table.columns)) + "), which leaves no features beside the target" +
                                 (columns == 1 ? "; is the separator other than , ; or tab?" : ""));
  return plan;
}

/// The earliest fault of the table, found by any thread.
struct Fault {
  std::mutex mutex;
  std::size_t row = ~std::size_t{0};
  std::string text;
  std::int64_t count = 0;

  void add(std::size_t at, const std::string& message) {
    const std::lock_guard lock(mutex);
    ++count;
    if (at < row) row = at, text = message;
  }
};

std::string cell_fault(std::string_view cell) {
  if (cell.empty()) return "the cell is empty, a number is expected; fill it in or leave the row out";
  if (parse_number(cell)) return "the value is not finite (" + quoted(cell) + "), a finite number is expected";
  const std::string lower = lower_case(cell);
  if (lower == "na" || lower == "n/a" || lower == "null" || lower == "none" || lower == "?")
    return "the value is missing (" + quoted(cell) + "), a number is expected; fill it in or leave the row out";
  std::string with_point(cell);
  const bool comma = std::count(cell.begin(), cell.end(), ',') == 1;
  if (comma) with_point[cell.find(',')] = '.';
  return "expected a number, got " + quoted(cell) + (comma && parse_number(with_point) ? "; write a decimal point, not a comma" : "; a column of text can be left out (--ignore)");
}

/// Strict and fast; NaN and infinity count as not a number here.
std::optional<float> finite_number(std::string_view cell) {
  cell = trimmed(cell);  // a quoted cell keeps its blanks
  double value = 0;
  const char* begin = cell.data() + (cell.starts_with('+') && cell.size() > 1 && cell[1] != '-' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || cell.empty()) return std::nullopt;
  const auto single = static_cast<float>(value);
  return std::isfinite(single) ? std::optional(single) : std::nullopt;
}

/// Fills features (row-major) and keeps the target cells as text.
void parse_rows(const CsvTable& table, const Plan& plan, float* features, std::vector<std::string>& cells) {
  const std::size_t columns = table.columns.size(), rows = table.rows.size(), width = plan.feature_names.size(), targets = plan.target_names.size();
  Fault fault;
  constexpr std::size_t piece = 2048;
  parallel_for(static_cast<std::int64_t>((rows + piece - 1) / piece), [&](std::int64_t p) {
    std::string buffer;
    for (std::size_t r = static_cast<std::size_t>(p) * piece; r < std::min(rows, (static_cast<std::size_t>(p) + 1) * piece); ++r) {
      std::string_view rest = table.rows[r].text, cell;
      std::size_t c = 0;
      for (bool more = true; more; ++c) {
        if (!next_cell(rest, table.separator, cell, buffer, more)) {
          fault.add(r, ": a quote (\") is not closed, or text follows it");
          break;
        }
        if (c >= columns) continue;
        if (plan.feature[c] != unused) {
          const auto value = finite_number(cell);
          if (value) features[r * width + static_cast<std::size_t>(plan.feature[c])] = *value;
          else fault.add(r, ", " + table.column_text(c) + ": " + cell_fault(cell));
        } else if (plan.target[c] != unused) {
          cells[r * targets + static_cast<std::size_t>(plan.target[c])] = cell;
        }
      }
      if (c != columns)
        fault.add(r, " has " + std::to_string(c) + " cell(s), expected " + std::to_string(columns) +
                         (table.has_header ? " as in the header" : " as in the first row"));
    }
  });
  if (fault.count == 0) return;
  fail(ErrorKind::corrupt, table.name + ": " + table.row_text(fault.row) + fault.text +
                               (fault.count > 1 ? " (the first of " + with_thousands(fault.count) + " such faults)" : ""));
}

/// "2" for 2.0, so that 2 and 2.0 are one class.
std::string class_name(std::string_view cell) {
  const auto number = parse_number(cell);
  if (!number || !std::isfinite(*number)) return std::string(cell);
  if (*number == std::floor(*number) && std::fabs(*number) < 1e15) return std::to_string(static_cast<std::int64_t>(*number));
  return std::string(cell);
}

/// Whether the only target column holds classes, by the rule of TargetKind::automatic.
bool looks_like_classes(const std::vector<std::string>& cells) {
  std::set<double> values;
  for (const std::string& cell : cells) {
    const auto number = parse_number(cell);
    if (!number) {
      if (!cell.empty()) return true;
      continue;
    }
    if (*number != std::floor(*number)) return false;
    values.insert(*number);
    if (values.size() > 20) return false;
  }
  return values.size() * 2 <= cells.size();
}

/// Numbers by value, then texts by alphabet.
bool class_before(const std::string& a, const std::string& b) {
  const auto x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();
  return a < b;
}

void set_classes(const CsvTable& table, const Plan& plan, const CsvOptions& options, std::vector<std::string>& cells, Dataset& result) {
  if (plan.target_names.size() != 1)
    fail(ErrorKind::invalid_argument, table.name + ": classes need one target column, " + std::to_string(plan.target_names.size()) + " are named (" +
                                          name_list(plan.target_names) + ")");
  const std::string column = "column " + quoted(plan.target_names[0]);
  for (std::size_t r = 0; r < cells.size(); ++r) {
    const std::string lower = lower_case(cells[r]);
    if (cells[r].empty() || lower == "nan" || lower == "na")
      fail(ErrorKind::corrupt, table.name + ": " + table.row_text(r) + ", " + column + ": the class is missing (" + quoted(cells[r]) + ")");
    cells[r] = class_name(cells[r]);
  }
  std::vector<std::string> names = options.class_names;
  if (names.empty()) {
    const std::set<std::string> distinct(cells.begin(), cells.end());
    for (const std::string& name : distinct)
      if (!is_utf8(name)) fail(ErrorKind::corrupt, table.name + ": " + column + ": the class " + quoted(name) + " is not UTF-8; save the table as UTF-8");
    names.assign(distinct.begin(), distinct.end());
    std::sort(names.begin(), names.end(), class_before);
    if (names.size() > 1000 && names.size() * 2 > cells.size())
      fail(ErrorKind::corrupt, table.name + ": " + column + " has " + with_thousands(static_cast<std::int64_t>(names.size())) + " different texts in " +
                                   with_thousands(static_cast<std::int64_t>(cells.size())) + " rows, too many for classes; name another target");
  }
  std::map<std::string, std::int32_t, std::less<>> numbers;
  for (std::size_t i = 0; i < names.size(); ++i) numbers.emplace(names[i], static_cast<std::int32_t>(i));
  result.targets = Tensor::empty({static_cast<std::int64_t>(cells.size())}, DType::i32);
  auto* out = result.targets.mutable_data<std::int32_t>();
  for (std::size_t r = 0; r < cells.size(); ++r) {
    const auto found = numbers.find(cells[r]);
    if (found == numbers.end())
      fail(ErrorKind::invalid_argument, table.name + ": " + table.row_text(r) + ", " + column + ": class " + quoted(cells[r]) +
                                            " is unknown; the classes are " + name_list(names, 20));
    out[r] = found->second;
  }
  result.class_names = std::move(names);
}

void set_numbers(const CsvTable& table, const Plan& plan, const std::vector<std::string>& cells, Dataset& result) {
  const auto count = static_cast<std::int64_t>(plan.target_names.size()), rows = static_cast<std::int64_t>(table.rows.size());
  result.targets = Tensor::empty(count == 1 ? Shape{rows} : Shape{rows, count});
  auto* out = result.targets.mutable_data<float>();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto value = finite_number(cells[i]);
    if (!value)
      fail(ErrorKind::corrupt, table.name + ": " + table.row_text(i / plan.target_names.size()) + ", target column " +
                                   quoted(plan.target_names[i % plan.target_names.size()]) + ": " + cell_fault(cells[i]));
    out[i] = *value;
  }
}

/// The text of a file, unpacked when it is gzip; `holder` keeps it alive.
std::string_view table_text(const MappedFile& file, std::string& holder) {
  if (!is_gzip(file.bytes())) return file.text();
  constexpr std::size_t limit = std::size_t{1} << 32;
  holder = gunzip(file.bytes(), limit, file.path());
  return holder;
}

}  // namespace

Dataset parse_csv(std::string_view text, const CsvOptions& options, const std::string& name) {
  const CsvTable table = detail::scan_csv(text, options, name);
  const Plan plan = make_plan(table, options);
  const std::size_t rows = table.rows.size();
  Dataset result;
  result.source = name;
  result.feature_names = plan.feature_names;
  result.target_names = plan.target_names;
  result.features = Tensor::empty({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(plan.feature_names.size())});
  std::vector<std::string> cells(rows * plan.target_names.size());
  parse_rows(table, plan, result.features.mutable_data<float>(), cells);
  if (plan.target_names.empty()) return result;
  const bool known = !options.class_names.empty();
  const bool guess = options.kind == TargetKind::automatic && plan.target_names.size() == 1 && (known || looks_like_classes(cells));
  if (options.kind == TargetKind::classification || guess) set_classes(table, plan, options, cells, result);
  else set_numbers(table, plan, cells, result);
  return result;
}

Dataset read_csv(const std::string& path, const CsvOptions& options) {
  const MappedFile file(path);
  std::string holder;
  return parse_csv(table_text(file, holder), options, path);
}

std::vector<std::string> csv_columns(const std::string& path, const CsvOptions& options) {
  const MappedFile file(path);
  std::string holder;
  return detail::scan_csv(table_text(file, holder), options, path).columns;
}

}  // namespace candor::data
