#include "candor/candid/metrics/edit_distance.h"

#include <algorithm>
#include <limits>

namespace candor::candid {
namespace {

double rate_of(std::int64_t edits, std::size_t length) {
  if (length == 0) return edits == 0 ? 0 : std::numeric_limits<double>::infinity();
  return static_cast<double>(edits) / static_cast<double>(length);
}

std::int64_t distance_between(const std::vector<std::string>& a, const std::vector<std::string>& b, bool swaps) {
  std::vector<std::int64_t> before, last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<std::int64_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = static_cast<std::int64_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (swaps && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    before = last;
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::vector<std::string> characters_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto head = static_cast<unsigned char>(text[at]);
    std::size_t size = head < 0x80 ? 1 : head >= 0xf0 && head < 0xf8 ? 4 : head >= 0xe0 && head < 0xf0 ? 3 : head >= 0xc2 && head < 0xe0 ? 2 : 1;
    if (at + size > text.size()) size = 1;
    for (std::size_t k = 1; k < size; ++k)
      if ((static_cast<unsigned char>(text[at + k]) & 0xc0) != 0x80) size = 1;
    out.emplace_back(text.substr(at, size));
    at += size;
  }
  return out;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : text) {
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (!blank) word += c;
    if (blank && !word.empty()) out.push_back(std::move(word)), word.clear();
  }
  if (!word.empty()) out.push_back(word);
  return out;
}

std::int64_t edit_distance(const std::vector<std::string>& a, const std::vector<std::string>& b) { return distance_between(a, b, false); }
std::int64_t edit_distance(std::string_view a, std::string_view b) { return distance_between(characters_of(a), characters_of(b), false); }
std::int64_t edit_distance_with_swaps(std::string_view a, std::string_view b) { return distance_between(characters_of(a), characters_of(b), true); }

double word_error_rate(std::string_view reference, std::string_view hypothesis) {
  const std::vector<std::string> words = words_of(reference);
  return rate_of(edit_distance(words, words_of(hypothesis)), words.size());
}
double character_error_rate(std::string_view reference, std::string_view hypothesis) { return rate_of(edit_distance(reference, hypothesis), characters_of(reference).size()); }

}  // namespace candor::candid
