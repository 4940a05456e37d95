#include "candor/data/csv_table.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/text_check.h"

namespace candor::data::detail {
namespace {

void check_is_text(std::string_view text, const std::string& name) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    fail(ErrorKind::corrupt, name + ": the text is UTF-16; save it as UTF-8");
  if (text.find('\n') == std::string_view::npos && std::count(text.begin(), text.end(), '\r') > 1)
    fail(ErrorKind::corrupt, name + ": the lines end with CR alone, as on Macs of old; save it with LF or CR LF");
  check_no_binary(text, name);
}

/// The end of the row that starts at `start`: a line end outside quotes. A quote opens only at the start of a cell.
std::size_t row_end(std::string_view text, std::size_t start, char separator, bool any_quotes) {
  if (!any_quotes) return std::min(text.find('\n', start), text.size());
  bool cell_start = true;
  for (std::size_t i = start; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') return i;
    if (c == '"' && cell_start) {
      for (++i; i < text.size(); ++i)
        if (text[i] == '"') {
          if (i + 1 < text.size() && text[i + 1] == '"') ++i;
          else break;
        }
    }
    cell_start = c == separator || (cell_start && c == ' ');
  }
  return text.size();
}

std::vector<CsvTable::Row> cut_rows(std::string_view text, char separator, std::size_t limit) {
  const bool any_quotes = text.find('"') != std::string_view::npos;
  std::vector<CsvTable::Row> rows;
  std::int64_t line = 1;
  for (std::size_t at = 0; at < text.size() && rows.size() < limit;) {
    const std::size_t end = row_end(text, at, separator, any_quotes);
    std::string_view row = text.substr(at, end - at);
    const std::int64_t lines = any_quotes ? 1 + std::count(row.begin(), row.end(), '\n') : 1;
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (!trimmed(row).empty()) rows.push_back({row, line});
    line += lines;
    at = end + 1;
  }
  return rows;
}

std::size_t count_cells(std::string_view row, char separator) {
  std::string_view cell;
  std::string buffer;
  std::size_t count = 0;
  for (bool more = true; more; ++count)
    if (!next_cell(row, separator, cell, buffer, more)) return count + 1;
  return count;
}

/// The separator that cuts the first lines into the same number of cells, at least two. Semicolon and tab are asked before the
/// comma, which may be a decimal comma.
char find_separator(std::string_view text) {
  char best = ',';
  std::size_t best_score = 0;
  for (char separator : {';', '\t', ','}) {
    const auto rows = cut_rows(text, separator, 20);
    if (rows.empty()) return ',';
    const std::size_t cells = count_cells(rows[0].text, separator);
    if (cells < 2) continue;
    std::size_t agree = 0;
    for (const auto& row : rows) agree += count_cells(row.text, separator) == cells;
    const std::size_t score = agree * 1000 / rows.size() + 1;
    if (score > best_score) best = separator, best_score = score;
  }
  return best;
}

}  // namespace

bool next_cell(std::string_view& rest, char separator, std::string_view& cell, std::string& buffer, bool& more) {
  std::size_t first = 0;
  while (first < rest.size() && rest[first] == ' ' && separator != ' ') ++first;
  if (first < rest.size() && rest[first] == '"') {
    std::size_t close = first + 1;
    bool doubled = false;
    while (true) {
      close = rest.find('"', close);
      if (close == std::string_view::npos) return false;
      if (close + 1 >= rest.size() || rest[close + 1] != '"') break;
      doubled = true;
      close += 2;
    }
    cell = rest.substr(first + 1, close - first - 1);
    if (doubled) {
      buffer.clear();
      for (std::size_t i = 0; i < cell.size(); ++i) {
        buffer += cell[i];
        if (cell[i] == '"') ++i;
      }
      cell = buffer;
    }
    const std::size_t end = rest.find(separator, close + 1);
    more = end != std::string_view::npos;
    // What follows a closing quote up to the separator may only be blanks.
    const bool clean = trimmed(rest.substr(close + 1, more ? end - close - 1 : end)).empty();
    rest.remove_prefix(more ? end + 1 : rest.size());
    return clean;
  }
  const std::size_t end = rest.find(separator);
  more = end != std::string_view::npos;
  cell = trimmed(rest.substr(0, end));
  rest.remove_prefix(more ? end + 1 : rest.size());
  return true;
}

std::string CsvTable::row_text(std::size_t row) const {
  return "row " + std::to_string(row + 1) + " (line " + std::to_string(rows[row].line) + ")";
}
std::string CsvTable::column_text(std::size_t column) const { return "column " + quoted(columns[column]); }

CsvTable scan_csv(std::string_view text, const CsvOptions& options, const std::string& name) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (text.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, a table is expected");
  check_is_text(text, name);
  CsvTable table;
  table.name = name;
  const char asked = options.separator;
  if (asked == '"' || asked == '\n' || asked == '\r')
    fail(ErrorKind::invalid_argument, name + ": the separator cannot be a quote or a line end");
  table.separator = asked ? asked : find_separator(text);
  table.rows = cut_rows(text, table.separator, ~std::size_t{0});
  if (table.rows.empty()) fail(ErrorKind::corrupt, name + ": only blank lines, a table is expected");

  std::string_view rest = table.rows[0].text, cell;
  std::string buffer;
  bool any_number = false;
  for (bool more = true; more;) {
    if (!next_cell(rest, table.separator, cell, buffer, more))
      fail(ErrorKind::corrupt, name + ": line " + std::to_string(table.rows[0].line) + ": a quote (\") is not closed, or text follows it");
    any_number = any_number || parse_number(cell).has_value();
    if (!is_utf8(cell)) fail(ErrorKind::corrupt, name + ": line " + std::to_string(table.rows[0].line) + ": " + quoted(cell) + " is not UTF-8; save the table as UTF-8");
    table.columns.emplace_back(cell);
  }
  table.has_header = options.header == Header::yes || (options.header == Header::automatic && !any_number);
  if (table.has_header) table.rows.erase(table.rows.begin());
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (!table.has_header || table.columns[c].empty()) table.columns[c] = "column_" + std::to_string(c + 1);
  if (table.rows.empty())
    fail(ErrorKind::corrupt, name + ": no rows below the header (" + name_list(table.columns) + ")");
  return table;
}

}  // namespace candor::data::detail
