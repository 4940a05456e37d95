#include "candor/data/table/csv_remarks.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/csv_cell.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

std::int64_t count_of(const FormCounts& counts, CellForm form) { return counts[static_cast<std::size_t>(form)]; }

bool is_totals_word(std::string_view cell) {
  if (cell.empty() || cell.size() > 20) return false;
  std::string word = lower_case(trimmed(cell));
  while (!word.empty() && (word.back() == ':' || word.back() == ' ')) word.pop_back();
  for (const char* known : {"total", "totals", "grand total", "sum", "sums", "subtotal", "overall total", "average", "mean", "summe", "gesamt", "gesamtsumme", "insgesamt",
                            "mittelwert", "durchschnitt", "somme", "totale", "totaal", "suma", "soma"})
    if (word == known) return true;
  return word == "\xce\xa3" || word == "\xe2\x88\x91";  // the letter and the sign of sums
}

/// "row 3 ("old"), row 9 ("?")", rows from 1.
std::string some_cells(const std::vector<OddCell>& cells, std::int64_t count) {
  std::string text;
  for (std::size_t i = 0; i < cells.size() && i < 3; ++i) text += (i ? ", " : "") + std::string("row ") + with_thousands(cells[i].row + 1) + " (" + quoted(cells[i].cell, 30) + ")";
  return text + (count > 3 ? ", ..." : "");
}

template <class Keep>
std::vector<OddCell> cells_with(const Column& column, const std::vector<char>& is_it, Keep keep, std::int64_t& count) {
  std::vector<OddCell> found;
  count = 0;
  for (std::size_t r = 0; r < column.codes.size(); ++r) {
    const std::int32_t code = column.codes[r];
    if (code == missing_word || !keep(is_it[static_cast<std::size_t>(code)])) continue;
    if (++count <= 3) found.push_back({static_cast<std::int64_t>(r), 0, column.words[static_cast<std::size_t>(code)]});
  }
  return found;
}

/// The last row's numbers are the sums of those above, and something is missing in it.
bool is_row_of_sums(const Table& table) {
  const std::int64_t rows = table.rows();
  if (rows < 4) return false;
  bool hole = false;
  std::int64_t sums = 0;
  for (const Column& column : table.columns) {
    if (column.is_missing(rows - 1)) {
      hole = true;
      continue;
    }
    if (column.kind != Column::Kind::number) return false;
  }
  if (!hole) return false;
  for (const Column& column : table.columns) {
    if (column.kind != Column::Kind::number || column.is_missing(rows - 1)) continue;
    double sum = 0, size = 0;
    for (std::size_t r = 0; r + 1 < column.numbers.size(); ++r)
      if (!std::isnan(column.numbers[r])) sum += column.numbers[r], size += std::fabs(column.numbers[r]);
    const double last = column.numbers.back();
    if (!(last != 0 && std::fabs(sum - last) <= 1e-9 * size)) return false;
    ++sums;
  }
  return sums > 0;
}

std::int64_t rows_without_trailing_holes(const Table& table) {
  std::int64_t rows = table.rows();
  const auto empty = [&](std::int64_t row) { return std::all_of(table.columns.begin(), table.columns.end(), [&](const Column& column) { return column.is_missing(row); }); };
  while (rows > 0 && empty(rows - 1)) --rows;
  return rows;
}

std::string columns_text(const std::vector<std::string>& names) { return (names.size() == 1 ? "column " : "columns ") + name_list(names, 5); }

void remark_on_marks(const CsvLayout& layout, const CsvBody& body, std::vector<Remark>& remarks) {
  std::vector<std::string> commas, thousands;
  for (std::size_t c = 0; c < layout.columns.size(); ++c) {
    const FormCounts& counts = body.parts[c].counts;
    if (layout.styles[c] == CellStyle::comma) {
      if (count_of(counts, CellForm::comma) + count_of(counts, CellForm::comma3) + count_of(counts, CellForm::eu_group) > 0) commas.push_back(layout.columns[c]);
      if (count_of(counts, CellForm::eu_group) + count_of(counts, CellForm::point3) > 0) thousands.push_back(layout.columns[c]);
    } else if (layout.styles[c] == CellStyle::point && count_of(counts, CellForm::us_group) + count_of(counts, CellForm::comma3) > 0) {
      thousands.push_back(layout.columns[c]);
    }
  }
  if (!commas.empty()) remarks.push_back({"csv.decimal-comma", "decimal commas in " + columns_text(commas) + ": 1,5 is read as 1.5"});
  if (!thousands.empty()) {
    const bool points = std::any_of(thousands.begin(), thousands.end(), [&](const std::string& name) { return std::find(commas.begin(), commas.end(), name) != commas.end(); });
    remarks.push_back({"csv.thousands", "thousands marks in " + columns_text(thousands) + ": " + (points ? "1.234" : "1,234") + " is read as 1234"});
  }
}

}  // namespace

std::size_t before_totals(const CsvLayout& layout, std::string_view text, std::string& label, bool rows_before) {
  label.clear();
  std::size_t end = text.size();
  const auto filler = [&](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t' || c == layout.separator; };
  while (end > layout.body && filler(text[end - 1])) --end;
  const std::size_t line_end = std::min(text.find('\n', end), text.size());
  const std::size_t before = end > 0 ? text.rfind('\n', end - 1) : std::string_view::npos;
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  if (begin < layout.body || (begin == layout.body && !rows_before) || begin >= line_end || line_end - begin > (1 << 16)) return text.size();
  const char *p = text.data() + begin, *const stop = text.data() + line_end;
  std::string buffer;
  RawCell cell;
  std::size_t cells = 0, labels = 0, numbers = 0;
  for (cell.more = true; cell.more; ++cells) {
    if (!read_cell(p, stop, layout.separator, layout.quotes, buffer, cell)) return text.size();
    double value = 0;
    if (is_totals_word(cell.text)) {
      if (++labels == 1) label = std::string(cell.text);
    } else if (const CellForm form = read_number(trimmed(cell.text), CellStyle::point, layout.missing, value); form == CellForm::none) {
      labels = 99;
    } else {
      numbers += form != CellForm::missing;
    }
  }
  const bool fits_width = cells == layout.columns.size() + (layout.trailing ? 1 : 0);
  if (labels != 1 || numbers == 0 || !fits_width) {
    label.clear();
    return text.size();
  }
  return begin;
}

bool totals_word_occurs(const CsvBody& body, const std::string& label) {
  for (const CsvBody::Part& part : body.parts)
    if (std::find(part.column.words.begin(), part.column.words.end(), label) != part.column.words.end()) return true;
  return false;
}

bool choose_again(const CsvLayout& layout, const CsvBody& body, const TableOptions& options, std::vector<CellStyle>& styles) {
  bool any = false, commas = layout.separator == ';';
  for (std::size_t c = 0; c < styles.size(); ++c)
    commas = commas || (styles[c] != CellStyle::skip && styles[c] != CellStyle::text && style_for(body.parts[c].counts, false) == CellStyle::comma);
  for (std::size_t c = 0; c < styles.size(); ++c) {
    const CellStyle before = styles[c];
    styles[c] = CellStyle::skip;
    if (before == CellStyle::skip || before == CellStyle::text) continue;
    CellStyle now = style_for(body.parts[c].counts, commas);
    if (options.decimal) now = body.parts[c].odd_count > 0 ? CellStyle::text : before;
    if (now == CellStyle::text && std::find(options.numbers.begin(), options.numbers.end(), layout.columns[c]) != options.numbers.end()) {
      if (!body.parts[c].odd.empty()) fail_word(layout, c, body.parts[c].odd.front(), {0, layout.first_line}, "a number");
      continue;
    }
    if (now == before || (body.parts[c].odd_count == 0 && now == CellStyle::point)) continue;
    styles[c] = now;
    any = true;
  }
  return any;
}

void fail_word(const CsvLayout& layout, std::size_t column, const OddCell& odd, CsvPlace place, const std::string& expected) {
  fail(ErrorKind::corrupt, layout.name + ": " + CsvLayout::row_text(place.row + odd.row, place.line + odd.line) + ", column " + quoted(layout.columns[column]) + ": expected " + expected +
                               ", got " + quoted(odd.cell));
}

void remark_on_words(const Column& column, const MissingWords& missing, const std::string& prefix, std::vector<Remark>& remarks, char decimal) {
  std::vector<char> forms(column.words.size());
  bool any_number = false;
  for (std::size_t w = 0; w < column.words.size(); ++w) {
    double value = 0;
    const CellForm form = read_number(trimmed(column.words[w]), CellStyle::point, missing, value);
    forms[w] = static_cast<char>(form);
    any_number = any_number || (form != CellForm::none && form != CellForm::missing);
  }
  if (!any_number) return;
  const auto is_none = [](char form) { return static_cast<CellForm>(form) == CellForm::none; };
  const auto is_comma = [](char form) { return static_cast<CellForm>(form) == CellForm::comma || static_cast<CellForm>(form) == CellForm::eu_group; };
  const auto is_point = [](char form) { return static_cast<CellForm>(form) == CellForm::point || static_cast<CellForm>(form) == CellForm::us_group; };
  std::int64_t none = 0, commas = 0, points = 0;
  const std::vector<OddCell> odd = cells_with(column, forms, is_none, none);
  const std::int64_t filled = static_cast<std::int64_t>(column.codes.size()) - column.missing();
  if (none > 0) {
    if (none * 10 > filled || filled < 5) return;
    remarks.push_back({prefix + ".mixed-column", "column " + quoted(column.name) + " holds words, since " + with_thousands(none) + " of " + with_thousands(filled) +
                                                     " cells are no numbers: " + some_cells(odd, none)});
    return;
  }
  const std::vector<OddCell> with_comma = cells_with(column, forms, is_comma, commas), with_point = cells_with(column, forms, is_point, points);
  if (commas == 0 || points == 0) return;
  if (decimal != 0)
    fail(ErrorKind::corrupt, "column " + quoted(column.name) + ": numbers with a decimal " + (decimal == ',' ? "comma" : "point") + " are expected, as asked for, and some have a " + (decimal == ',' ? "point: " : "comma: ") +
                                 (decimal == ',' ? some_cells(with_point, points) : some_cells(with_comma, commas)) + "; write them in one way");
  remarks.push_back({prefix + ".mixed-decimals", "column " + quoted(column.name) + " holds words, since some cells have a decimal comma and some a decimal point: " +
                                                     some_cells(with_comma, commas) + " beside " + some_cells(with_point, points) + "; write them in one way, or nothing can be learned from them as numbers"});
}

void keep_rows(Table& table, std::int64_t count) {
  for (Column& column : table.columns) {
    if (column.kind == Column::Kind::number) column.numbers.resize(static_cast<std::size_t>(std::min(count, column.rows())));
    else column.codes.resize(static_cast<std::size_t>(std::min(count, column.rows())));
  }
}

Table finish_table(const CsvLayout& layout, CsvBody& body, const TableOptions& options, std::vector<Remark> remarks, bool last) {
  Table table;
  table.source = layout.name;
  remarks.insert(remarks.end(), layout.remarks.begin(), layout.remarks.end());
  if (layout.comments + body.comments > 0) remarks.push_back({"csv.comments", with_thousands(layout.comments + body.comments) + " comment line(s) were passed over"});
  remark_on_marks(layout, body, remarks);
  std::vector<std::string> decoded;
  for (std::size_t c = 0; c < layout.columns.size(); ++c) {
    if (layout.styles[c] == CellStyle::skip) continue;
    CsvBody::Part& part = body.parts[c];
    part.column.name = layout.columns[c];
    if (part.decoded > 0) decoded.push_back(part.column.name);
    if (part.infinite_count > 0)
      remarks.push_back({"csv.infinite", "column " + quoted(part.column.name) + " has " + with_thousands(part.infinite_count) + " cell(s) that are infinite or no number: " + some_cells(part.infinite, part.infinite_count)});
    const std::int64_t filled = part.column.rows() - part.column.missing();
    if (part.column.kind == Column::Kind::text) {
      // Blanks around every cell are a habit of the file; around some of them they made two words of one.
      if (part.odd_count > 0 && part.odd_count * 2 < filled)
        remarks.push_back({"csv.outer-blanks", "column " + quoted(part.column.name) + ": " + with_thousands(part.odd_count) +
                                                   " cell(s) have blanks around them, which were left out: " + some_cells(part.odd, part.odd_count)});
      if (std::find(options.text.begin(), options.text.end(), part.column.name) == options.text.end()) {
        try {
          remark_on_words(part.column, layout.missing, "csv", remarks, options.decimal);
        } catch (const Error& e) {
          fail(e.kind(), layout.name + ": " + e.message());
        }
      }
    }
    table.columns.push_back(std::move(part.column));
  }
  if (!decoded.empty())
    remarks.push_back({"csv.encoding", "words in " + columns_text(decoded) + " are not UTF-8; they were read as Windows-1252 (Latin-1)"});

  const std::int64_t rows = last ? rows_without_trailing_holes(table) : table.rows();
  if (rows < table.rows() && rows > 0) {
    remarks.push_back({"csv.empty-rows", with_thousands(table.rows() - rows) + " row(s) at the end without any value were left out"});
    keep_rows(table, rows);
  }
  if (last && !options.totals_row && is_row_of_sums(table)) {
    remarks.push_back({"csv.totals-row", "the last row (row " + with_thousands(table.rows()) + ") holds the sums of the rows above and was left out"});
    keep_rows(table, table.rows() - 1);
  }
  if (options.rows > 0 && options.rows < table.rows()) keep_rows(table, options.rows);
  keep_columns(table, options.columns);
  table.remarks = std::move(remarks);
  return table;
}

}  // namespace candor::data::detail
