#include "candor/data/table/tf_idf.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <unordered_set>

#include "candor/base/error.h"
#include "candor/base/fingerprint.h"

namespace candor::data {
namespace {

constexpr std::array<const char*, 3> unit_names{"word", "character", "character_in_word"}, norm_names{"none", "l1", "l2"};
constexpr std::size_t most_terms = 1 << 24;

void check(const TfIdfOptions& options) {
  if (options.min_texts < 1 || !(options.max_share > 0 && options.max_share <= 1) || options.max_terms < 0)
    fail(ErrorKind::invalid_argument, "TF-IDF: min_texts must be at least 1, max_share in (0, 1] and max_terms not negative; got " + std::to_string(options.min_texts) + ", " +
                                          std::to_string(options.max_share) + " and " + std::to_string(options.max_terms));
}

}  // namespace

void TfIdf::index() {
  places_.clear();
  for (std::size_t i = 0; i < terms_.size(); ++i) places_.emplace(terms_[i], static_cast<std::int64_t>(i));
}

TfIdf TfIdf::with_terms(std::vector<std::string> terms, std::span<const std::int64_t> texts_with, std::int64_t texts, const TfIdfOptions& options) {
  TfIdf result;
  result.options_ = options;
  result.terms_ = std::move(terms);
  const double more = options.smooth ? 1 : 0;
  for (std::int64_t with : texts_with) result.idf_.push_back(std::log((static_cast<double>(texts) + more) / (static_cast<double>(with) + more)) + 1);
  result.index();
  return result;
}

TfIdf TfIdf::fit(std::span<const std::string> texts, const TfIdfOptions& options) {
  check(options);
  struct Seen {
    std::int64_t texts = 0, uses = 0;
  };
  std::unordered_map<std::string, Seen> seen;
  for (const std::string& text : texts) {
    std::unordered_set<std::string> here;
    for (std::string& term : text_terms(text, options.tokens)) {
      Seen& entry = seen[term];
      ++entry.uses;
      if (here.insert(std::move(term)).second) ++entry.texts;
    }
  }
  const double most = options.max_share * static_cast<double>(texts.size());
  std::vector<std::pair<std::string, Seen>> kept;
  for (auto& [term, entry] : seen)
    if (entry.texts >= options.min_texts && static_cast<double>(entry.texts) <= most) kept.emplace_back(term, entry);
  if (options.max_terms > 0 && kept.size() > static_cast<std::size_t>(options.max_terms)) {
    std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.second.uses != b.second.uses ? a.second.uses > b.second.uses : a.first < b.first; });
    kept.resize(static_cast<std::size_t>(options.max_terms));
  }
  std::sort(kept.begin(), kept.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (kept.empty()) fail(ErrorKind::invalid_argument, "TF-IDF: no term is left of " + std::to_string(texts.size()) + " texts (" + std::to_string(seen.size()) + " terms before rare and frequent ones were left out)");
  std::vector<std::string> terms;
  std::vector<std::int64_t> with;
  for (auto& [term, entry] : kept) terms.push_back(std::move(term)), with.push_back(entry.texts);
  return with_terms(std::move(terms), with, static_cast<std::int64_t>(texts.size()), options);
}

std::vector<std::pair<std::int64_t, double>> TfIdf::weigh(std::string_view text) const {
  std::vector<std::pair<std::int64_t, double>> weights;
  std::vector<std::int64_t> columns;
  for (const std::string& term : text_terms(text, options_.tokens))
    if (const auto at = places_.find(term); at != places_.end()) columns.push_back(at->second);
  std::sort(columns.begin(), columns.end());
  double squares = 0, sum = 0;
  for (std::size_t i = 0; i < columns.size();) {
    std::size_t end = i;
    while (end < columns.size() && columns[end] == columns[i]) ++end;
    double weight = static_cast<double>(end - i);
    if (!options_.counts_only) {
      if (options_.sublinear) weight = 1 + std::log(weight);
      weight *= idf_[static_cast<std::size_t>(columns[i])];
    }
    squares += weight * weight, sum += weight;
    weights.emplace_back(columns[i], weight);
    i = end;
  }
  if (options_.norm != TextNorm::none && !options_.counts_only && sum > 0)
    for (auto& [column, weight] : weights) weight /= options_.norm == TextNorm::l1 ? sum : std::sqrt(squares);
  return weights;
}

std::vector<double> TfIdf::transform(std::span<const std::string> texts) const {
  std::vector<double> rows(texts.size() * terms_.size(), 0.);
  for (std::size_t r = 0; r < texts.size(); ++r)
    for (const auto& [column, weight] : weigh(texts[r])) rows[r * terms_.size() + static_cast<std::size_t>(column)] = weight;
  return rows;
}

Config TfIdf::config() const {
  Config::List terms;
  for (const std::string& term : terms_) terms.emplace_back(term);
  const TokenOptions& tokens = options_.tokens;
  return Config{{"unit", unit_names[static_cast<std::size_t>(tokens.unit)]}, {"shortest", tokens.shortest}, {"longest", tokens.longest}, {"least_letters", tokens.least_letters}, {"lower_case", tokens.lower_case},
                {"sublinear", options_.sublinear}, {"norm", norm_names[static_cast<std::size_t>(options_.norm)]}, {"counts_only", options_.counts_only}, {"terms", terms}, {"idf", Config::numbers(idf_)}};
}

TfIdf TfIdf::from_config(const Config& config) {
  TfIdf result;
  TokenOptions& tokens = result.options_.tokens;
  const auto unit = std::find(unit_names.begin(), unit_names.end(), config.at("unit").text());
  const std::int64_t shortest = config.at("shortest").integer(), longest = config.at("longest").integer(), letters = config.at("least_letters").integer();
  if (unit == unit_names.end() || shortest < 1 || longest < shortest || longest > 20 || letters < 0 || letters > 1000) fail(ErrorKind::corrupt, "TF-IDF: no terms are made as " + to_string(config.at("unit")) + " says");
  tokens = {static_cast<TextUnit>(unit - unit_names.begin()), static_cast<int>(shortest), static_cast<int>(longest), static_cast<int>(letters), config.at("lower_case").boolean()};
  result.options_.sublinear = config.at("sublinear").boolean();
  const auto norm = std::find(norm_names.begin(), norm_names.end(), config.at("norm").text());
  if (norm == norm_names.end()) fail(ErrorKind::corrupt, "TF-IDF: no text is divided by " + to_string(config.at("norm")));
  result.options_.norm = static_cast<TextNorm>(norm - norm_names.begin());
  result.options_.counts_only = config.at("counts_only").boolean();
  for (const Config& term : config.at("terms").items()) result.terms_.push_back(term.text());
  result.idf_ = config.at("idf").to_numbers();
  result.index();
  if (result.idf_.size() != result.terms_.size() || result.terms_.size() > most_terms || result.places_.size() != result.terms_.size())
    fail(ErrorKind::corrupt, "TF-IDF: " + std::to_string(result.terms_.size()) + " terms and " + std::to_string(result.idf_.size()) + " weights, which must be different and equally many");
  for (double weight : result.idf_)
    if (!(weight >= 0 && weight < 100)) fail(ErrorKind::corrupt, "TF-IDF: " + std::to_string(weight) + " is no weight");
  return result;
}

std::vector<double> hash_terms(std::span<const std::string> texts, std::int64_t features, const TokenOptions& tokens) {
  if (features < 1 || features > 1 << 24) fail(ErrorKind::invalid_argument, "hashing of terms: 1 to 16,777,216 features are possible, got " + std::to_string(features));
  std::vector<double> rows(texts.size() * static_cast<std::size_t>(features), 0.);
  for (std::size_t r = 0; r < texts.size(); ++r)
    for (const std::string& term : text_terms(texts[r], tokens)) {
      const auto hash = static_cast<std::int32_t>(murmur3(term));
      const std::int64_t column = std::llabs(static_cast<long long>(hash)) % features;
      rows[r * static_cast<std::size_t>(features) + static_cast<std::size_t>(column)] += hash >= 0 ? 1 : -1;
    }
  return rows;
}

}  // namespace candor::data
