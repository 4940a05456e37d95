#include "candor/data/table/text_check.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "candor/base/error.h"

namespace candor::data::detail {

std::string guess_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> known{{
      {"PK\x03\x04", "a zip archive or spreadsheet; export it as CSV"},
      {"\xfd" "7zXZ", "an xz archive; unpack it"},
      {"BZh", "a bzip2 archive; unpack it"},
      {"(\xb5/\xfd", "a zstd archive; unpack it"},
      {"\x89PNG", "a PNG image"},
      {"\xff\xd8\xff", "a JPEG image"},
      {"%PDF", "a PDF document"},
      {"SQLite format 3", "an SQLite database; export the table as CSV"},
      {"PAR1", "a Parquet file; export it as CSV"},
      {"\xd0\xcf\x11\xe0", "an old Excel file; export it as CSV"},
  }};
  for (const auto& [magic, meaning] : known)
    if (text.starts_with(magic)) return " (it looks like " + std::string(meaning) + ")";
  return "";
}

void check_no_binary(std::string_view text, const std::string& name) {
  const void* nul = std::memchr(text.data(), 0, text.size());
  std::size_t at = nul ? static_cast<std::size_t>(static_cast<const char*>(nul) - text.data()) : std::string_view::npos;
  // Other control characters in the first lines are as good a sign, and cost nothing to look for there.
  for (std::size_t i = 0; i < std::min<std::size_t>(text.size(), 4096) && i < at; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') at = i;
  }
  if (at == std::string_view::npos) return;
  char code[8];
  std::snprintf(code, sizeof code, "0x%02x", static_cast<unsigned char>(text[at]));
  fail(ErrorKind::corrupt, name + ": not a text table: byte " + std::to_string(at) + " is " + code + guess_format(text));
}

}  // namespace candor::data::detail
