// Cuts cells out of the text of a table.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace candor::data::detail {

/// A cell as it stands in the text.
struct RawCell {
  std::string_view text;   ///< without quotes and, unless it was quoted, without outer blanks
  bool quoted = false;
  bool fleeting = false;   ///< the text lies in a buffer, since it had doubled quotes
  bool padded = false;     ///< there were blanks around it
  bool more = false;       ///< a separator followed
  std::int64_t lines = 0;  ///< line ends within it
};

/// Said of a row that read_cell refuses.
inline constexpr const char* open_quote = " has a quote (\") that is not closed, or that text follows; where quotes are part of the text, say --no-quotes (TableOptions::quotes)";

/// Longer quoted cells are taken for a quote that was forgotten.
inline constexpr std::ptrdiff_t longest_cell = 16 << 20;

/// The first place in [p, end) with one of the two, or end.
inline const char* find_either(const char* p, const char* end, char a, char b) {
  constexpr std::uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
  const std::uint64_t as = ones * static_cast<unsigned char>(a), bs = ones * static_cast<unsigned char>(b);
  for (; end - p >= 8; p += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    const std::uint64_t x = word ^ as, y = word ^ bs;
    const std::uint64_t hit = (((x - ones) & ~x) | ((y - ones) & ~y)) & tops;
    if (hit) break;
  }
  while (p < end && *p != a && *p != b) ++p;
  return p;
}

/// Takes the cell that starts at `p` and moves `p` to the start of the next one or, when `more` is false, to the line end (or `end`).
/// `separator` ' ' stands for any number of blanks; without `quotes` a quote is a character like others. False for a quote that is not closed
/// or that text follows.
bool read_cell(const char*& p, const char* end, char separator, bool quotes, std::string& buffer, RawCell& cell);

}  // namespace candor::data::detail
