// Texts as weighted counts of their terms (TF-IDF), with scikit-learn's numbers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "candor/data/table/text_tokens.h"
#include "candor/nn/config.h"

namespace candor::data {

/// The length of a text: none, the sum of its weights, or the root of the sum of their squares.
enum class TextNorm { none, l1, l2 };

struct TfIdfOptions {
  TokenOptions tokens = {};
  std::int64_t min_texts = 1;     ///< terms that fewer texts have are left out
  double max_share = 1;           ///< and those that a larger share of the texts has
  std::int64_t max_terms = 0;     ///< above 0: the terms that come most often
  bool smooth = true;             ///< idf = ln((1 + n) / (1 + texts with the term)) + 1, else ln(n / texts with the term) + 1
  bool sublinear = false;         ///< 1 + ln(count) instead of the count
  TextNorm norm = TextNorm::l2;   ///< what each text is divided by
  bool counts_only = false;       ///< plain counts: no weights, no length
};

/// Fitted on texts; a value. Weight of a term: its count times its idf.
class TfIdf {
 public:
  TfIdf() = default;
  /// Throws Error (invalid_argument) for options out of range, or when no term is left.
  static TfIdf fit(std::span<const std::string> texts, const TfIdfOptions& options = {});
  /// With terms chosen by the caller, in this order; `texts_with` says how many of `texts` have each.
  static TfIdf with_terms(std::vector<std::string> terms, std::span<const std::int64_t> texts_with, std::int64_t texts, const TfIdfOptions& options);

  /// The terms in the order of the columns: sorted by code point when fitted.
  const std::vector<std::string>& terms() const { return terms_; }
  const std::vector<double>& idf() const { return idf_; }
  /// Column and weight of the terms that a text has, by column.
  std::vector<std::pair<std::int64_t, double>> weigh(std::string_view text) const;
  /// f64 row-major [texts, terms].
  std::vector<double> transform(std::span<const std::string> texts) const;

  Config config() const;
  /// Throws Error (corrupt).
  static TfIdf from_config(const Config& config);

 private:
  void index();
  TfIdfOptions options_;
  std::vector<std::string> terms_;
  std::vector<double> idf_;
  std::unordered_map<std::string, std::int64_t> places_;
};

/// Signed counts of terms by hash (no vocabulary): column |h| mod `features`, sign of h, where h is MurmurHash3 (x86, 32 bit, seed 0) of the term
/// as a signed number. f64 row-major [texts, features]. Throws Error (invalid_argument) unless features is 1 to 2^24.
std::vector<double> hash_terms(std::span<const std::string> texts, std::int64_t features, const TokenOptions& tokens = {});

}  // namespace candor::data
