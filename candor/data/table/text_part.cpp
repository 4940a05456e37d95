// Texts: the terms that tell most about the target, weighed by TF-IDF.
#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/tf_idf.h"

namespace candor::data::detail {
namespace {

constexpr std::size_t most_candidates = 100000;

class TextPart final : public ColumnPart {
 public:
  using ColumnPart::ColumnPart;

  std::vector<std::string> features() const override {
    std::vector<std::string> names;
    for (const std::string& term : words.terms()) names.push_back(column() + " \"" + term + "\"");
    for (const std::string& term : letters.terms()) names.push_back(column() + " letters \"" + term + "\"");
    if (marked) names.push_back(column() + " missing");
    return names;
  }

  void apply(const Column& source, float* out, std::int64_t stride) const override {
    const std::size_t of_words = words.terms().size(), width = of_words + letters.terms().size() + marked;
    for (std::int64_t r = 0; r < source.rows(); ++r) {
      float* to = out + r * stride;
      std::fill_n(to, width, 0.f);
      if (source.is_missing(r)) {
        if (marked) to[width - 1] = 1.f;
        continue;
      }
      const auto put = [&](const std::string& text) {
        for (const auto& [term, weight] : words.weigh(text)) to[term] = static_cast<float>(weight);
        for (const auto& [term, weight] : letters.weigh(text)) to[of_words + static_cast<std::size_t>(term)] = static_cast<float>(weight);
      };
      if (source.kind == Column::Kind::text) put(source.words[static_cast<std::size_t>(source.codes[static_cast<std::size_t>(r)])]);
      else put(source.cell(r));
    }
  }

  std::string what() const override {
    const auto count = [](const TfIdf& terms) { return with_thousands(static_cast<std::int64_t>(terms.terms().size())); };
    if (features().empty()) return "left out: no word comes often enough to learn from";
    std::string text = count(words) + " words and pairs of words";
    if (!letters.terms().empty()) text += " and " + count(letters) + " runs of three letters";
    text += ", weighed by how rare they are (TF-IDF)";
    if (missing) text += "; " + missing_text(missing) + ", marked";
    return text;
  }

  void look(const Column& source, ColumnSeen& seen) const override {
    for (std::int64_t r = 0; r < source.rows(); ++r) {
      if (source.is_missing(r)) {
        ++seen.missing;
        continue;
      }
      ++seen.cells;
      const std::string text = source.cell(r);
      seen.odd += words.weigh(text).empty() && letters.weigh(text).empty();
    }
    if (source.kind == Column::Kind::number && seen.cells) seen.retyped = "column " + quoted(column()) + " held texts; now it holds numbers";
  }

  void tell(const ColumnSeen& seen, TableDifferences& differences) const override {
    const auto cells = static_cast<double>(seen.cells);
    if (seen.retyped.empty() && static_cast<double>(seen.odd) > empty_share * cells + 3 * std::sqrt(cells * std::max(empty_share, .01)))
      differences.new_words.push_back("column " + quoted(column()) + ": " + with_thousands(seen.odd) + " of " + with_thousands(seen.cells) + " texts have no word that is known");
    if (seen.missing && !marked) differences.new_words.push_back("column " + quoted(column()) + ": " + missing_text(seen.missing) + "; none was in the training rows");
  }

  Config config() const override {
    Config config{{"kind", "text"}, {"column", column()}, {"words", words.config()}, {"letters", letters.config()}, {"marked", marked}, {"missing", missing}, {"empty_share", empty_share}};
    return config;
  }

  TfIdf words, letters;
  bool marked = false;
  std::int64_t missing = 0;
  double empty_share = 0;  ///< of training texts without any known term
};

/// How often the texts have a term, and the sums of the targets there.
struct Term {
  std::int64_t texts = 0;
  std::vector<double> sums;
};

/// The terms that tell most about the target, or the most frequent ones without a target: at most `most`, in code point order.
TfIdf choose_terms(const Column& column, const TargetNumbers& targets, const TfIdfOptions& options, std::int64_t most) {
  std::unordered_map<std::string, Term> terms;
  const auto k = static_cast<std::size_t>(targets.width);
  const auto text_of = [&](std::int64_t r) -> std::string { return column.cell(r); };
  std::int64_t texts = 0;
  std::vector<double> whole(k, 0.), squares(k, 0.);
  const auto visit = [&](auto each) {
    std::unordered_set<std::string> here;
    for (std::int64_t r = 0; r < column.rows(); ++r) {
      if (column.is_missing(r)) continue;
      here.clear();
      for (std::string& term : text_terms(text_of(r), options.tokens)) here.insert(std::move(term));
      each(r, here);
    }
  };
  visit([&](std::int64_t r, const std::unordered_set<std::string>& here) {
    ++texts;
    for (std::size_t j = 0; j < k; ++j) {
      const double y = targets.values[static_cast<std::size_t>(r) * k + j];
      whole[j] += y, squares[j] += y * y;
    }
    for (const std::string& term : here) ++terms[term].texts;
  });
  const std::int64_t least = std::min<std::int64_t>(5, std::max<std::int64_t>(2, texts / 100));
  std::vector<std::pair<std::int64_t, std::string>> frequent;
  for (const auto& [term, seen] : terms)
    if (seen.texts >= least && seen.texts < texts) frequent.emplace_back(-seen.texts, term);
  std::sort(frequent.begin(), frequent.end());
  if (frequent.size() > most_candidates) frequent.resize(most_candidates);
  std::unordered_map<std::string, Term> candidates;
  for (const auto& [count, term] : frequent) candidates[term] = {-count, std::vector<double>(k, 0.)};
  terms.clear();
  std::vector<std::pair<double, std::string>> scored;
  if (k > 0 && static_cast<std::int64_t>(frequent.size()) > most) {
    visit([&](std::int64_t r, const std::unordered_set<std::string>& here) {
      for (const std::string& term : here)
        if (const auto at = candidates.find(term); at != candidates.end())
          for (std::size_t j = 0; j < k; ++j) at->second.sums[j] += targets.values[static_cast<std::size_t>(r) * k + j];
    });
    const auto n = static_cast<double>(texts);
    for (const auto& [count, term] : frequent) {
      const Term& seen = candidates[term];
      double score = 0;  // how many standard errors the mean of the target lies off where the term stands
      for (std::size_t j = 0; j < k; ++j) {
        const double mean = whole[j] / n, variance = std::max(squares[j] / n - mean * mean, 1e-12), with = static_cast<double>(seen.texts);
        score = std::max(score, std::fabs(seen.sums[j] / with - mean) * std::sqrt(with / variance));
      }
      scored.emplace_back(-score, term);
    }
  } else {
    for (const auto& [count, term] : frequent) scored.emplace_back(static_cast<double>(count), term);
  }
  std::sort(scored.begin(), scored.end());
  if (static_cast<std::int64_t>(scored.size()) > most) scored.resize(static_cast<std::size_t>(most));
  std::vector<std::string> names;
  for (auto& [score, term] : scored) names.push_back(std::move(term));
  std::sort(names.begin(), names.end());
  std::vector<std::int64_t> with;
  for (const std::string& name : names) with.push_back(candidates[name].texts);
  return TfIdf::with_terms(std::move(names), with, texts, options);
}

}  // namespace

PartPointer fit_text(const Column& column, const TargetNumbers& targets, const RecipeOptions& options) {
  auto part = std::make_shared<TextPart>(column.name);
  part->missing = column.missing();
  part->marked = part->missing > 0 && part->missing < column.rows();
  for (const std::string& word : column.words)
    if (!is_utf8(word)) fail(ErrorKind::corrupt, "column " + quoted(column.name) + ": " + quoted(word) + " is not UTF-8; save the table as UTF-8");
  double words = 0;
  std::int64_t texts = 0;
  for (std::int64_t r = 0; r < column.rows(); ++r)
    if (!column.is_missing(r)) words += static_cast<double>(text_terms(column.cell(r)).size()), ++texts;
  // In short texts, as names of things, parts of words tell what rare words do not.
  const bool brief = texts > 0 && words / static_cast<double>(texts) < 6;
  TfIdfOptions of_words, of_letters;
  of_words.tokens.longest = 2;
  of_letters.tokens = {TextUnit::character_in_word, 3, 3, 1, true};
  part->words = choose_terms(column, targets, of_words, brief ? (options.text_features + 1) / 2 : options.text_features);
  part->letters = brief ? choose_terms(column, targets, of_letters, options.text_features / 2) : TfIdf::with_terms({}, {}, 0, of_letters);
  std::int64_t unknown = 0;
  for (std::int64_t r = 0; r < column.rows(); ++r) {
    if (column.is_missing(r)) continue;
    const std::string text = column.cell(r);
    unknown += part->words.weigh(text).empty() && part->letters.weigh(text).empty();
  }
  part->empty_share = texts ? static_cast<double>(unknown) / static_cast<double>(texts) : 0;
  return part;
}

PartPointer read_text(const Config& config) {
  auto part = std::make_shared<TextPart>(config.at("column").text());
  part->words = TfIdf::from_config(config.at("words"));
  part->letters = TfIdf::from_config(config.at("letters"));
  part->marked = config.at("marked").boolean();
  part->missing = config.at("missing").integer();
  part->empty_share = checked_number(config, "empty_share", 0, 1);
  if (part->missing < 0) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " misses a negative number of texts");
  return part;
}

}  // namespace candor::data::detail
