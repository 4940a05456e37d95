// M. Porter, "An algorithm for suffix stripping" (1980), with NLTK's extensions: words that are no rule's, short stems, a few suffixes more.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "candor/candid/metrics/rouge.h"

namespace candor::candid {
namespace {

bool consonant(std::string_view w, std::size_t i) {
  switch (w[i]) {
    case 'a': case 'e': case 'i': case 'o': case 'u': return false;
    case 'y': return i == 0 || !consonant(w, i - 1);
    default: return true;
  }
}

/// How often consonants follow vowels.
int measure(std::string_view stem) {
  int count = 0;
  for (std::size_t i = 1; i < stem.size(); ++i) count += consonant(stem, i) && !consonant(stem, i - 1);
  return count;
}

bool has_vowel(std::string_view stem) {
  for (std::size_t i = 0; i < stem.size(); ++i)
    if (!consonant(stem, i)) return true;
  return false;
}

bool doubled_end(std::string_view w) { return w.size() >= 2 && w[w.size() - 1] == w[w.size() - 2] && consonant(w, w.size() - 1); }

bool short_end(std::string_view w) {
  const std::size_t n = w.size();
  if (n >= 3) return consonant(w, n - 3) && !consonant(w, n - 2) && consonant(w, n - 1) && w[n - 1] != 'w' && w[n - 1] != 'x' && w[n - 1] != 'y';
  return n == 2 && !consonant(w, 0) && consonant(w, 1);
}

std::string_view without(std::string_view w, std::string_view suffix) { return w.substr(0, w.size() - suffix.size()); }

using Rule = std::pair<std::string_view, std::string_view>;

/// The first suffix that fits decides; it goes when what is left has the measure.
template <class Rules>
std::string by_rules(const std::string& w, const Rules& rules, int least) {
  for (const Rule& rule : rules)
    if (w.ends_with(rule.first)) {
      const std::string_view stem = without(w, rule.first);
      return measure(stem) >= least ? std::string(stem) + std::string(rule.second) : w;
    }
  return w;
}

std::string plurals(const std::string& w) {
  if (w.ends_with("ies") && w.size() == 4) return std::string(without(w, "s"));
  if (w.ends_with("sses")) return std::string(without(w, "es"));
  if (w.ends_with("ies")) return std::string(without(w, "es"));
  if (w.ends_with("ss") || !w.ends_with("s")) return w;
  return std::string(without(w, "s"));
}

std::string past_and_progress(const std::string& w) {
  if (w.ends_with("ied")) return std::string(without(w, w.size() == 4 ? "d" : "ed"));
  if (w.ends_with("eed")) return measure(without(w, "eed")) > 0 ? std::string(without(w, "d")) : w;
  std::string stem;
  for (const std::string_view suffix : {"ed", "ing"})
    if (stem.empty() && w.ends_with(suffix) && has_vowel(without(w, suffix))) stem = without(w, suffix);
  if (stem.empty()) return w;
  if (stem.ends_with("at") || stem.ends_with("bl") || stem.ends_with("iz")) return stem + "e";
  if (doubled_end(stem)) {
    const char last = stem.back();
    return last == 'l' || last == 's' || last == 'z' ? stem : stem.substr(0, stem.size() - 1);
  }
  return measure(stem) == 1 && short_end(stem) ? stem + "e" : stem;
}

std::string last_y(const std::string& w) {
  const std::string_view stem = w.ends_with("y") ? without(w, "y") : std::string_view();
  return stem.size() > 1 && consonant(stem, stem.size() - 1) ? std::string(stem) + "i" : w;
}

std::string double_suffixes(const std::string& w) {
  if (w.ends_with("alli") && measure(without(w, "alli")) > 0) return double_suffixes(std::string(without(w, "li")));
  static constexpr std::array<Rule, 21> rules = {{{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"}, {"bli", "ble"}, {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"},
                                                  {"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"}, {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"},
                                                  {"biliti", "ble"}, {"fulli", "ful"}}};
  // "logi" is measured with its l.
  if (w.ends_with("logi")) return measure(without(w, "ogi")) > 0 ? std::string(without(w, "i")) : w;
  return by_rules(w, rules, 1);
}

std::string single_suffixes(const std::string& w) {
  static constexpr std::array<Rule, 7> rules = {{{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}};
  return by_rules(w, rules, 1);
}

std::string long_words(const std::string& w) {
  for (const std::string_view suffix : {"al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize"}) {
    if (!w.ends_with(suffix)) continue;
    const std::string_view stem = without(w, suffix);
    if (suffix == "ion" && !(stem.ends_with('s') || stem.ends_with('t'))) return w;
    return measure(stem) > 1 ? std::string(stem) : w;
  }
  return w;
}

std::string last_letters(std::string w) {
  if (w.ends_with("e")) {
    const std::string_view stem = without(w, "e");
    if (measure(stem) > 1 || (measure(stem) == 1 && !short_end(stem))) w = std::string(stem);
  }
  return w.ends_with("ll") && measure(std::string_view(w).substr(0, w.size() - 1)) > 1 ? w.substr(0, w.size() - 1) : w;
}

}  // namespace

std::string porter_stem(std::string_view word) {
  static constexpr std::array<Rule, 17> fixed = {{{"sky", "sky"}, {"skies", "sky"}, {"dying", "die"}, {"lying", "lie"}, {"tying", "tie"}, {"news", "news"}, {"innings", "inning"}, {"inning", "inning"}, {"outings", "outing"},
                                                  {"outing", "outing"}, {"cannings", "canning"}, {"canning", "canning"}, {"howe", "howe"}, {"proceed", "proceed"}, {"exceed", "exceed"}, {"succeed", "succeed"}, {"", ""}}};
  for (const Rule& rule : fixed)
    if (word == rule.first) return std::string(rule.second);
  if (word.size() <= 2) return std::string(word);
  return last_letters(long_words(single_suffixes(double_suffixes(last_y(past_and_progress(plurals(std::string(word))))))));
}

}  // namespace candor::candid
