// How alike translations are to references: BLEU and chrF, with the definitions of sacreBLEU.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::candid {

/// The tokens of "13a", the usual cutting of texts for BLEU, with blanks between them.
std::string tokens_13a(std::string_view text);

/// What is done about orders of n-grams that never match.
enum class BleuSmoothing { none, exp, floor, add_k };

/// BLEU for n-grams of 1 to 4 words: its parts, too.
struct Bleu {
  double score = 0;                              ///< 0 to 100
  std::array<double, 4> precisions = {};         ///< in percent, smoothed
  double brevity_penalty = 1;
  std::int64_t said = 0, reference = 0;          ///< lengths in tokens; of several references the nearest length counts
  std::array<double, 4> matches = {}, totals = {};
};

/// `references[r][i]` belongs to hypothesis i. Smoothing: exp halves the value for each order without a match, floor takes .1 matches, add_k adds 1 to matches and totals from two words on.
/// Throws Error (shape) for references of another number.
Bleu corpus_bleu(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references, BleuSmoothing smoothing = BleuSmoothing::exp, bool lowercase = false);
/// The score of one sentence: orders that it is too short for are left out.
double sentence_bleu(const std::string& hypothesis, const std::vector<std::string>& references);
/// chrF2: n-grams of 1 to 6 characters, blanks left out, recall counts twice; of several references the nearest counts. 0 to 100.
double corpus_chrf(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references);

}  // namespace candor::candid
