#include "candor/data/table/csv_block.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <new>

#include "candor/base/text.h"
#include "candor/data/table/csv_cell.h"

namespace candor::data::detail {
namespace {

constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

/// The usual number, digits with a point: moves `p` behind it. At most 2^53 and 22 decimals are divided exactly (Clinger 1990); everything
/// longer goes to from_chars. False, and `p` stays, for what needs a closer look.
bool quick_number(const char*& p, const char* end, double& value, CellForm& form) {
  const char* q = p;
  const bool negative = q < end && *q == '-';
  if (negative) ++q;
  const char* const digits = q;
  std::uint64_t mantissa = 0;
  while (q < end && is_digit(*q)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*q++ - '0');
  const std::ptrdiff_t whole = q - digits;
  std::ptrdiff_t decimals = 0;
  form = CellForm::plain;
  if (q < end && *q == '.') {
    const char* const first = ++q;
    while (q < end && is_digit(*q)) mantissa = mantissa * 10 + static_cast<std::uint64_t>(*q++ - '0');
    decimals = q - first;
    form = decimals == 3 && whole >= 1 && whole <= 3 && *digits != '0' ? CellForm::point3 : CellForm::point;
  }
  if (whole + decimals == 0) return false;
  if (whole + decimals <= 19 && mantissa <= (std::uint64_t{1} << 53) && (q == end || (*q | 0x20) != 'e')) {
    value = static_cast<double>(mantissa) / powers[decimals];
    if (negative) value = -value;
    p = q;
    return true;
  }
  const auto [stop, error] = std::from_chars(p, end, value);
  if (error != std::errc()) return false;
  if (std::find_if(q, stop, [](char c) { return (c | 0x20) == 'e'; }) != stop && form != CellForm::plain) form = CellForm::point;
  p = stop;
  return true;
}

class BlockReader {
 public:
  BlockReader(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, CsvBlock& block)
      : layout_(layout), styles_(styles), end_(text.data() + text.size()), block_(block) {}

  void read(const char* p, const char* soft_end, bool partial) {
    const auto expected = static_cast<std::size_t>(static_cast<double>(soft_end - p) / std::max(1.0, layout_.row_bytes) * 1.05) + 16;
    for (std::size_t c = 0; c < styles_.size(); ++c) {
      if (styles_[c] == CellStyle::text) block_.parts[c].codes.reserve(expected);
      else if (styles_[c] != CellStyle::skip) block_.parts[c].numbers.reserve(expected);
    }
    while (p < soft_end) {
      const char first = *p;
      if (first == '\n' || first == '\r' || first == ' ' || first == '\t' || first == layout_.comment) {
        bool comment = false;
        if (pass_empty_line(layout_, p, end_, comment)) {
          ++block_.lines;
          block_.comments += comment;
          continue;
        }
      }
      const char* const row = p;
      lines_ = block_.lines;
      const bool whole = read_row(p);
      if (partial && (!whole || p == end_)) return leave(row);
      if (!whole) return;
      if (p < end_) ++p;
      ++block_.rows;
    }
    position_ = p;
  }
  const char* position() const { return position_; }

 private:
  /// Reads a row and leaves `p` at its line end.
  bool read_row(const char*& p) {
    std::int64_t lines = 1;
    bool more = true, tail = false;
    std::size_t c = 0;
    for (; more; ++c) {
      if (c >= styles_.size()) {
        if (!read_cell(p, end_, layout_.separator, layout_.quotes, buffer_, cell_)) return fault(open_quote);
        // A separator at the end of the row, where that is a habit of the file; blanks and tabs at the end, where blanks part the cells.
        tail = c == styles_.size() && cell_.text.empty() && !cell_.more && (layout_.trailing || layout_.separator == ' ');
        more = cell_.more;
        continue;
      }
      const CellStyle style = styles_[c];
      CsvBlock::Part& part = block_.parts[c];
      if (style == CellStyle::point && quick_cell(p, part, more)) continue;
      if (!read_cell(p, end_, layout_.separator, layout_.quotes, buffer_, cell_)) return fault(open_quote);
      more = cell_.more;
      lines += cell_.lines;
      if (style == CellStyle::text) add_word(part);
      else if (style != CellStyle::skip) add_number(part, style);
    }
    if (c != styles_.size() && !tail) return fault(" has " + std::to_string(c) + " cell(s), expected " + std::to_string(styles_.size()));
    block_.lines += lines;
    return true;
  }

  bool quick_cell(const char*& p, CsvBlock::Part& part, bool& more) {
    const char separator = layout_.separator;
    const char* q = p;
    while (q < end_ && *q == ' ') ++q;
    double value = 0;
    CellForm form = CellForm::plain;
    if (!quick_number(q, end_, value, form)) return false;
    const char* const number_end = q;
    while (q < end_ && *q == ' ') ++q;
    if (q < end_ && *q == separator && separator != ' ') {
      more = true;
      ++q;
    } else if (q == end_ || *q == '\n') {
      more = false;
    } else if (*q == '\r' && (q + 1 == end_ || q[1] == '\n')) {
      more = false;
      ++q;
    } else if (separator == ' ' && q > number_end) {
      more = true;
    } else {
      return false;
    }
    ++part.counts[static_cast<std::size_t>(form)];
    part.numbers.push_back(value);
    p = q;
    return true;
  }

  void add_word(CsvBlock::Part& part) {
    part.codes.push_back(part.words.add(cell_.text, cell_.fleeting));
    if (cell_.padded && !cell_.text.empty()) note_odd(part, " " + std::string(cell_.text.substr(0, 40)));
  }

  void add_number(CsvBlock::Part& part, CellStyle style) {
    double value = 0;
    const std::string_view text = cell_.quoted ? trimmed(cell_.text) : cell_.text;
    const CellForm form = read_number(text, style, layout_.missing, value);
    ++part.counts[static_cast<std::size_t>(form)];
    part.numbers.push_back(value);
    if (!fits(form, style)) note_odd(part, std::string(text.substr(0, 60)));
    if (form == CellForm::infinite && part.infinite.size() < CsvBlock::odd_kept) part.infinite.push_back({block_.rows, block_.lines, std::string(text.substr(0, 60))});
  }

  /// Takes back what was read of the row that begins at `row`.
  void leave(const char* row) {
    const auto rows = static_cast<std::size_t>(block_.rows);
    for (CsvBlock::Part& part : block_.parts) {
      if (part.numbers.size() > rows) part.numbers.resize(rows);
      if (part.codes.size() > rows) part.codes.resize(rows);
      while (!part.infinite.empty() && part.infinite.back().row >= block_.rows) part.infinite.pop_back();
      while (!part.odd.empty() && part.odd.back().row >= block_.rows) part.odd.pop_back(), --part.odd_count;
    }
    block_.fault.clear();
    block_.left = true;
    block_.lines = lines_;
    position_ = row;
  }

  void note_odd(CsvBlock::Part& part, std::string cell) {
    if (++part.odd_count <= static_cast<std::int64_t>(CsvBlock::odd_kept)) part.odd.push_back({block_.rows, block_.lines, std::move(cell)});
  }

  bool fault(std::string what) {
    block_.fault = std::move(what);
    block_.fault_row = block_.rows;
    block_.fault_line = block_.lines;
    return false;
  }

  const CsvLayout& layout_;
  const std::vector<CellStyle>& styles_;
  const char* const end_;
  const char* position_ = nullptr;
  CsvBlock& block_;
  RawCell cell_;
  std::string buffer_;
  std::int64_t lines_ = 0;  ///< before the row that is read
};

}  // namespace

bool pass_empty_line(const CsvLayout& layout, const char*& p, const char* end, bool& comment) {
  const char* q = p;
  while (q < end && (*q == ' ' || *q == '\t' || *q == '\r')) ++q;
  comment = q < end && layout.comment && *q == layout.comment;
  if (!comment && q < end && *q != '\n') return false;
  q = static_cast<const char*>(std::memchr(q, '\n', static_cast<std::size_t>(end - q)));
  p = q ? q + 1 : end;
  return true;
}

void read_block(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, std::size_t begin, std::size_t soft_end, bool partial,
                CsvBlock& block) noexcept {
  try {
    block = {};
    block.begin = begin;
    block.parts.resize(styles.size());
    BlockReader reader(layout, styles, text, block);
    reader.read(text.data() + begin, text.data() + soft_end, partial);
    block.end = block.fault.empty() ? std::max(begin, static_cast<std::size_t>(reader.position() - text.data())) : text.size();
  } catch (const std::bad_alloc&) {
    block.no_memory = true;
    block.end = text.size();
  }
}

}  // namespace candor::data::detail
