#include "candor/data/table/text_tokens.h"

#include <array>

#include "candor/base/error.h"

namespace candor::data {
namespace {

/// The code point at `at` and its length in bytes; a byte that begins none stands for itself, far above all.
std::uint32_t code_point(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(at);
  length = 1;
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 && first < 0xF5 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
  if (more == 0 || first >= 0xF5 || at + more >= text.size()) return 0x110000 + first;
  std::uint32_t code = first & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0x110000 + first;
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  length = more + 1;
  return code;
}

void append(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    text += static_cast<char>(0xE0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::uint32_t lower(std::uint32_t c) {
  const auto in = [c](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  if (in('A', 'Z') || (in(0xC0, 0xDE) && c != 0xD7) || in(0x391, 0x3A1) || in(0x3A3, 0x3AB) || in(0x410, 0x42F)) return c + 0x20;
  if (in(0x400, 0x40F)) return c + 0x50;
  if ((in(0x100, 0x12E) || in(0x132, 0x136) || in(0x14A, 0x176) || in(0x460, 0x480) || in(0x48A, 0x4BE) || in(0x4D0, 0x52E) || in(0x1E00, 0x1E94) || in(0x1EA0, 0x1EFE)) && c % 2 == 0) return c + 1;
  if ((in(0x139, 0x147) || in(0x179, 0x17D) || in(0x4C1, 0x4CD)) && c % 2 == 1) return c + 1;
  if (c == 0x178) return 0xFF;
  if (c == 0x386) return 0x3AC;
  if (in(0x388, 0x38A)) return c + 0x25;
  if (c == 0x38C) return 0x3CC;
  if (in(0x38E, 0x38F)) return c + 0x3F;
  return c;
}

bool is_blank(std::uint32_t c) {
  return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Letters, digits and _; beyond ASCII everything that is no mark, blank or symbol.
bool is_word(std::uint32_t c) {
  const auto in = [c](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  if (c < 0x80) return in('a', 'z') || in('A', 'Z') || in('0', '9') || c == '_';
  if (c < 0xC0) return c == 0xAA || c == 0xB2 || c == 0xB3 || c == 0xB5 || c == 0xB9 || c == 0xBA || in(0xBC, 0xBE);
  return !(c == 0xD7 || c == 0xF7 || in(0x2C2, 0x2C5) || in(0x300, 0x36F) || c == 0x37E || c == 0x387 || in(0x483, 0x489) || in(0x2000, 0x206F) || in(0x20A0, 0x20F0) || in(0x2190, 0x245F) || in(0x249C, 0x24E9) ||
           in(0x2500, 0x2775) || in(0x2794, 0x2BFF) || in(0x3000, 0x3004) || in(0x3008, 0x3020) || in(0x3030, 0x3030) || c == 0x30FB || in(0xE000, 0xF8FF) || in(0xFE00, 0xFE6F) || in(0xFF01, 0xFF0F) || in(0xFF1A, 0xFF20) ||
           in(0xFF3B, 0xFF40) || in(0xFF5B, 0xFF65) || in(0xFFE0, 0xFFFF) || in(0x1F000, 0x1F0FF) || in(0x1F300, 0x1FBEF) || c >= 0x110000);
}

/// Runs of n pieces joined by `glue`.
void add_runs(const std::vector<std::string>& pieces, const TokenOptions& options, std::string_view glue, std::vector<std::string>& terms) {
  for (int n = options.shortest; n <= options.longest; ++n)
    for (std::size_t at = 0; at + static_cast<std::size_t>(n) <= pieces.size(); ++at) {
      std::string term = pieces[at];
      for (std::size_t i = 1; i < static_cast<std::size_t>(n); ++i) term.append(glue).append(pieces[at + i]);
      terms.push_back(std::move(term));
    }
}

std::vector<std::string> words_of(std::string_view text, int least) {
  std::vector<std::string> words;
  int letters = 0;
  std::size_t start = 0;
  const auto close = [&](std::size_t end) {
    if (letters > 0 && letters >= least) words.emplace_back(text.substr(start, end - start));
    letters = 0;
  };
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    if (is_word(code_point(text, at, length))) {
      if (letters++ == 0) start = at;
    } else {
      close(at);
    }
  }
  close(text.size());
  return words;
}

/// The characters, blanks in a row as one " ".
std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> characters;
  bool blank_before = false;
  std::size_t run = 0;
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const bool blank = is_blank(code_point(text, at, length));
    run = blank && blank_before ? run + 1 : 0;
    if (run > 0) characters.back() = " ";
    else characters.emplace_back(text.substr(at, length));
    blank_before = blank;
  }
  return characters;
}

void add_in_words(const std::vector<std::string>& characters, const TokenOptions& options, std::vector<std::string>& terms) {
  std::vector<std::string> word{" "};
  const auto close = [&] {
    if (word.size() == 1) return;
    word.emplace_back(" ");
    for (int n = options.shortest; n <= options.longest; ++n) {
      const auto size = static_cast<std::size_t>(n);
      std::size_t at = 0;
      for (; at == 0 || at + size <= word.size(); ++at) {
        std::string term;
        for (std::size_t i = at; i < std::min(at + size, word.size()); ++i) term += word[i];
        terms.push_back(std::move(term));
      }
      if (at == 1) break;  // a word shorter than n counts once
    }
    word.resize(1);
  };
  for (const std::string& character : characters) {
    std::size_t length = 0;
    if (is_blank(code_point(character, 0, length))) close();
    else word.push_back(character);
  }
  close();
}

}  // namespace

std::string lower_case_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0, length = 0; at < text.size(); at += length) {
    const std::uint32_t code = code_point(text, at, length), small = lower(code);
    if (small == code) result.append(text.substr(at, length));
    else append(result, small);
  }
  return result;
}

std::vector<std::string> text_terms(std::string_view text, const TokenOptions& options) {
  if (options.shortest < 1 || options.longest < options.shortest || options.longest > 20)
    fail(ErrorKind::invalid_argument, "terms of " + std::to_string(options.shortest) + " to " + std::to_string(options.longest) + " units: from 1 to 20 are possible, the shorter first");
  std::string small;
  if (options.lower_case) text = small = lower_case_utf8(text);
  std::vector<std::string> terms;
  if (options.unit == TextUnit::word) add_runs(words_of(text, options.least_letters), options, " ", terms);
  else if (options.unit == TextUnit::character) add_runs(characters_of(text), options, "", terms);
  else add_in_words(characters_of(text), options, terms);
  return terms;
}

}  // namespace candor::data
