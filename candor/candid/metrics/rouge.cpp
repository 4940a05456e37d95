#include "candor/candid/metrics/rouge.h"

#include <algorithm>
#include <map>
#include <set>

namespace candor::candid {
namespace {

using Words = std::vector<std::string>;

Words rouge_words(std::string_view text, bool stem) {
  Words out;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) out.push_back(stem && word.size() > 3 ? porter_stem(word) : word);
    word.clear();
  };
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) word += c;
    else end();
  }
  end();
  return out;
}

Overlap overlap_of(double hits, double reference, double summary) {
  Overlap out;
  out.precision = summary > 0 ? hits / summary : 0;
  out.recall = reference > 0 ? hits / reference : 0;
  if (out.precision + out.recall > 0) out.f = 2 * out.precision * out.recall / (out.precision + out.recall);
  return out;
}

Overlap by_grams(const Words& reference, const Words& summary, std::size_t n) {
  std::map<Words, std::int64_t> wanted;
  double hits = 0, in_reference = 0, in_summary = 0;
  const auto each = [n](const Words& words, const auto& visit) {
    for (std::size_t i = 0; i + n <= words.size(); ++i) visit(Words(words.begin() + static_cast<std::ptrdiff_t>(i), words.begin() + static_cast<std::ptrdiff_t>(i + n)));
  };
  each(reference, [&](const Words& gram) { ++wanted[gram], ++in_reference; });
  each(summary, [&](const Words& gram) {
    ++in_summary;
    if (const auto found = wanted.find(gram); found != wanted.end() && found->second > 0) --found->second, ++hits;
  });
  return overlap_of(hits, in_reference, in_summary);
}

std::vector<std::vector<std::int64_t>> common_lengths(const Words& a, const Words& b) {
  std::vector<std::vector<std::int64_t>> table(a.size() + 1, std::vector<std::int64_t>(b.size() + 1, 0));
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) table[i][j] = a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
  return table;
}

std::vector<Words> sentences(std::string_view text, bool stem) {
  std::vector<Words> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) out.push_back(rouge_words(text.substr(0, end), stem));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

/// For each sentence of the reference the words that lie in a longest common subsequence with any sentence of the summary, each word as often as both hold it.
Overlap by_sentence(const std::vector<Words>& reference, const std::vector<Words>& summary) {
  std::map<std::string, std::int64_t> left_reference, left_summary;
  double in_reference = 0, in_summary = 0, hits = 0;
  for (const Words& s : reference)
    for (const std::string& word : s) ++left_reference[word], ++in_reference;
  for (const Words& s : summary)
    for (const std::string& word : s) ++left_summary[word], ++in_summary;
  for (const Words& one : reference) {
    std::set<std::size_t> places;
    for (const Words& other : summary) {
      const auto table = common_lengths(one, other);
      for (std::size_t i = one.size(), j = other.size(); i > 0 && j > 0;) {
        if (one[i - 1] == other[j - 1]) places.insert(i - 1), --i, --j;
        else if (table[i][j - 1] > table[i - 1][j]) --j;
        else --i;
      }
    }
    for (const std::size_t at : places)
      if (left_reference[one[at]] > 0 && left_summary[one[at]] > 0) --left_reference[one[at]], --left_summary[one[at]], ++hits;
  }
  return overlap_of(hits, in_reference, in_summary);
}

}  // namespace

Rouge rouge(std::string_view reference, std::string_view summary, bool stem) {
  const Words wanted = rouge_words(reference, stem), said = rouge_words(summary, stem);
  Rouge out;
  out.one = by_grams(wanted, said, 1);
  out.two = by_grams(wanted, said, 2);
  out.longest = overlap_of(static_cast<double>(common_lengths(wanted, said).back().back()), static_cast<double>(wanted.size()), static_cast<double>(said.size()));
  out.longest_by_sentence = by_sentence(sentences(reference, stem), sentences(summary, stem));
  return out;
}

}  // namespace candor::candid
