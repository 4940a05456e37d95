#include "candor/nn/layers/preprocessing/tokenize.h"

#include <algorithm>
#include <cstdint>

#include "candor/base/utf8.h"

namespace candor::detail {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_punctuation(char c) { return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~'); }

// Bytes that the first byte of a character promises.
std::size_t promised(unsigned char c) { return c < 0x80 ? 1 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2; }

}  // namespace

std::string lower_ascii(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string strip_punctuation(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), is_punctuation), text.end());
  return text;
}

std::vector<std::string> split_whitespace(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && is_blank(text[i])) ++i;
    const std::size_t start = i;
    while (i < text.size() && !is_blank(text[i])) ++i;
    if (i > start) words.emplace_back(text.substr(start, i - start));
  }
  return words;
}

std::vector<std::string> split_characters(std::string_view text) {
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = promised(static_cast<unsigned char>(text[i]));
    if (i + length <= text.size() && is_utf8(text.substr(i, length))) {
      characters.emplace_back(text.substr(i, length));
      i += length;
    } else {
      characters.emplace_back("\xef\xbf\xbd");
      ++i;
    }
  }
  return characters;
}

std::vector<std::string> ngrams(const std::vector<std::string>& tokens, std::span<const std::int64_t> sizes) {
  std::vector<std::string> runs;
  for (const std::int64_t size : sizes) {
    const auto n = static_cast<std::size_t>(size);
    for (std::size_t i = 0; i + n <= tokens.size(); ++i) {
      std::string run = tokens[i];
      for (std::size_t k = 1; k < n; ++k) run += ' ' + tokens[i + k];
      runs.push_back(std::move(run));
    }
  }
  return runs;
}

}  // namespace candor::detail
