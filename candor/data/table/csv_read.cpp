#include "candor/data/table/csv_read.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/csv_body.h"
#include "candor/data/table/csv_remarks.h"
#include "candor/data/table/encoding.h"
#include "candor/data/table/text_check.h"

namespace candor::data {
namespace detail {

TextDecoder::TextDecoder(const std::string& encoding, const std::string& name) : name_(name), asked_(lower_case(encoding)) {
  if (asked_.empty()) return;
  if (asked_ == "utf8") asked_ = "utf-8";
  if (asked_ == "utf16") asked_ = "utf-16";
  for (const char* same : {"windows-1252", "cp1252", "latin-1", "latin1", "iso-8859-1"})
    if (asked_ == same) asked_ = "windows-1252";
  if (asked_ != "utf-8" && asked_ != "utf-16" && asked_ != "windows-1252")
    fail(ErrorKind::invalid_argument, name + ": the encoding " + quoted(encoding) + " is unknown; expected utf-8, utf-16, windows-1252 or latin-1");
}

void TextDecoder::begin(std::string_view text, std::size_t& mark) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) fail(ErrorKind::unsupported, name_ + ": the text is UTF-32, which is not read; save it as UTF-8");
  const char wide = asked_.empty() || asked_ == "utf-16" ? looks_like_utf16(text) : '\0';
  form_ = Form::same;
  mark = 0;
  if (wide || asked_ == "utf-16") {
    form_ = wide == 'b' ? Form::utf16_big : Form::utf16_little;
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) mark = 2;
    if (asked_.empty()) remarks_.push_back({"csv.encoding", "the text is UTF-16"});
  } else if (text.starts_with("\xef\xbb\xbf")) {
    mark = 3;
  } else if (asked_ == "windows-1252") {
    form_ = Form::windows_1252;
  }
}

bool TextDecoder::keeps(std::string_view beginning, std::size_t& mark) {
  if (form_ == Form::unknown) begin(beginning, mark);
  return form_ == Form::same;
}

void TextDecoder::append(std::string& text, std::string_view bytes, bool last) {
  const bool first = form_ == Form::unknown;
  if (first) {
    std::size_t mark = 0;
    begin(bytes, mark);
    bytes.remove_prefix(mark);
  }
  const std::size_t before = text.size();
  if (form_ == Form::same) {
    text += bytes;
  } else if (form_ == Form::windows_1252) {
    text += from_windows_1252(bytes);
  } else {
    rest_ += bytes;
    // Half a character, or half a pair of them, waits for the rest.
    std::size_t take = rest_.size() / 2 * 2;
    const bool big = form_ == Form::utf16_big;
    if (!last && take >= 2 && (static_cast<unsigned char>(rest_[take - (big ? 2 : 1)]) & 0xFC) == 0xD8) take -= 2;
    text += from_utf16(std::string_view(rest_).substr(0, take), big);
    rest_.erase(0, take);
  }
  const std::string_view added = std::string_view(text).substr(before);
  if (first && added.find('\n') == std::string_view::npos && added.find('\r') < added.size() - 1) {
    carriage_returns_ = true;
    remarks_.push_back({"csv.line-ends", "the lines end with CR alone, as on Macs of old"});
  }
  if (carriage_returns_) std::replace(text.begin() + static_cast<std::ptrdiff_t>(before), text.end(), '\r', '\n');
}

void check_decoded(std::string_view text, bool whole, const std::string& name) {
  if (text.empty() && whole) fail(ErrorKind::corrupt, name + ": the file is empty, a table is expected");
  check_no_binary(text.substr(0, sample_bytes), name);
}

Remark totals_remark(const std::string& label) { return {"csv.totals-row", "the last row (" + quoted(label, 30) + ") is a row of totals and was left out"}; }

void fail_no_rows(const CsvLayout& layout) { fail(ErrorKind::corrupt, layout.name + ": no rows below the header (" + name_list(layout.columns, 20) + ")"); }

Table read_csv_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  TextDecoder decoder(options.encoding, name);
  std::string holder;
  std::size_t mark = 0;
  const bool one_line = bytes.find('\n') == std::string_view::npos;
  if (decoder.keeps(bytes, mark) && !one_line) {
    bytes.remove_prefix(mark);
  } else {
    decoder = TextDecoder(options.encoding, name);
    decoder.append(holder, bytes, true);
    bytes = holder;
  }
  const std::string_view text = bytes;
  check_decoded(text, true, name);
  CsvLayout layout = find_layout(text.substr(0, sample_bytes), text.size() <= sample_bytes, options, name);

  std::size_t end = text.size();
  std::string total;
  if (!options.totals_row) end = before_totals(layout, text, total);
  const CsvPlace place{0, layout.first_line};
  CsvBody body = read_body(layout, layout.styles, text.substr(0, end), layout.body, end, place);
  if (!total.empty() && totals_word_occurs(body, total)) {
    end = text.size();
    total.clear();
    body = read_body(layout, layout.styles, text, layout.body, end, place);
  }
  // Columns that turned out to be written in another way than their first rows are read once more.
  std::vector<CellStyle> again = layout.styles;
  if (choose_again(layout, body, options, again)) {
    CsvBody second = read_body(layout, again, text.substr(0, end), layout.body, end, place);
    for (std::size_t c = 0; c < again.size(); ++c)
      if (again[c] != CellStyle::skip) {
        const FormCounts counts = body.parts[c].counts;  // words are not counted
        body.parts[c] = std::move(second.parts[c]);
        if (again[c] == CellStyle::text) body.parts[c].counts = counts;
        layout.styles[c] = again[c];
      }
  }
  if (body.rows == 0) fail_no_rows(layout);
  if (!total.empty()) layout.remarks.push_back(totals_remark(total));
  return finish_table(layout, body, options, decoder.remarks());
}

}  // namespace detail

Table parse_table(std::string_view text, const TableOptions& options, const std::string& name) { return detail::read_csv_table(text, options, name); }

}  // namespace candor::data
