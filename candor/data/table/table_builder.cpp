#include "candor/data/table/table_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/cell.h"
#include "candor/data/table/csv_remarks.h"
#include "candor/data/table/encoding.h"

namespace candor::data::detail {
namespace {

constexpr std::size_t most_columns = 1'000'000, most_name_bytes = std::size_t{1} << 28;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool names_it(const std::vector<std::string>& names, const Column& column) { return std::find(names.begin(), names.end(), column.name) != names.end(); }

/// Turns a column into numbers when each word is one; a source of types knew no better (SQLite's TEXT, numbers in quotes).
bool is_number_form(CellForm form) { return form == CellForm::plain || form == CellForm::point || form == CellForm::point3; }

bool to_numbers(Column& column, const MissingWords& missing, bool even_if_empty) {
  std::vector<double> values(column.words.size(), nan);
  bool any = false;
  for (std::size_t w = 0; w < values.size(); ++w) {
    const CellForm form = read_number(trimmed(column.words[w]), CellStyle::point, missing, values[w]);
    if (!is_number_form(form) && form != CellForm::missing) return false;
    any = any || form != CellForm::missing;
  }
  if (!any && !even_if_empty) return false;
  column.numbers.resize(column.codes.size());
  for (std::size_t r = 0; r < column.codes.size(); ++r) column.numbers[r] = column.codes[r] == missing_word ? nan : values[static_cast<std::size_t>(column.codes[r])];
  column.codes = {};
  column.words = {};
  column.kind = Column::Kind::number;
  return true;
}

}  // namespace

std::size_t TableBuilder::add_column(std::string_view name) {
  if (columns_.size() >= most_columns) fail(ErrorKind::corrupt, source_ + ": more than " + with_thousands(static_cast<std::int64_t>(most_columns)) + " columns; not a table");
  name_bytes_ += name.size();
  if (name_bytes_ > most_name_bytes) fail(ErrorKind::corrupt, source_ + ": the names of its columns take more than " + with_thousands(static_cast<std::int64_t>(most_name_bytes)) + " bytes; not a table");
  cells_beyond_ += rows_;
  if (cells_beyond_ > std::int64_t{1} << 27) fail(ErrorKind::corrupt, source_ + ": nearly every row brings columns of its own (" + with_thousands(static_cast<std::int64_t>(columns_.size())) + " so far); not a table");
  columns_.emplace_back();
  columns_.back().name = is_utf8(name) ? std::string(name) : from_windows_1252(name);
  return columns_.size() - 1;
}

void TableBuilder::end_row() {
  ++rows_;
  const double cells = static_cast<double>(rows_) * static_cast<double>(columns_.size());
  if (cells < checked_) return;
  // A row that has no cell in a column takes no byte of the file, but eight in memory.
  require_memory(8 * cells);
  checked_ = 2 * cells;
}

void TableBuilder::fill(Building& column, std::int64_t rows) {
  if (column.words) column.codes.resize(static_cast<std::size_t>(rows), missing_word);
  else column.numbers.resize(static_cast<std::size_t>(rows), nan);
  column.rows = rows;
}

void TableBuilder::number(std::size_t at, double value) {
  Building& column = columns_[at];
  if (column.words) {
    if (std::isnan(value)) return;
    const Column one{"", Column::Kind::number, {value}};
    return word(at, one.cell(0));
  }
  if (column.rows < rows_) fill(column, rows_);
  if (column.rows > rows_) return;
  column.numbers.push_back(value);
  ++column.rows;
}

void TableBuilder::to_words(Building& column) {
  Column one{"", Column::Kind::number, {0.0}};
  column.codes.reserve(column.numbers.size() + 1);
  for (const double value : column.numbers) {
    one.numbers[0] = value;
    column.codes.push_back(std::isnan(value) ? missing_word : column.index.add(one.cell(0), true));
  }
  column.numbers = {};
  column.words = true;
}

void TableBuilder::word(std::size_t at, std::string_view value) {
  Building& column = columns_[at];
  if (!column.words) to_words(column);
  if (column.rows < rows_) fill(column, rows_);
  if (column.rows > rows_) return;
  column.codes.push_back(column.index.add(value, true));
  ++column.rows;
}

Table TableBuilder::finish(const std::string& kind) {
  Table table;
  table.source = source_;
  table.remarks = std::move(remarks_);
  const MissingWords missing(options_.missing);
  std::unordered_map<std::string, std::size_t> seen;
  std::vector<std::string> numeric, decoded;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    Building& from = columns_[c];
    fill(from, rows_);
    Column& column = table.columns.emplace_back();
    column.name = from.name.empty() ? "column_" + std::to_string(c + 1) : std::move(from.name);
    const auto [first, fresh] = seen.try_emplace(column.name, c);
    if (!fresh)
      fail(ErrorKind::corrupt, source_ + ": several columns are named " + quoted(column.name) + " (columns " + std::to_string(first->second + 1) + " and " + std::to_string(c + 1) +
                                   "); give them different names: a model finds its columns by name");
    const bool stays_text = names_it(options_.text, column);
    if (!from.words && stays_text) to_words(from);
    if (!from.words) {
      column.numbers = std::move(from.numbers);
      continue;
    }
    column.kind = Column::Kind::text;
    WordIndex all;
    std::vector<std::int32_t> codes;
    bool foreign = false;
    for (const std::string_view word : from.index.words()) {
      const bool utf8 = is_utf8(word);
      foreign = foreign || !utf8;
      codes.push_back(missing.contains(word) ? missing_word : utf8 ? all.add(word) : all.add(from_windows_1252(word), true));
    }
    column.words.assign(all.words().begin(), all.words().end());
    column.codes = std::move(from.codes);
    for (std::int32_t& code : column.codes)
      if (code != missing_word) code = codes[static_cast<std::size_t>(code)];
    from = {};
    if (foreign) decoded.push_back(column.name);
    if (stays_text) continue;
    if (to_numbers(column, missing, names_it(options_.numbers, column))) numeric.push_back(column.name);
    else remark_on_words(column, missing, kind, table.remarks);
  }
  if (!numeric.empty()) table.remarks.push_back({kind + ".text-numbers", "all words in " + name_list(numeric, 5) + " are numbers, and were taken as such"});
  if (!decoded.empty()) table.remarks.push_back({kind + ".encoding", "words in " + name_list(decoded, 5) + " are not UTF-8; they were read as Windows-1252 (Latin-1)"});
  for (const std::string& name : options_.numbers) {
    const Column& column = table.at(name);
    double value = 0;
    for (std::size_t r = 0; r < column.codes.size(); ++r) {
      if (column.codes[r] == missing_word) continue;
      const std::string& word = column.words[static_cast<std::size_t>(column.codes[r])];
      const CellForm form = read_number(trimmed(word), CellStyle::point, missing, value);
      if (is_number_form(form) || form == CellForm::missing) continue;
      fail(ErrorKind::corrupt, source_ + ": row " + std::to_string(before_ + static_cast<std::int64_t>(r) + 1) + ", column " + quoted(name) + ": expected a number" + (before_ > 0 ? " as in the rows before" : "") + ", got " + quoted(word));
    }
  }
  keep_columns(table, options_.columns);
  return table;
}

void keep_columns(Table& table, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return;
  std::vector<Column> ordered;
  const std::vector<std::string> names = table.names();
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t c = 0; c < names.size(); ++c) places.emplace(names[c], c);
  for (const std::string& name : wanted) {
    const auto found = places.find(name);
    if (found == places.end()) table.at(name);  // throws, and says what there is
    else if (found->second == names.size()) fail(ErrorKind::invalid_argument, table.source + ": column " + quoted(name) + " is asked for twice");
    else ordered.push_back(std::move(table.columns[std::exchange(found->second, names.size())]));
  }
  table.columns = std::move(ordered);
}

}  // namespace candor::data::detail
