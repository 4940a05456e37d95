#include "candor/data/table/csv_cell.h"

#include <algorithm>

namespace candor::data::detail {
namespace {

bool blank(char c, char separator) { return c == ' ' || (c == '\t' && separator != '\t'); }

/// Behind a cell: passes over blanks, then over the separator. False when something else is there.
bool pass_separator(const char*& p, const char* end, char separator, bool& more) {
  const char* const start = p;
  while (p < end && (blank(*p, separator) || (*p == '\r' && (p + 1 == end || p[1] == '\n')))) ++p;
  more = false;
  if (p == end || *p == '\n') return true;
  if (separator == ' ') {
    more = p > start;
    return more;
  }
  if (*p != separator) return false;
  ++p;
  more = true;
  return true;
}

bool read_quoted(const char*& p, const char* end, char separator, std::string& buffer, RawCell& cell) {
  const char* const first = p + 1;
  const char* const limit = end - first > longest_cell ? first + longest_cell : end;
  bool doubled = false;
  const char* close = first;
  for (;; close += 2) {
    close = static_cast<const char*>(std::memchr(close, '"', static_cast<std::size_t>(limit - close)));
    if (!close) return false;
    if (close + 1 >= limit || close[1] != '"') break;
    doubled = true;
    if (limit - close < 3) return false;
  }
  cell.text = {first, static_cast<std::size_t>(close - first)};
  cell.quoted = true;
  cell.lines = std::count(first, close, '\n');
  if (doubled) {
    buffer.clear();
    for (std::size_t i = 0; i < cell.text.size(); ++i) {
      buffer += cell.text[i];
      if (cell.text[i] == '"') ++i;
    }
    cell.text = buffer;
    cell.fleeting = true;
  }
  p = close + 1;
  return pass_separator(p, end, separator, cell.more);
}

}  // namespace

bool read_cell(const char*& p, const char* end, char separator, bool quotes, std::string& buffer, RawCell& cell) {
  cell = {};
  const char* const start = p;
  while (p < end && blank(*p, separator)) ++p;
  if (quotes && p < end && *p == '"') return read_quoted(p, end, separator, buffer, cell);
  const char* const first = p;
  const char* stop = find_either(p, end, separator, '\n');
  if (separator == ' ') stop = std::find_if(p, stop, [](char c) { return c == '\t'; });
  p = stop;
  const char* last = stop;
  while (last > first && (blank(last[-1], separator) || last[-1] == '\r')) --last;
  cell.text = {first, static_cast<std::size_t>(last - first)};
  cell.padded = first > start || (last < stop && *last != '\r');
  if (separator == ' ') return pass_separator(p, end, separator, cell.more);
  cell.more = p < end && *p == separator;
  if (cell.more) ++p;
  return true;
}

}  // namespace candor::data::detail
