#include "candor/candid/plot/markup.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace candor::candid::plot {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The next letter of `text` from `at` on, which moves behind it; 0xFFFD for bytes that are none (RFC 3629).
std::uint32_t next_letter(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4) return 0xFFFD;
  std::uint32_t code = first & (0x3Fu >> more);
  std::size_t i = at;
  for (int k = 0; k < more; ++k, ++i) {
    if (i >= text.size() || (byte(i) & 0xC0) != 0x80) return 0xFFFD;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  const std::uint32_t least = more == 3 ? 0x10000 : more == 2 ? 0x800 : 0x80;
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0xFFFD;
  at = i;
  return code;
}

bool is_unseen(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F || c == 0x2028 || c == 0x2029 ||
         c == 0xFEFF || (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) || c == 0xFFFD;
}

}  // namespace

std::string escaped(std::string_view text, std::size_t limit) {
  std::string out;
  out.reserve(std::min(text.size(), 4 * limit) + 8);
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == limit) return out + "\xE2\x80\xA6";
    const std::size_t start = at;
    const std::uint32_t c = next_letter(text, at);
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else if (c == '\n' || c == '\r' || c == '\t') out += ' ';
    else if (is_unseen(c)) out += replacement;
    else out += text.substr(start, at - start);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t limit) {
  std::size_t at = 0, last = 0;
  for (std::size_t count = 0; at < text.size(); ++count) {
    if (count == limit) return std::string(text.substr(0, last)) + "\xE2\x80\xA6";
    if (count + 1 == limit) last = at;
    (void)next_letter(text, at);
  }
  return std::string(text);
}

std::size_t letters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) (void)next_letter(text, at);
  return count;
}

std::string place(double value) {
  if (!std::isfinite(value)) return "0";
  char text[40];
  std::snprintf(text, sizeof text, "%.2f", std::clamp(value, -1e6, 1e6));
  std::string out = text;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

bool is_base64(std::string_view text) {
  if (text.empty() || text.size() % 4) return false;
  const std::size_t end = text.size() - (text[text.size() - 1] == '=') - (text[text.size() - 1] == '=' && text[text.size() - 2] == '=');
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

}  // namespace candor::candid::plot
