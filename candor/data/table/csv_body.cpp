#include "candor/data/table/csv_body.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/base/utf8.h"
#include "candor/data/table/encoding.h"
#include "candor/data/table/text_check.h"

namespace candor::data::detail {
namespace {

/// Block sizes follow from the size of the text alone, so that the result does not depend on the threads.
std::vector<std::size_t> cut(std::string_view text, std::size_t begin, std::size_t soft_end, std::size_t columns) {
  // Wide tables are cut less often: each block has a list for every column.
  const std::size_t bytes = soft_end - begin, least = (std::size_t{1} << 16) + 64 * columns;
  const std::size_t step = std::max(least, std::min<std::size_t>(bytes / 32, 4 << 20));
  std::vector<std::size_t> starts{begin};
  for (std::size_t at = begin + step; at < soft_end; at += step) {
    // Taken for a row's beginning, which it is not inside quotes: that is checked, and read again, afterwards.
    const auto* line_end = static_cast<const char*>(std::memchr(text.data() + at - 1, '\n', soft_end - at + 1));
    if (!line_end) break;
    const std::size_t next = static_cast<std::size_t>(line_end - text.data()) + 1;
    if (next >= soft_end) break;
    if (next > starts.back()) starts.push_back(next);
  }
  return starts;
}

std::vector<CsvBlock> read_blocks(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, std::size_t begin, std::size_t soft_end, bool partial) {
  const std::vector<std::size_t> starts = cut(text, begin, soft_end, styles.size());
  std::vector<CsvBlock> blocks(starts.size());
  const auto stop = [&](std::size_t i) { return i + 1 < starts.size() ? starts[i + 1] : soft_end; };
  parallel_for(static_cast<std::int64_t>(starts.size()),
               [&](std::int64_t i) { read_block(layout, styles, text, starts[static_cast<std::size_t>(i)], stop(static_cast<std::size_t>(i)), partial, blocks[static_cast<std::size_t>(i)]); });
  // Each block must begin where the one before it ended; one that began inside a quoted cell is read again from where it should have.
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const std::size_t at = blocks[i - 1].end;
    if (!blocks[i - 1].fault.empty() || blocks[i - 1].no_memory || blocks[i - 1].left) {
      blocks.resize(i);
      break;
    }
    if (blocks[i].begin != at) read_block(layout, styles, text, at, std::max(at, stop(i)), partial, blocks[i]);
  }
  return blocks;
}

/// The code of each word of a block in the whole column, and the whole column's words.
struct MergedWords {
  std::vector<std::vector<std::int32_t>> codes;  // by block
  std::vector<std::string> words;
  std::int64_t decoded = 0;
  bool binary = false;
};

MergedWords merge_words(const CsvLayout& layout, const std::vector<CsvBlock>& blocks, std::size_t column) {
  MergedWords result;
  WordIndex all;
  std::vector<std::string_view> views;
  for (const CsvBlock& block : blocks) {
    std::vector<std::int32_t>& codes = result.codes.emplace_back();
    for (const std::string_view word : block.parts[column].words.words()) {
      if (layout.missing.contains(word)) {
        codes.push_back(missing_word);
      } else if (is_utf8(word)) {
        if (word.find('\0') != std::string_view::npos) result.binary = true;
        codes.push_back(all.add(word));
      } else {
        ++result.decoded;
        codes.push_back(all.add(from_windows_1252(word), true));
      }
    }
  }
  result.words.assign(all.words().begin(), all.words().end());
  return result;
}

void add_odd(std::vector<OddCell>& all, const std::vector<OddCell>& more, std::int64_t row, std::int64_t line) {
  for (const OddCell& cell : more)
    if (all.size() < CsvBlock::odd_kept) all.push_back({cell.row + row, cell.line + line, cell.cell});
}

/// One column of all blocks; their memory is given back on the way.
bool join(const CsvLayout& layout, CellStyle style, std::size_t c, std::vector<CsvBlock>& blocks, CsvBody::Part& part, std::int64_t rows) {
  std::int64_t row = 0, line = 0;
  MergedWords merged;
  Column& column = part.column;
  if (style == CellStyle::text) {
    merged = merge_words(layout, blocks, c);
    column.kind = Column::Kind::text;
    column.codes.reserve(static_cast<std::size_t>(rows));
    column.words = std::move(merged.words);
    part.decoded = merged.decoded;
  } else {
    column.numbers.reserve(static_cast<std::size_t>(rows));
  }
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    CsvBlock::Part& from = blocks[b].parts[c];
    if (style == CellStyle::text) {
      for (const std::int32_t code : from.codes) column.codes.push_back(merged.codes[b][static_cast<std::size_t>(code)]);
    } else {
      column.numbers.insert(column.numbers.end(), from.numbers.begin(), from.numbers.end());
    }
    for (std::size_t form = 0; form < from.counts.size(); ++form) part.counts[form] += from.counts[form];
    part.odd_count += from.odd_count;
    add_odd(part.odd, from.odd, row, line);
    add_odd(part.infinite, from.infinite, row, line);
    row += blocks[b].rows;
    line += blocks[b].lines;
    from = {};
  }
  part.infinite_count = part.counts[static_cast<std::size_t>(CellForm::infinite)];
  return !merged.binary;
}

/// What a row with the wrong number of cells may come from.
std::string ragged_hint(const CsvLayout& layout, std::string_view row, bool last) {
  for (const char other : {';', '\t', ',', '|'})
    if (other != layout.separator && layout.columns.size() > 1 && static_cast<std::size_t>(std::count(row.begin(), row.end(), other)) + 1 == layout.columns.size())
      return "; parted by " + (other == '\t' ? std::string("tabs") : quoted(std::string_view(&other, 1))) + " it would have " + std::to_string(layout.columns.size()) +
             ": the table mixes separators";
  return last ? "; it is the last line: was the file cut off?" : "";
}

[[noreturn]] void fail_block(const CsvLayout& layout, std::string_view text, const CsvBlock& block, std::int64_t row, std::int64_t line) {
  row += block.fault_row, line += block.fault_line;
  std::string message = layout.name + ": " + CsvLayout::row_text(row, line) + block.fault;
  if (block.fault.find("expected") != std::string::npos) {
    message += layout.header ? " as in the header" : " as in the first row";
    // The faulty row is looked up by its line: it holds no line ends of its own, or the hint does not matter.
    std::size_t at = block.begin;
    for (std::int64_t i = 0; i < block.fault_line && at < text.size(); ++i) {
      const std::size_t end = text.find('\n', at);
      at = end == std::string_view::npos ? text.size() : end + 1;
    }
    const std::size_t end = std::min(text.find('\n', at), text.size());
    message += ragged_hint(layout, text.substr(at, end - at), trimmed(text.substr(end)).empty());
  }
  fail(ErrorKind::corrupt, message);
}

}  // namespace

CsvBody read_body(const CsvLayout& layout, const std::vector<CellStyle>& styles, std::string_view text, std::size_t begin, std::size_t soft_end, CsvPlace place,
                  bool partial) {
  CsvBody body;
  body.parts.resize(styles.size());
  if (begin >= soft_end) {
    body.end = begin;
    for (std::size_t c = 0; c < styles.size(); ++c)
      if (styles[c] == CellStyle::text) body.parts[c].column.kind = Column::Kind::text;
    return body;
  }
  std::vector<CsvBlock> blocks = read_blocks(layout, styles, text, begin, soft_end, partial);
  for (const CsvBlock& block : blocks) {
    if (block.no_memory) fail(ErrorKind::memory, layout.name + ": not enough memory for the table; read fewer columns or rows");
    if (!block.fault.empty()) fail_block(layout, text, block, place.row + body.rows, place.line + body.lines);
    body.rows += block.rows, body.lines += block.lines, body.comments += block.comments;
  }
  body.end = blocks.back().end;
  std::atomic<int> fault{0};  // exceptions must not leave the parallel part
  parallel_for(static_cast<std::int64_t>(styles.size()), [&](std::int64_t i) {
    const auto c = static_cast<std::size_t>(i);
    if (styles[c] == CellStyle::skip) return;
    try {
      if (!join(layout, styles[c], c, blocks, body.parts[c], body.rows)) fault = 2;
    } catch (const std::bad_alloc&) {
      fault = 1;
    }
  });
  if (fault == 1) fail(ErrorKind::memory, layout.name + ": not enough memory for the table; read fewer columns or rows");
  if (fault == 2) {
    check_no_binary(text, layout.name);
    fail(ErrorKind::corrupt, layout.name + ": not a text table: there are NUL bytes in it");
  }
  return body;
}

}  // namespace candor::data::detail
