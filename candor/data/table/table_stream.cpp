#include "candor/data/table/table_stream.h"

#include <algorithm>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/locate.h"
#include "candor/data/table/csv_body.h"
#include "candor/data/table/csv_cell.h"
#include "candor/data/table/csv_read.h"
#include "candor/data/table/csv_remarks.h"
#include "candor/data/table/encoding.h"
#include "candor/data/table/packed_file.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"

namespace candor::data {

using namespace detail;

struct TableStream::State {
  TableOptions options;
  std::string given;
  std::size_t piece_bytes = usual_piece;
  std::vector<std::string> names;
  std::vector<Remark> remarks;
  std::int64_t rows = 0;
  bool done = false;

  // A text table.
  std::unique_ptr<ByteReader> source;
  TextDecoder decoder;
  std::string text;          ///< read and not yet handed out
  bool ended = false;        ///< the source gave all of its bytes
  bool paused = false;       ///< it has no more for now, and rows that are there can be handed out
  bool half_row = false;     ///< what is there is no whole row: more must be waited for
  CsvLayout layout;
  CsvPlace place;

  // A database, JSON or NumPy: the row that comes is known to the builder of its piece alone.
  std::unique_ptr<RowSource> source_rows;

  // Everything else (a packed .npy): the whole table.
  std::optional<Table> whole;

  void note(const std::vector<Remark>& more) {
    for (const Remark& remark : more) {
      const auto same = [&](const Remark& r) { return r.id == remark.id && r.message.substr(0, 40) == remark.message.substr(0, 40); };
      if (std::none_of(remarks.begin(), remarks.end(), same)) remarks.push_back(remark);
    }
  }

  /// Whether so many lines end behind this place of the text.
  bool has_lines(std::size_t from, int lines) const {
    for (; lines > 0 && from != std::string::npos; --lines)
      if (from = text.find('\n', from); from != std::string::npos) ++from;
    return from != std::string::npos;
  }

  /// Reads until `text` holds so many bytes, the source ends, or it makes a pause with `lines` lines behind `from`: somebody may be waiting for answers.
  void fill(std::size_t wanted, std::size_t from, int lines) {
    std::string raw;
    for (paused = false; !ended && text.size() < wanted;) {
      if (!half_row && has_lines(from, lines) && source->pauses()) {
        paused = true;
        return;
      }
      half_row = false;
      raw.resize(std::max<std::size_t>(wanted - text.size(), 1 << 16));
      const std::size_t got = source->read_some(raw.data(), raw.size());
      ended = got == 0;
      decoder.append(text, std::string_view(raw).substr(0, got), ended);
    }
  }

  void begin(const std::string& name) {
    fill(std::max<std::size_t>(piece_bytes, 1 << 20), 0, 2);
    check_decoded(text, ended, name);
    note(decoder.remarks());
    arrange(name);
  }

  /// Finds out what the columns are; the text read so far stays.
  void arrange(const std::string& name) {
    names.clear();
    layout = find_layout(std::string_view(text).substr(0, sample_bytes), ended && text.size() <= sample_bytes, options, name);
    place = {0, layout.first_line};
    CsvBody first = read_body(layout, layout.styles, text, layout.body, text.size(), place, true);
    std::vector<CellStyle> again = layout.styles;
    if (choose_again(layout, first, options, again))
      for (std::size_t c = 0; c < again.size(); ++c)
        if (again[c] != CellStyle::skip) layout.styles[c] = again[c];
    for (std::size_t c = 0; c < layout.columns.size(); ++c)
      if (layout.styles[c] != CellStyle::skip) names.push_back(layout.columns[c]);
    if (!options.columns.empty()) names = options.columns;
  }

  /// The rows of the first `bytes` of the text; `last`: nothing follows them.
  CsvBody read(std::size_t bytes, bool last) {
    const std::string_view piece = std::string_view(text).substr(0, bytes);
    if (!last) return read_body(layout, layout.styles, piece, layout.body, bytes, place, true);
    std::string total;
    const std::size_t end = options.totals_row ? bytes : before_totals(layout, piece, total, place.row > 0);
    CsvBody body = read_body(layout, layout.styles, piece.substr(0, end), layout.body, end, place);
    if (total.empty()) return body;
    if (totals_word_occurs(body, total)) return read_body(layout, layout.styles, piece, layout.body, bytes, place);
    note({totals_remark(total)});
    return body;
  }

  std::optional<Table> next_text() {
    for (std::size_t wanted = piece_bytes; !done; wanted *= 2) {
      fill(layout.body + wanted, layout.body, 1);
      const std::size_t bytes = std::min(text.size(), layout.body + wanted);
      const bool last = ended && bytes == text.size();
      CsvBody body = read(bytes, last);
      if (body.rows == 0 && !last) {
        if (body.end > layout.body) {  // blank lines and comments
          pass(body);
          wanted = piece_bytes / 2;
        } else if (paused) {
          half_row = true;
          wanted /= 2;
        } else if (wanted > static_cast<std::size_t>(2 * longest_cell)) {
          // A row without end, or a quote that is never closed: read as if nothing followed, which says what is wrong.
          read_body(layout, layout.styles, text, layout.body, text.size(), place);
          fail(ErrorKind::corrupt, layout.name + ": line " + std::to_string(place.line) + ": a row of more than " + with_thousands(static_cast<std::int64_t>(wanted)) + " bytes");
        }
        continue;
      }
      done = last;
      if (body.rows == 0) {
        if (rows == 0) fail_no_rows(layout);
        return std::nullopt;
      }
      check_kinds(body);
      TableOptions piece_options = options;
      piece_options.rows = options.rows > 0 ? options.rows - rows : 0;
      CsvBody counts;
      counts.rows = body.rows, counts.lines = body.lines, counts.end = body.end;
      Table table = finish_table(layout, body, piece_options, {}, done);
      note(table.remarks);
      table.remarks.clear();
      pass(counts);
      rows += table.rows();
      if (options.rows > 0 && rows >= options.rows) done = true;
      if (table.rows() == 0) return std::nullopt;
      return table;
    }
    return std::nullopt;
  }

  /// Goes on behind what was read.
  void pass(const CsvBody& body) {
    place.row += body.rows, place.line += body.lines;
    text.erase(0, body.end);
    layout.body = 0;
    layout.comments = 0;
    layout.remarks.clear();
  }

  void check_kinds(const CsvBody& body) const {
    for (std::size_t c = 0; c < layout.columns.size(); ++c) {
      if (layout.styles[c] == CellStyle::skip || layout.styles[c] == CellStyle::text || body.parts[c].odd_count == 0) continue;
      fail_word(layout, c, body.parts[c].odd.front(), place, "a number as in the rows before");
    }
  }

  std::optional<Table> next_of_rows() {
    if (done) return std::nullopt;
    TableOptions piece_options = options;
    piece_options.rows = options.rows > 0 ? options.rows - rows : 0;
    TableBuilder builder(source_rows->source(), piece_options, rows);
    for (const std::string& name : source_rows->names()) builder.add_column(name);
    std::size_t bytes = 0;
    while (!done && bytes < piece_bytes) {
      const std::size_t row = source_rows->next(builder);
      bytes += row;
      done = row == 0 || builder.full();
    }
    if (builder.rows() == 0) {
      if (rows == 0) detail::fail_no_rows(*source_rows);
      return std::nullopt;
    }
    Table table = builder.finish(source_rows->kind());
    rows += table.rows();
    note(table.remarks);
    table.remarks.clear();
    keep_kinds(table);
    return table;
  }

  /// What a column is in the first piece that holds something of it, it is in all that follow.
  void keep_kinds(const Table& table) {
    for (const Column& column : table.columns) {
      const auto said = [&](const std::vector<std::string>& all) { return std::find(all.begin(), all.end(), column.name) != all.end(); };
      if (said(options.text) || said(options.numbers) || column.missing() == table.rows()) continue;
      (column.kind == Column::Kind::number ? options.numbers : options.text).push_back(column.name);
    }
  }

  void expect(const std::vector<std::string>& numbers, const std::vector<std::string>& text_columns) {
    if (rows > 0) fail(ErrorKind::invalid_argument, "TableStream: what the columns hold must be said before rows are taken; " + with_thousands(rows) + " were");
    const auto add = [&](std::vector<std::string>& to, const std::vector<std::string>& from) {
      for (const std::string& name : from)
        if (std::find(names.begin(), names.end(), name) != names.end() && std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
    };
    add(options.numbers, numbers);
    add(options.text, text_columns);
    if (source) arrange(layout.name);
    if (!whole) return;
    const auto other = [&](const std::vector<std::string>& all, Column::Kind kind) {
      return std::any_of(all.begin(), all.end(), [&](const std::string& name) { const Column* column = whole->find(name); return column && column->kind != kind; });
    };
    if (other(options.numbers, Column::Kind::number) || other(options.text, Column::Kind::text)) whole = read_table(given, options);
  }

  std::optional<Table> next_of_whole() {
    const std::int64_t width = std::max<std::int64_t>(1, static_cast<std::int64_t>(whole->columns.size())), all = whole->rows();
    const std::int64_t count = std::min(all - rows, std::max<std::int64_t>(1, static_cast<std::int64_t>(piece_bytes) / (8 * width)));
    if (count == 0) return std::nullopt;
    std::vector<std::int64_t> wanted(static_cast<std::size_t>(count));
    std::iota(wanted.begin(), wanted.end(), rows);
    rows += count;
    Table piece = whole->take(wanted);
    piece.remarks.clear();
    return piece;
  }
};

TableStream::TableStream(const std::string& name, const TableOptions& options, std::size_t piece_bytes) : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->given = name;
  state_->piece_bytes = std::clamp<std::size_t>(piece_bytes, 1 << 12, std::size_t{1} << 30);
  if (options.rows < 0) fail(ErrorKind::invalid_argument, name + ": rows is " + std::to_string(options.rows) + ", 0 (all) or more is expected");
  if (name == "-" || is_text_table(name)) {
    const std::string path = name == "-" ? name : locate(name).value_or(name);
    state_->source = open_bytes(path);
    state_->decoder = TextDecoder(options.encoding, path);
    state_->begin(name == "-" ? "standard input" : path);
    return;
  }
  state_->source_rows = open_rows(name, options, true);
  if (state_->source_rows) {
    TableBuilder columns(state_->source_rows->source(), options);
    for (const std::string& column : state_->source_rows->names()) columns.add_column(column);
    state_->names = options.columns;
    for (std::size_t c = 0; options.columns.empty() && c < columns.columns(); ++c) state_->names.push_back(columns.name(c).empty() ? "column_" + std::to_string(c + 1) : columns.name(c));
    return;
  }
  state_->whole = read_table(name, options);
  state_->names = state_->whole->names();
  state_->remarks = state_->whole->remarks;
}
TableStream::~TableStream() = default;
TableStream::TableStream(TableStream&&) noexcept = default;
TableStream& TableStream::operator=(TableStream&&) noexcept = default;

std::optional<Table> TableStream::next() {
  if (state_->source_rows) return state_->next_of_rows();
  return state_->whole ? state_->next_of_whole() : state_->next_text();
}
void TableStream::expect(const std::vector<std::string>& numbers, const std::vector<std::string>& text) { state_->expect(numbers, text); }
const std::vector<std::string>& TableStream::names() const { return state_->names; }
const std::vector<Remark>& TableStream::remarks() const { return state_->remarks; }
std::int64_t TableStream::rows() const { return state_->rows; }

}  // namespace candor::data
