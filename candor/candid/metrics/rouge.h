// How much of a reference text a summary holds: ROUGE, with the definitions of Google's rouge-score.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace candor::candid {

/// A share of the summary's parts that the reference has, of the reference's that the summary has, and their harmonic mean.
struct Overlap {
  double precision = 0, recall = 0, f = 0;
};

/// ROUGE of one pair: single words, pairs of words, longest common subsequence of the whole, and sentence by sentence (lines are sentences).
struct Rouge {
  Overlap one, two, longest, longest_by_sentence;
};

/// Words are runs of a-z and 0-9 in lower case; `stem` reduces those longer than three letters to their stem.
Rouge rouge(std::string_view reference, std::string_view summary, bool stem = false);

/// The stem of an English word in lower case, by M. Porter's algorithm (1980) with the extensions of NLTK.
std::string porter_stem(std::string_view word);

}  // namespace candor::candid
