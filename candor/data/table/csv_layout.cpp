#include "candor/data/table/csv_layout.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/csv_block.h"
#include "candor/data/table/csv_cell.h"
#include "candor/data/table/csv_remarks.h"
#include "candor/data/table/encoding.h"

namespace candor::data::detail {
namespace {

constexpr std::size_t looked_at = 200;  // rows that separator, header and kinds are judged by

struct SampleRow {
  std::vector<std::string> cells;
  std::size_t begin = 0;      // in the sample
  std::int64_t line = 1;
  bool broken = false;        // a quote that is not closed
};

/// The first rows, cut at `separator`. With all == false a row that the sample ends in is left out.
std::vector<SampleRow> cut_rows(const CsvLayout& layout, std::string_view text, char separator, bool all, std::size_t limit) {
  std::vector<SampleRow> rows;
  const char *p = text.data() + layout.body, *const end = text.data() + text.size();
  std::int64_t line = layout.first_line;
  std::string buffer;
  RawCell cell;
  while (p < end && rows.size() < limit) {
    bool comment = false;
    if (pass_empty_line(layout, p, end, comment)) {
      ++line;
      continue;
    }
    SampleRow row;
    row.begin = static_cast<std::size_t>(p - text.data());
    row.line = line++;
    for (cell.more = true; cell.more;) {
      if (!read_cell(p, end, separator, layout.quotes, buffer, cell)) {
        row.broken = true;
        break;
      }
      line += cell.lines;
      row.cells.emplace_back(cell.text);
    }
    if (row.broken) {
      row.cells.emplace_back();
      rows.push_back(std::move(row));
      break;
    }
    if (p >= end && !all && !rows.empty()) break;
    if (p < end) ++p;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::size_t usual_width(const std::vector<SampleRow>& rows, std::size_t& agree) {
  std::map<std::size_t, std::size_t> counts;
  for (const SampleRow& row : rows) ++counts[row.cells.size()];
  std::size_t width = 0;
  agree = 0;
  for (const auto& [cells, count] : counts)
    if (count >= agree) width = cells, agree = count;
  return width;
}

/// Semicolon, tab and bar are asked before the comma, which may be a decimal comma; blanks only when nothing else parts the cells.
char find_separator(const CsvLayout& layout, std::string_view text, bool whole) {
  char best = ',';
  double best_score = 0;
  for (const char separator : {';', '\t', '|', ',', ' '}) {
    const std::vector<SampleRow> rows = cut_rows(layout, text, separator, whole, looked_at);
    std::size_t agree = 0;
    const std::size_t width = usual_width(rows, agree);
    if (width < 2 || rows.empty()) continue;
    double score = static_cast<double>(agree) / static_cast<double>(rows.size());
    if (rows.back().broken) score *= .9;
    if (rows.front().cells.size() != width) score *= .95;
    if (separator == ' ' && (best_score > .5 || agree < rows.size() || rows.size() < 2)) continue;
    if (score > best_score + 1e-9) best = separator, best_score = score;
  }
  return best;
}

/// Tab-separated text as many programs write it: a cell may begin with a quote that encloses nothing. Cut at each tab the rows agree.
bool quotes_are_text(CsvLayout layout, std::string_view text, bool whole) {
  constexpr std::size_t all = 1'000'000;
  const std::vector<SampleRow> quoted_rows = cut_rows(layout, text, layout.separator, whole, all);
  if (quoted_rows.empty() || !quoted_rows.back().broken) return false;
  layout.quotes = false;
  const std::vector<SampleRow> rows = cut_rows(layout, text, layout.separator, whole, all);
  std::size_t agree = 0;
  return usual_width(rows, agree) >= 2 && agree * 100 >= rows.size() * 98;
}

bool is_number(const CsvLayout& layout, const std::string& cell) {
  double value = 0;
  const CellForm form = read_number(cell, CellStyle::point, layout.missing, value);
  return form != CellForm::none && form != CellForm::missing;
}

/// Whether the first row holds names: a word above a column of numbers; else no number at all, and not words that stand below, too.
bool looks_like_header(const CsvLayout& layout, const std::vector<SampleRow>& rows, std::size_t width) {
  const auto& first = rows[0].cells;
  bool any_number = false;
  std::size_t again = 0, words = 0;
  for (std::size_t c = 0; c < std::min(width, first.size()); ++c) {
    if (is_number(layout, first[c])) {
      any_number = true;
      continue;
    }
    if (first[c].empty()) continue;
    ++words;
    std::size_t numbers = 0, others = 0;
    bool repeated = false;
    for (std::size_t r = 1; r < rows.size(); ++r) {
      if (c >= rows[r].cells.size() || layout.missing.contains_in_numbers(rows[r].cells[c])) continue;
      (is_number(layout, rows[r].cells[c]) ? numbers : others) += 1;
      repeated = repeated || rows[r].cells[c] == first[c];
    }
    if (numbers > 0 && others == 0 && !layout.missing.contains_in_numbers(first[c])) return true;
    again += repeated;
  }
  return !any_number && words > 0 && (rows.size() < 4 || again * 2 < words);
}

/// "sep=;" on the first line, as Excel writes it.
void pass_sep_line(CsvLayout& layout, std::string_view text, char& separator) {
  if (!text.starts_with("sep=") || text.size() < 6 || (text[5] != '\n' && text[5] != '\r')) return;
  if (!separator) separator = text[4];
  layout.body = std::min(text.find('\n'), text.size() - 1) + 1;
  ++layout.first_line;
}

/// '#' begins a comment unless the rows themselves begin with it; the last such line above the rows may hold the names.
void find_comments(CsvLayout& layout, std::string_view text, char comment) {
  if (!comment) return;
  // Below the first row a line that is cut like it may be one, too.
  const auto marks = [](std::string_view line) { return std::count_if(line.begin(), line.end(), [](char c) { return c == ',' || c == ';' || c == '\t' || c == '|'; }); };
  std::size_t others = 0, below = 0;
  std::ptrdiff_t usual = 0;
  for (std::size_t at = layout.body, lines = 0; at < text.size() && lines < looked_at; ++lines) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = trimmed(text.substr(at, end - at));
    if (!line.empty() && line.front() != comment) usual = others++ == 0 ? marks(line) : usual;
    else if (!line.empty() && others > 0 && marks(line) == usual) ++below;
    at = end + 1;
  }
  if (others == 0 || others > below) layout.comment = comment;
}

/// "#id,name" directly above rows without a header of their own.
bool take_commented_header(CsvLayout& layout, std::string_view text, const std::vector<SampleRow>& rows, std::size_t width, std::vector<std::string>& names) {
  if (!layout.comment || rows.empty() || width < 2 || looks_like_header(layout, rows, width)) return false;
  std::string_view above = text.substr(0, rows[0].begin);
  while (!above.empty() && (above.back() == '\n' || above.back() == '\r')) above.remove_suffix(1);
  std::string_view line = trimmed(above.substr(above.rfind('\n') + 1));
  if (line.empty() || line.front() != layout.comment) return false;
  line.remove_prefix(1);
  CsvLayout bare;
  bare.quotes = layout.quotes;
  const std::vector<SampleRow> cut = cut_rows(bare, line, layout.separator, true, 1);
  if (cut.size() != 1 || cut[0].broken || cut[0].cells.size() != width) return false;
  for (const std::string& cell : cut[0].cells)
    if (cell.empty() || is_number(layout, cell)) return false;
  names = cut[0].cells;
  return true;
}

void check_names(CsvLayout& layout, std::int64_t line) {
  std::unordered_map<std::string_view, std::size_t> seen;
  bool decoded = false;
  for (std::size_t c = 0; c < layout.columns.size(); ++c) {
    std::string& name = layout.columns[c];
    name = std::string(trimmed(name));
    if (!layout.header || name.empty()) name = "column_" + std::to_string(c + 1);
    if (!is_utf8(name)) name = from_windows_1252(name), decoded = true;
    if (name.find('\0') != std::string::npos) fail(ErrorKind::corrupt, layout.name + ": line " + std::to_string(line) + ": a NUL byte in a column's name; not a text table");
  }
  for (std::size_t c = 0; c < layout.columns.size(); ++c) {
    const auto [place, fresh] = seen.try_emplace(layout.columns[c], c);
    if (!fresh)
      fail(ErrorKind::corrupt, layout.name + ": line " + std::to_string(line) + ": several columns are named " + quoted(layout.columns[c]) + " (columns " +
                                   std::to_string(place->second + 1) + " and " + std::to_string(c + 1) + "); give them different names: a model finds its columns by name");
  }
  if (decoded) layout.remarks.push_back({"csv.encoding", "the column names are not UTF-8; they were read as Windows-1252 (Latin-1)"});
}

void choose_columns(CsvLayout& layout, const TableOptions& options) {
  layout.styles.assign(layout.columns.size(), CellStyle::point);
  const auto place = [&](const std::string& name) {
    const auto found = std::find(layout.columns.begin(), layout.columns.end(), name);
    if (found == layout.columns.end())
      fail(ErrorKind::not_found, layout.name + ": no column is named " + quoted(name) + "; the columns are " + name_list(layout.columns, 20) + did_you_mean(name, layout.columns));
    return static_cast<std::size_t>(found - layout.columns.begin());
  };
  for (const std::string& name : options.text) layout.styles[place(name)] = CellStyle::text;
  for (const std::string& name : options.numbers)
    if (layout.styles[place(name)] == CellStyle::text) fail(ErrorKind::invalid_argument, layout.name + ": column " + quoted(name) + " is asked for as numbers and as words");
  if (options.columns.empty()) return;
  std::vector<bool> wanted(layout.columns.size(), false);
  for (const std::string& name : options.columns) wanted[place(name)] = true;
  for (std::size_t c = 0; c < wanted.size(); ++c)
    if (!wanted[c]) layout.styles[c] = CellStyle::skip;
}

/// Numbers with points or commas or words, by the first rows.
void find_styles(CsvLayout& layout, std::string_view sample, bool whole, const TableOptions& options) {
  const std::vector<SampleRow> rows = cut_rows(layout, sample, layout.separator, whole, 1000);
  std::vector<FormCounts> counts(layout.columns.size(), FormCounts{});
  for (const SampleRow& row : rows)
    for (std::size_t c = 0; c < std::min(row.cells.size(), counts.size()); ++c) {
      double value = 0;
      ++counts[c][static_cast<std::size_t>(read_number(trimmed(row.cells[c]), CellStyle::point, layout.missing, value))];
    }
  bool commas = layout.separator == ';';
  for (const FormCounts& of_column : counts) commas = commas || style_for(of_column, false) == CellStyle::comma;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (layout.styles[c] != CellStyle::point) continue;
    if (options.decimal) layout.styles[c] = options.decimal == ',' ? CellStyle::comma : CellStyle::point;
    else layout.styles[c] = style_for(counts[c], commas);
    if (layout.styles[c] == CellStyle::text && std::find(options.numbers.begin(), options.numbers.end(), layout.columns[c]) != options.numbers.end())
      layout.styles[c] = commas ? CellStyle::comma : CellStyle::point;
  }
  if (!rows.empty()) {
    const std::size_t last = rows.back().begin;
    layout.row_bytes = rows.size() > 1 ? static_cast<double>(last - rows.front().begin) / static_cast<double>(rows.size() - 1) : static_cast<double>(sample.size() - last);
  }
}

void check_options(const TableOptions& options, const std::string& name) {
  if (options.separator == '"' || options.separator == '\n' || options.separator == '\r' || static_cast<unsigned char>(options.separator) >= 0x80)
    fail(ErrorKind::invalid_argument, name + ": the separator cannot be a quote, a line end or a character beyond ASCII");
  if (options.decimal != 0 && options.decimal != '.' && options.decimal != ',')
    fail(ErrorKind::invalid_argument, name + ": the decimal mark is " + quoted(std::string_view(&options.decimal, 1)) + ", expected . or ,");
  if (options.decimal && options.decimal == options.separator)
    fail(ErrorKind::invalid_argument, name + ": separator and decimal mark are both " + quoted(std::string_view(&options.decimal, 1)));
}

std::string separator_text(char separator) {
  switch (separator) {
    case '\t': return "tabs";
    case ' ': return "blanks";
    case ';': return "semicolons";
    case '|': return "bars (|)";
    default: return quoted(std::string_view(&separator, 1));
  }
}

}  // namespace

std::string CsvLayout::row_text(std::int64_t row, std::int64_t line) { return "row " + std::to_string(row + 1) + " (line " + std::to_string(line) + ")"; }

CsvLayout find_layout(std::string_view sample, bool whole, const TableOptions& options, const std::string& name) {
  check_options(options, name);
  CsvLayout layout;
  layout.name = name;
  layout.missing = MissingWords(options.missing, options.nan_is_missing);
  char separator = options.separator;
  pass_sep_line(layout, sample, separator);
  find_comments(layout, sample, options.comment);
  layout.separator = separator ? separator : find_separator(layout, sample, whole);
  if (layout.separator != ',' && !separator) layout.remarks.push_back({"csv.separator", "the cells are parted by " + separator_text(layout.separator)});

  layout.quotes = options.quotes != Quotes::text;
  if (options.quotes == Quotes::automatic && layout.separator == '\t' && quotes_are_text(layout, sample, whole)) {
    layout.quotes = false;
    layout.remarks.push_back({"csv.quotes", "cells begin with quotes that do not enclose them, so quotes were read as part of the text"});
  }

  std::vector<SampleRow> rows = cut_rows(layout, sample, layout.separator, whole, looked_at);
  if (rows.empty()) fail(ErrorKind::corrupt, name + ": only blank lines and comments, a table is expected");
  std::size_t agree = 0, width = usual_width(rows, agree);
  // Lines of one cell above the table are a title.
  std::size_t title = 0;
  while (title < rows.size() && title < 10 && width > 1 && rows[title].cells.size() == 1 && !rows[title].broken) ++title;
  if (title > 0 && title < 10 && title < rows.size() && rows.size() - title >= 2) {
    layout.remarks.push_back({"csv.title", std::to_string(title) + " line(s) above the table were passed over: " + quoted(rows[0].cells[0], 40)});
    layout.body = rows[title].begin, layout.first_line = rows[title].line;
    rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(title));
  }
  if (rows[0].broken) fail(ErrorKind::corrupt, name + ": line " + std::to_string(rows[0].line) + open_quote);

  const std::int64_t header_line = rows[0].line;
  std::vector<std::string> commented;
  if (options.header == Header::automatic && take_commented_header(layout, sample, rows, width, commented)) {
    layout.header = true;
    layout.columns = commented;
    layout.body = rows[0].begin, layout.first_line = rows[0].line;
  } else {
    layout.header = options.header == Header::yes || (options.header == Header::automatic && looks_like_header(layout, rows, width));
    layout.columns = rows[0].cells;
    if (layout.header) {
      const SampleRow* const next = rows.size() > 1 ? &rows[1] : nullptr;
      if (next) {
        layout.body = next->begin, layout.first_line = next->line;
      } else {
        // Behind the header there is nothing, or nothing within the sample: read_cell finds its end.
        const char *p = sample.data() + rows[0].begin, *const end = sample.data() + sample.size();
        std::string buffer;
        RawCell cell;
        layout.first_line = rows[0].line + 1;
        for (cell.more = true; cell.more && read_cell(p, end, layout.separator, layout.quotes, buffer, cell);) layout.first_line += cell.lines;
        layout.body = std::min(sample.size(), static_cast<std::size_t>(p - sample.data()) + 1);
      }
      rows.erase(rows.begin());
      width = usual_width(rows, agree);
      if (!rows.empty() && width == layout.columns.size() + 1 && agree == rows.size()) {
        bool all_empty = true;
        for (const SampleRow& row : rows) all_empty = all_empty && row.cells.back().empty();
        if (all_empty) {
          layout.trailing = true;
        } else if (options.header == Header::automatic) {
          layout.columns.insert(layout.columns.begin(), "row");
          layout.remarks.push_back({"csv.row-names", "the rows have one cell more than the header; the first one is taken for their names and called \"row\""});
        }
      }
    }
  }
  // A separator at the end of every line is no column.
  if (!layout.trailing && layout.columns.size() > 1 && layout.columns.back().empty() && layout.separator != ' ') {
    bool all_empty = true;
    for (const SampleRow& row : rows) all_empty = all_empty && row.cells.size() == layout.columns.size() && row.cells.back().empty();
    if (all_empty) layout.columns.pop_back(), layout.trailing = true;
  }
  if (layout.trailing) layout.remarks.push_back({"csv.trailing-separator", "each row ends with a separator; no column was made of it"});
  if (layout.header && layout.body >= sample.size() && whole)
    fail(ErrorKind::corrupt, name + ": no rows below the header (" + name_list(layout.columns) + ")");
  check_names(layout, header_line);
  if (layout.comment)
    for (const std::string_view line : split_text(sample.substr(0, layout.body), '\n')) layout.comments += trimmed(line).starts_with(layout.comment);
  if (!commented.empty()) --layout.comments;
  if (!layout.header) layout.remarks.push_back({"csv.no-header", "there is no line of column names; the columns are called column_1, column_2, ..."});
  choose_columns(layout, options);
  std::string totals;
  if (whole && !options.totals_row) sample = sample.substr(0, before_totals(layout, sample, totals));
  find_styles(layout, sample, whole, options);
  return layout;
}

}  // namespace candor::data::detail
