// Answers to questions about a paragraph, and the likelihood of texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace candor::candid {

/// SQuAD's normal form: lower case, without ASCII punctuation and the articles a, an, the; words with one blank between them.
std::string normal_answer(std::string_view text);

/// Whether an answer equals one of the gold answers in their normal form, and the best F1 of their words (two empty ones are equal).
struct AnswerScore {
  double exact = 0, f1 = 0;
};
AnswerScore answer_score(std::string_view answer, const std::vector<std::string>& gold);

/// Perplexity from the negative log likelihoods of tokens, in nats: exp of their mean over all, of each sequence's mean, and bits a token.
struct Perplexity {
  double corpus = 0, bits_per_token = 0;
  std::vector<double> sequences;
};
/// `lengths` parts the tokens into sequences. Throws Error (shape) when they do not add up, or one is empty.
Perplexity perplexity(std::span<const double> nats, std::span<const std::int64_t> lengths);

}  // namespace candor::candid
