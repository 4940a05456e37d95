#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/csv_body.h"
#include "candor/data/table/csv_layout.h"
#include "candor/data/table/csv_remarks.h"
#include "candor/data/table/encoding.h"
#include "candor/data/table/read_table.h"
#include "candor/data/table/text_check.h"

namespace candor::data {
namespace detail {

constexpr std::size_t sample_bytes = std::size_t{1} << 20;

/// The text as UTF-8 (or a code page that agrees with it below 0x80) with line ends that hold LF. `holder` keeps what had to be changed.
std::string_view as_lines(std::string_view text, const TableOptions& options, const std::string& name, std::string& holder, std::vector<Remark>& remarks) {
  const std::string encoding = lower_case(options.encoding);
  if (!encoding.empty() && encoding != "utf-8" && encoding != "utf8" && encoding != "windows-1252" && encoding != "cp1252" && encoding != "latin-1" &&
      encoding != "latin1" && encoding != "iso-8859-1" && encoding != "utf-16")
    fail(ErrorKind::invalid_argument, name + ": the encoding " + quoted(options.encoding) + " is unknown; expected utf-8, utf-16, windows-1252 or latin-1");
  if (text.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, a table is expected");
  const char wide = encoding.empty() || encoding == "utf-16" ? looks_like_utf16(text) : '\0';
  if (wide || encoding == "utf-16") {
    const bool mark = text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
    holder = from_utf16(text.substr(mark ? 2 : 0), wide == 'b');
    text = holder;
    if (encoding.empty()) remarks.push_back({"csv.encoding", "the text is UTF-16"});
  } else if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  } else if (encoding.starts_with("windows") || encoding.starts_with("cp") || encoding.starts_with("latin") || encoding.starts_with("iso")) {
    holder = from_windows_1252(text);
    text = holder;
  }
  if (text.empty()) fail(ErrorKind::corrupt, name + ": the file is empty, a table is expected");
  check_no_binary(text.substr(0, std::min(text.size(), sample_bytes)), name);
  if (text.find('\n') == std::string_view::npos && text.find('\r') < text.size() - 1) {
    holder = std::string(text);
    std::replace(holder.begin(), holder.end(), '\r', '\n');
    text = holder;
    remarks.push_back({"csv.line-ends", "the lines end with CR alone, as on Macs of old"});
  }
  return text;
}

Table read_csv_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  std::string holder;
  std::vector<Remark> remarks;
  const std::string_view text = as_lines(bytes, options, name, holder, remarks);
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
  if (body.rows == 0) fail(ErrorKind::corrupt, name + ": no rows below the header (" + name_list(layout.columns) + ")");
  if (!total.empty()) layout.remarks.push_back({"csv.totals-row", "the last row (" + quoted(total, 30) + ") is a row of totals and was left out"});
  return finish_table(layout, body, options, std::move(remarks));
}

}  // namespace detail

Table parse_table(std::string_view text, const TableOptions& options, const std::string& name) { return detail::read_csv_table(text, options, name); }

}  // namespace candor::data
