#include "candor/candid/metrics/answers.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/metrics/edit_distance.h"

namespace candor::candid {

std::string normal_answer(std::string_view text) {
  std::string kept;
  for (const char c : lower_case(text)) {
    const bool sign = (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
    if (!sign) kept += c;
  }
  std::string out;
  for (const std::string& word : words_of(kept))
    if (word != "a" && word != "an" && word != "the") out += (out.empty() ? "" : " ") + word;
  return out;
}

AnswerScore answer_score(std::string_view answer, const std::vector<std::string>& gold) {
  const std::string said = normal_answer(answer);
  const std::vector<std::string> words = words_of(said);
  AnswerScore best;
  for (const std::string& one : gold) {
    const std::string wanted = normal_answer(one);
    best.exact = std::max(best.exact, said == wanted ? 1. : 0.);
    std::map<std::string, std::int64_t> left;
    const std::vector<std::string> wanted_words = words_of(wanted);
    for (const std::string& word : wanted_words) ++left[word];
    double common = 0;
    for (const std::string& word : words)
      if (const auto found = left.find(word); found != left.end() && found->second > 0) --found->second, ++common;
    double f1 = words.empty() || wanted_words.empty() ? (said == wanted ? 1 : 0) : 0;
    if (common > 0) f1 = 2 * common / static_cast<double>(words.size() + wanted_words.size());
    best.f1 = std::max(best.f1, f1);
  }
  return best;
}

Perplexity perplexity(std::span<const double> nats, std::span<const std::int64_t> lengths) {
  const bool fits = std::all_of(lengths.begin(), lengths.end(), [](std::int64_t n) { return n > 0; }) && !lengths.empty() && std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}) == static_cast<std::int64_t>(nats.size());
  if (!fits) fail(ErrorKind::shape, "perplexity: " + std::to_string(nats.size()) + " tokens, which the lengths of " + std::to_string(lengths.size()) + " sequences do not add up to, or one is empty");
  Perplexity out;
  double all = 0;
  std::size_t at = 0;
  for (const std::int64_t length : lengths) {
    double sum = 0;
    for (std::int64_t i = 0; i < length; ++i) sum += nats[at++];
    out.sequences.push_back(std::exp(sum / static_cast<double>(length)));
    all += sum;
  }
  out.corpus = std::exp(all / static_cast<double>(nats.size()));
  out.bits_per_token = all / static_cast<double>(nats.size()) / std::log(2.);
  return out;
}

}  // namespace candor::candid
