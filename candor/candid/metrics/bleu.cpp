#include "candor/candid/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/metrics/edit_distance.h"

namespace candor::candid {
namespace {

using Grams = std::map<std::string, std::int64_t>;

bool is_digit_13a(char c) { return c >= '0' && c <= '9'; }

std::string replaced_text(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) text.replace(at, what.size(), with);
  return text;
}

/// Two neighbours that fit are written anew, then the search goes on behind both.
template <class First, class Second>
std::string rewrite_pairs(const std::string& text, const First& first, const Second& second, bool before, bool between, bool behind) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (i + 1 < text.size() && first(text[i]) && second(text[i + 1])) {
      out += before ? " " : "";
      out += text[i];
      out += between ? " " : "";
      out += text[i + 1];
      out += behind ? " " : "";
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

Grams grams_of(const std::vector<std::string>& items, std::size_t n) {
  Grams out;
  for (std::size_t i = 0; i + n <= items.size(); ++i) {
    std::string key;
    for (std::size_t k = 0; k < n; ++k) key += items[i + k] + '\n';
    ++out[key];
  }
  return out;
}

std::int64_t common(const Grams& a, const Grams& b) {
  std::int64_t sum = 0;
  for (const auto& [key, count] : a)
    if (const auto found = b.find(key); found != b.end()) sum += std::min(count, found->second);
  return sum;
}

void check_references(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references, const char* who) {
  if (references.empty()) fail(ErrorKind::shape, std::string(who) + ": there are no references");
  for (const auto& all : references)
    if (all.size() != hypotheses.size()) fail(ErrorKind::shape, std::string(who) + ": " + std::to_string(hypotheses.size()) + " hypotheses and " + std::to_string(all.size()) + " references");
}

void count_sentence(Bleu& bleu, const std::string& hypothesis, const std::vector<std::string>& references) {
  const std::vector<std::string> said = words_of(tokens_13a(hypothesis));
  std::vector<std::vector<std::string>> wanted;
  for (const std::string& reference : references) wanted.push_back(words_of(tokens_13a(reference)));
  const auto length = static_cast<std::int64_t>(said.size());
  std::int64_t nearest = -1;
  for (const auto& one : wanted) {
    const auto size = static_cast<std::int64_t>(one.size());
    const bool nearer = nearest < 0 || std::abs(size - length) < std::abs(nearest - length) || (std::abs(size - length) == std::abs(nearest - length) && size < nearest);
    if (nearer) nearest = size;
  }
  bleu.said += length;
  bleu.reference += nearest;
  for (std::size_t n = 1; n <= 4; ++n) {
    const Grams own = grams_of(said, n);
    Grams most;
    for (const auto& one : wanted)
      for (const auto& [key, count] : grams_of(one, n)) most[key] = std::max(most[key], count);
    bleu.matches[n - 1] += static_cast<double>(common(own, most));
    bleu.totals[n - 1] += static_cast<double>(std::max<std::int64_t>(0, length - static_cast<std::int64_t>(n) + 1));
  }
}

void finish(Bleu& bleu, BleuSmoothing smoothing, bool effective_order) {
  if (bleu.said < bleu.reference) bleu.brevity_penalty = bleu.said > 0 ? std::exp(1 - static_cast<double>(bleu.reference) / static_cast<double>(bleu.said)) : 0;
  if (std::none_of(bleu.matches.begin(), bleu.matches.end(), [](double m) { return m > 0; })) return;
  double halved = 1;
  std::size_t order = 4;
  for (std::size_t n = 0; n < 4; ++n) {
    if (smoothing == BleuSmoothing::add_k && n > 0) bleu.matches[n] += 1, bleu.totals[n] += 1;
    if (bleu.totals[n] == 0) break;
    if (effective_order) order = n + 1;
    if (bleu.matches[n] > 0) bleu.precisions[n] = 100 * bleu.matches[n] / bleu.totals[n];
    else if (smoothing == BleuSmoothing::exp) halved *= 2, bleu.precisions[n] = 100 / (halved * bleu.totals[n]);
    else if (smoothing == BleuSmoothing::floor) bleu.precisions[n] = 10 / bleu.totals[n];
  }
  double logs = 0;
  for (std::size_t n = 0; n < order; ++n) {
    if (bleu.precisions[n] == 0) return;  // a product with nothing is nothing
    logs += std::log(bleu.precisions[n]);
  }
  bleu.score = bleu.brevity_penalty * std::exp(logs / static_cast<double>(order));
}

struct CharacterCounts {
  std::array<double, 6> said = {}, reference = {}, matches = {};
  double score() const {
    constexpr double factor = 4;  // beta 2, squared
    double precision = 0, recall = 0, orders = 0;
    for (std::size_t n = 0; n < 6; ++n) {
      if (said[n] == 0 || reference[n] == 0) continue;
      precision += matches[n] / said[n], recall += matches[n] / reference[n], ++orders;
    }
    if (orders == 0 || precision + recall == 0) return 0;
    precision /= orders, recall /= orders;
    return 100 * (1 + factor) * precision * recall / (factor * precision + recall);
  }
};

std::vector<std::string> characters_without_blanks(const std::string& text) {
  std::string joined;
  for (const std::string& word : words_of(text)) joined += word;
  return characters_of(joined);
}

}  // namespace

std::string tokens_13a(std::string_view given) {
  std::string text = replaced_text(replaced_text(replaced_text(std::string(given), "<skipped>", ""), "-\n", ""), "\n", " ");
  for (const auto& [code, sign] : {std::pair{"&quot;", "\""}, {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}}) text = replaced_text(text, code, sign);
  std::string parted = " ";
  for (const char c : text) {
    const bool sign = (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
    parted += sign ? std::string{' ', c, ' '} : std::string(1, c);
  }
  parted += ' ';
  const auto digit = [](char c) { return is_digit_13a(c); };
  const auto other = [](char c) { return !is_digit_13a(c); };
  const auto mark = [](char c) { return c == '.' || c == ','; };
  parted = rewrite_pairs(parted, other, mark, false, true, true);
  parted = rewrite_pairs(parted, mark, other, true, true, false);
  parted = rewrite_pairs(parted, digit, [](char c) { return c == '-'; }, false, true, true);
  std::string out;
  for (const std::string& word : words_of(parted)) out += (out.empty() ? "" : " ") + word;
  return out;
}

Bleu corpus_bleu(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references, BleuSmoothing smoothing, bool lowercase) {
  check_references(hypotheses, references, "corpus_bleu");
  Bleu bleu;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    std::vector<std::string> wanted;
    for (const auto& all : references) wanted.push_back(lowercase ? lower_case(all[i]) : all[i]);
    count_sentence(bleu, lowercase ? lower_case(hypotheses[i]) : hypotheses[i], wanted);
  }
  finish(bleu, smoothing, false);
  return bleu;
}

double sentence_bleu(const std::string& hypothesis, const std::vector<std::string>& references) {
  if (references.empty()) fail(ErrorKind::shape, "sentence_bleu: there are no references");
  Bleu bleu;
  count_sentence(bleu, hypothesis, references);
  finish(bleu, BleuSmoothing::exp, true);
  return bleu.score;
}

double corpus_chrf(const std::vector<std::string>& hypotheses, const std::vector<std::vector<std::string>>& references) {
  check_references(hypotheses, references, "corpus_chrf");
  CharacterCounts all;
  for (std::size_t i = 0; i < hypotheses.size(); ++i) {
    const std::vector<std::string> said = characters_without_blanks(hypotheses[i]);
    CharacterCounts best;
    double reached = -1;
    for (const auto& one : references) {
      const std::vector<std::string> wanted = characters_without_blanks(one[i]);
      CharacterCounts counts;
      for (std::size_t n = 0; n < 6; ++n) {
        const Grams own = grams_of(said, n + 1), other = grams_of(wanted, n + 1);
        counts.said[n] = other.empty() ? 0 : static_cast<double>(said.size() >= n + 1 ? said.size() - n : 0);
        counts.reference[n] = static_cast<double>(wanted.size() >= n + 1 ? wanted.size() - n : 0);
        counts.matches[n] = static_cast<double>(common(own, other));
      }
      if (counts.score() > reached) reached = counts.score(), best = counts;
    }
    for (std::size_t n = 0; n < 6; ++n) all.said[n] += best.said[n], all.reference[n] += best.reference[n], all.matches[n] += best.matches[n];
  }
  return all.score();
}

}  // namespace candor::candid
