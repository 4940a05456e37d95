// The vocabulary of a lookup layer: tokens with indices, their weights, and how both are learned.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "candor/base/error.h"
#include "candor/base/memory.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/ops/elementwise.h"

namespace candor::detail {

/// What the lookups of texts and of numbers are given alike.
struct LookupRules {
  const char* layer;
  std::optional<std::int64_t> max_tokens;
  std::int64_t num_oov = 1;
  std::string mode = "int";
  bool pad = false, invert = false, masks = false;
  /// Throws Error (invalid_argument).
  void check(bool idf_given) const;
  std::int64_t oov_start() const { return masks && mode == "int" ? 1 : 0; }
  std::int64_t token_start() const { return oov_start() + num_oov; }
};

std::string shown(const std::string& token);
std::string shown(std::int64_t token);
std::size_t hash_of(const std::string& token);
std::size_t hash_of(std::int64_t token);

template <class Token>
class Vocabulary {
 public:
  Vocabulary(LookupRules rules, std::optional<Token> mask, Token oov) : rules_(std::move(rules)), mask_(std::move(mask)), oov_(std::move(oov)) {}
  const LookupRules& rules() const { return rules_; }
  const std::vector<Token>& tokens() const { return tokens_; }  ///< without special ones
  const std::vector<double>& idf() const { return idf_; }       ///< one an index
  const std::optional<Token>& mask() const { return mask_; }
  const Token& oov() const { return oov_; }
  bool defined() const { return !tokens_.empty(); }
  std::int64_t size() const { return rules_.token_start() + static_cast<std::int64_t>(tokens_.size()); }
  std::int64_t depth() const { return rules_.pad ? *rules_.max_tokens : size(); }

  /// Index of a token, or nothing.
  std::optional<std::int64_t> find(const Token& token) const {
    const auto found = places_.find(token);
    if (found == places_.end()) return std::nullopt;
    return rules_.token_start() + found->second;
  }
  Token at(std::int64_t index) const {
    if (mask_ && rules_.mode == "int" && index == 0) return *mask_;
    const std::int64_t i = index - rules_.token_start();
    return i >= 0 && i < static_cast<std::int64_t>(tokens_.size()) ? tokens_[static_cast<std::size_t>(i)] : oov_;
  }
  std::vector<Token> listed(bool special) const {
    std::vector<Token> all;
    for (std::int64_t i = special ? 0 : rules_.token_start(); i < size(); ++i) all.push_back(at(i));
    return all;
  }

  void set(std::vector<Token> vocabulary, const std::vector<double>& idf) {
    const std::string who = std::string(rules_.layer) + ": ";
    if (vocabulary.empty()) fail(ErrorKind::invalid_argument, who + "the vocabulary is empty; give at least one token, or leave it out and call adapt()");
    if (rules_.mode == "tf_idf" && idf.empty()) fail(ErrorKind::invalid_argument, who + "output_mode \"tf_idf\" needs idf_weights with a vocabulary");
    if (rules_.mode != "tf_idf" && !idf.empty()) fail(ErrorKind::invalid_argument, who + "idf_weights belong to output_mode \"tf_idf\", not \"" + rules_.mode + "\"");
    if (!idf.empty() && idf.size() != vocabulary.size())
      fail(ErrorKind::invalid_argument, who + std::to_string(idf.size()) + " idf_weights for a vocabulary of " + std::to_string(vocabulary.size()));
    const auto masks = static_cast<std::size_t>(rules_.oov_start()), special = masks + static_cast<std::size_t>(rules_.num_oov);
    bool listed = vocabulary.size() >= special;
    for (std::size_t i = 0; i < special && listed; ++i) listed = vocabulary[i] == (i < masks ? mask_.value_or(oov_) : oov_);
    if (listed) vocabulary.erase(vocabulary.begin(), vocabulary.begin() + static_cast<std::ptrdiff_t>(special));
    for (std::size_t i = 0; i < vocabulary.size(); ++i) {
      if (mask_ && vocabulary[i] == *mask_) misplaced("mask token", vocabulary[i], i);
      if (rules_.invert && vocabulary[i] == oov_) misplaced("oov token", vocabulary[i], i);
    }
    place(std::move(vocabulary));
    if (idf.empty()) return;
    idf_ = idf;
    require_memory(8.0 * static_cast<double>(std::max<std::int64_t>(static_cast<std::int64_t>(special), rules_.pad ? *rules_.max_tokens : 0)));
    if (!listed) idf_.insert(idf_.begin(), special, average(idf));
    if (rules_.pad) idf_.resize(static_cast<std::size_t>(*rules_.max_tokens), 0.0);
  }

  /// From documents: by frequency, equal ones backwards.
  void learn(const std::vector<std::vector<Token>>& documents) {
    std::unordered_map<Token, std::int64_t, Hash> counts, in_documents;
    for (const auto& document : documents) {
      std::unordered_map<Token, bool, Hash> seen;
      for (const Token& token : document) {
        ++counts[token];
        if (rules_.mode == "tf_idf" && !std::exchange(seen[token], true)) ++in_documents[token];
      }
    }
    if (mask_) counts.erase(*mask_);
    counts.erase(oov_);
    std::vector<std::pair<std::int64_t, Token>> order;
    for (const auto& [token, count] : counts) order.emplace_back(count, token);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return b < a; });
    if (order.empty()) fail(ErrorKind::invalid_argument, std::string(rules_.layer) + ": adapt met no token besides the special ones");
    if (rules_.max_tokens) {
      const std::int64_t room = *rules_.max_tokens - rules_.token_start();
      if (room < 1) fail(ErrorKind::invalid_argument, std::string(rules_.layer) + ": max_tokens leaves no room for a token beside the special ones");
      order.resize(std::min(order.size(), static_cast<std::size_t>(room)));
    }
    std::vector<Token> tokens;
    for (auto& [count, token] : order) tokens.push_back(token);
    place(std::move(tokens));
    idf_.clear();
    if (rules_.mode != "tf_idf") return;
    for (const Token& token : tokens_) idf_.push_back(std::log(1 + static_cast<double>(documents.size()) / (1 + static_cast<double>(in_documents[token]))));
    idf_.insert(idf_.begin(), static_cast<std::size_t>(rules_.token_start()), average(idf_));
    if (rules_.pad) idf_.resize(static_cast<std::size_t>(*rules_.max_tokens), 0.0);
  }

 private:
  struct Hash {
    std::size_t operator()(const Token& token) const { return hash_of(token); }
  };
  static double average(const std::vector<double>& values) {
    double total = 0;
    for (double v : values) total += v;
    return total / static_cast<double>(values.size());
  }
  [[noreturn]] void misplaced(const char* what, const Token& token, std::size_t i) const {
    fail(ErrorKind::invalid_argument, std::string(rules_.layer) + ": the " + what + " " + shown(token) + " stands at place " + std::to_string(i) +
                                          " of the vocabulary; leave special tokens out, or list all of them first");
  }
  void place(std::vector<Token> tokens) {
    std::unordered_map<Token, std::int64_t, Hash> places;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const auto [at, fresh] = places.emplace(tokens[i], static_cast<std::int64_t>(i));
      if (!fresh) {
        fail(ErrorKind::invalid_argument, std::string(rules_.layer) + ": the vocabulary has " + shown(tokens[i]) + " twice, at places " +
                                              std::to_string(at->second) + " and " + std::to_string(i) + "; each token has one index");
      }
    }
    const auto total = rules_.token_start() + static_cast<std::int64_t>(tokens.size());
    if (rules_.max_tokens && total > *rules_.max_tokens) {
      fail(ErrorKind::invalid_argument, std::string(rules_.layer) + ": a vocabulary of " + std::to_string(total) + " with special tokens, and max_tokens is " +
                                            std::to_string(*rules_.max_tokens));
    }
    tokens_ = std::move(tokens);
    places_ = std::move(places);
  }

  LookupRules rules_;
  std::optional<Token> mask_;
  Token oov_;
  std::vector<Token> tokens_;
  std::unordered_map<Token, std::int64_t, Hash> places_;
  std::vector<double> idf_;
};

/// "count", "tf_idf", ... of indices in which `depth` stands for what is dropped.
template <class Token>
Tensor encode_lookup(const Tensor& indices, const Vocabulary<Token>& vocabulary) {
  const std::string& mode = vocabulary.rules().mode;
  if (mode != "tf_idf") return encode_categories(indices, mode, vocabulary.depth(), DType::i64);
  const std::vector<float> weights(vocabulary.idf().begin(), vocabulary.idf().end());
  const Tensor counts = encode_categories(indices, "count", vocabulary.depth(), DType::f32);
  return counts * Tensor::from(weights);
}

}  // namespace candor::detail
