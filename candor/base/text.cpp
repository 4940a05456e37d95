#include "candor/base/text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include "candor/base/utf8.h"

namespace candor {

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split_text(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t at = text.find(separator);
    pieces.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return pieces;
    text.remove_prefix(at + 1);
  }
}

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string with_thousands(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

namespace {

/// The bytes of the letter that begins here when a line may show it: no control character, none that turns the direction of what follows; else 0.
std::size_t shown_letter(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return first >= 0x20 && first < 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const std::string_view letter = text.substr(0, length);
  if (letter.size() < length || !is_utf8(letter) || letter < "\xc2\xa0") return 0;
  const bool marks = (letter >= "\xe2\x80\x8b" && letter <= "\xe2\x80\x8f") || (letter >= "\xe2\x80\xa8" && letter <= "\xe2\x80\xae") ||
                     (letter >= "\xe2\x81\xa0" && letter <= "\xe2\x81\xaf") || letter == "\xef\xbb\xbf";
  return marks ? 0 : length;
}

}  // namespace

std::string quoted(std::string_view text, std::size_t limit) {
  std::string result = "\"";
  std::size_t at = 0;
  while (at < std::min(text.size(), limit)) {
    if (const std::size_t length = shown_letter(text.substr(at)); length > 0) {
      result += text.substr(at, length);
      at += length;
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned char>(text[at++]));
      result += code;
    }
  }
  return result + (text.size() > at ? "...\"" : "\"");
}

std::string name_list(std::span<const std::string> names, std::size_t limit) {
  std::string result;
  for (std::size_t i = 0; i < names.size() && i < limit; ++i) result += (i ? ", " : "") + names[i];
  if (names.size() > limit) result += ", ... (" + std::to_string(names.size()) + " in all)";
  return result;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) now[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, now);
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
  }
  return now[b.size()];
}

std::optional<std::string> closest_name(std::string_view word, std::span<const std::string> names) {
  if (word.empty() || word.size() > 200) return std::nullopt;
  const std::string wanted = lower_case(word);
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string& name : names) {
    if (name.size() > 200) continue;
    const std::string candidate = lower_case(name);
    const bool begins = wanted.size() >= 3 && (candidate.starts_with(wanted) || wanted.starts_with(candidate));
    const std::size_t distance = begins && !candidate.empty() ? 1 : edit_distance(wanted, candidate);
    if (distance >= wanted.size()) continue;  // another letter is no likely name for a letter
    if (distance < best_distance) best = &name, best_distance = distance;
  }
  return best ? std::optional(*best) : std::nullopt;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> names) {
  const auto name = closest_name(word, names);
  return name ? "; did you mean \"" + *name + "\"?" : "";
}

}  // namespace candor
