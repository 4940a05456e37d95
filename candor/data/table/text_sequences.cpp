#include "candor/data/table/text_sequences.h"

#include <algorithm>
#include <unordered_set>

#include "candor/base/error.h"

namespace candor::data {
namespace {

constexpr std::int64_t longest = 1 << 20, most_words = 1 << 24;

}  // namespace

void TextSequences::index() {
  numbers_.clear();
  for (std::size_t i = 0; i < words_.size(); ++i) numbers_.emplace(words_[i], static_cast<std::int32_t>(i) + 2);
}

TextSequences TextSequences::fit(std::span<const std::string> texts, const TextSequenceOptions& options) {
  if (options.max_words < 0 || options.max_words > most_words || options.min_texts < 1 || options.length < 0 || options.length > longest)
    fail(ErrorKind::invalid_argument, "sequences of words: max_words from 0 to 16,777,216, min_texts from 1 and length from 0 to 1,048,576 are possible; got " + std::to_string(options.max_words) + ", " +
                                          std::to_string(options.min_texts) + " and " + std::to_string(options.length));
  struct Seen {
    std::int64_t texts = 0, uses = 0;
  };
  std::unordered_map<std::string, Seen> seen;
  std::vector<std::int64_t> lengths;
  for (const std::string& text : texts) {
    const std::vector<std::string> terms = text_terms(text, options.tokens);
    lengths.push_back(static_cast<std::int64_t>(terms.size()));
    std::unordered_set<std::string_view> here;
    for (const std::string& term : terms) {
      Seen& entry = seen[term];
      ++entry.uses;
      if (here.insert(term).second) ++entry.texts;
    }
  }
  std::vector<std::pair<std::int64_t, std::string>> kept;
  for (const auto& [word, entry] : seen)
    if (entry.texts >= options.min_texts) kept.emplace_back(-entry.uses, word);
  std::sort(kept.begin(), kept.end());
  if (static_cast<std::int64_t>(kept.size()) > options.max_words) kept.resize(static_cast<std::size_t>(options.max_words));
  TextSequences result;
  result.options_ = options;
  for (auto& [uses, word] : kept) result.words_.push_back(std::move(word));
  if (options.length == 0) {
    std::sort(lengths.begin(), lengths.end());
    result.options_.length = lengths.empty() ? 1 : std::clamp<std::int64_t>(lengths[(lengths.size() - 1) * 95 / 100], 1, 1000);
  }
  result.index();
  return result;
}

Tensor TextSequences::transform(std::span<const std::string> texts) const {
  const std::int64_t length = options_.length;
  Tensor result = Tensor::empty({static_cast<std::int64_t>(texts.size()), length}, DType::i32);
  auto* out = result.mutable_data<std::int32_t>();
  for (const std::string& text : texts) {
    std::fill_n(out, length, 0);
    const std::vector<std::string> terms = text_terms(text, options_.tokens);
    const std::int64_t all = static_cast<std::int64_t>(terms.size()), kept = std::min(all, length);
    const std::int64_t from = options_.cut_before ? all - kept : 0, to = options_.pad_before ? length - kept : 0;
    for (std::int64_t i = 0; i < kept; ++i) {
      const auto found = numbers_.find(terms[static_cast<std::size_t>(from + i)]);
      out[to + i] = found == numbers_.end() ? 1 : found->second;
    }
    out += length;
  }
  return result;
}

Config TextSequences::config() const {
  Config::List words;
  for (const std::string& word : words_) words.emplace_back(word);
  const TokenOptions& tokens = options_.tokens;
  return Config{{"unit", static_cast<int>(tokens.unit)}, {"shortest", tokens.shortest}, {"longest", tokens.longest}, {"least_letters", tokens.least_letters}, {"lower_case", tokens.lower_case},
                {"length", options_.length}, {"pad_before", options_.pad_before}, {"cut_before", options_.cut_before}, {"words", words}};
}

TextSequences TextSequences::from_config(const Config& config) {
  TextSequences result;
  TextSequenceOptions& options = result.options_;
  const auto whole = [&](const char* key, std::int64_t low, std::int64_t high) {
    const std::int64_t value = config.at(key).integer();
    if (value < low || value > high) fail(ErrorKind::corrupt, "sequences of words: " + std::string(key) + " is " + std::to_string(value));
    return value;
  };
  options.tokens = {static_cast<TextUnit>(whole("unit", 0, 2)), static_cast<int>(whole("shortest", 1, 20)), static_cast<int>(whole("longest", 1, 20)), static_cast<int>(whole("least_letters", 0, 1000)),
                    config.at("lower_case").boolean()};
  if (options.tokens.longest < options.tokens.shortest) fail(ErrorKind::corrupt, "sequences of words: terms of no length");
  options.length = whole("length", 1, longest);
  options.pad_before = config.at("pad_before").boolean();
  options.cut_before = config.at("cut_before").boolean();
  for (const Config& word : config.at("words").items()) result.words_.push_back(word.text());
  result.index();
  if (result.numbers_.size() != result.words_.size() || static_cast<std::int64_t>(result.words_.size()) > most_words) fail(ErrorKind::corrupt, "sequences of words: a word comes twice, or too many");
  return result;
}

}  // namespace candor::data
