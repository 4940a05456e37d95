// Categories: an input for each frequent word, one for all others, one for missing; and, where words are many, the mean of the target by word.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/column_part.h"
#include "candor/tensor/random.h"

namespace candor::data::detail {
namespace {

constexpr int folds = 5;
constexpr double prior_rows = 10;           ///< a word's mean counts as if so many rows of the whole mean came before
constexpr std::size_t most_means = 50000;   ///< words whose mean is kept
constexpr std::int64_t most_mean_width = 20;

/// The fold of a training row.
int fold_of(std::int64_t row) { return static_cast<int>(RandomStream{0, 0x666F6C64}.below(static_cast<std::uint64_t>(row), folds)); }

/// A column of either kind as words: the different ones, and a number into them for each row.
struct Words {
  std::vector<std::string> names;
  std::vector<std::int32_t> codes;  // missing_word where missing
};
Words as_words(const Column& column) {
  if (column.kind == Column::Kind::text) return {column.words, column.codes};
  Words words;
  words.codes.resize(column.numbers.size(), missing_word);
  std::unordered_map<double, std::int32_t> seen;
  for (std::size_t r = 0; r < column.numbers.size(); ++r) {
    if (column.numbers[r] != column.numbers[r]) continue;
    const auto [at, fresh] = seen.emplace(column.numbers[r], static_cast<std::int32_t>(words.names.size()));
    if (fresh) words.names.push_back(column.cell(static_cast<std::int64_t>(r)));
    words.codes[r] = at->second;
  }
  return words;
}

/// Sums of the targets by word.
struct Sums {
  std::vector<double> sums;  // [words, width]
  std::vector<double> rows;  // [words]
  Sums(std::size_t words, std::size_t width) : sums(words * width, 0.), rows(words, 0.) {}
};

class CategoryPart final : public ColumnPart {
 public:
  using ColumnPart::ColumnPart;

  std::vector<std::string> features() const override {
    std::vector<std::string> names;
    for (const std::string& word : words) names.push_back(column() + "=" + word);
    if (other) names.push_back(column() + " other");
    if (marked) names.push_back(column() + " missing");
    for (const std::string& name : mean_names) names.push_back(column() + " mean of " + name);
    return names;
  }
  std::size_t width() const { return words.size() + other + marked + mean_names.size(); }

  /// The place of each word of a table among the inputs, or -1.
  std::vector<std::int64_t> places(const std::vector<std::string>& names) const {
    std::unordered_map<std::string_view, std::int64_t> known;
    for (std::size_t i = 0; i < words.size(); ++i) known.emplace(words[i], static_cast<std::int64_t>(i));
    std::vector<std::int64_t> found(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto at = known.find(names[i]);
      found[i] = at != known.end() ? at->second : other ? static_cast<std::int64_t>(words.size()) : -1;
    }
    return found;
  }

  /// One-hot part; returns nothing of the means.
  void apply_words(const Words& rows, float* out, std::int64_t stride) const {
    const std::vector<std::int64_t> place = places(rows.names);
    const std::size_t inputs = words.size() + other + marked;
    for (std::size_t r = 0; r < rows.codes.size(); ++r) {
      float* to = out + static_cast<std::int64_t>(r) * stride;
      std::fill_n(to, inputs, 0.f);
      const std::int32_t code = rows.codes[r];
      if (code >= 0) {
        if (place[static_cast<std::size_t>(code)] >= 0) to[place[static_cast<std::size_t>(code)]] = 1.f;
      } else if (marked) {
        to[words.size() + other] = 1.f;
      }
    }
  }

  float scaled(double mean, std::size_t k) const {
    return deviations[k] > 0 ? static_cast<float>(std::clamp((mean - priors[k]) / deviations[k], -20., 20.)) : 0.f;
  }

  void apply(const Column& source, float* out, std::int64_t stride) const override {
    const Words rows = as_words(source);
    apply_words(rows, out, stride);
    if (mean_names.empty()) return;
    const std::size_t k = mean_names.size(), first = width() - k;
    std::unordered_map<std::string_view, std::size_t> known;
    for (std::size_t i = 0; i < mean_words.size(); ++i) known.emplace(mean_words[i], i);
    std::vector<std::int64_t> place(rows.names.size(), -1);
    for (std::size_t i = 0; i < place.size(); ++i)
      if (const auto at = known.find(rows.names[i]); at != known.end()) place[i] = static_cast<std::int64_t>(at->second);
    for (std::size_t r = 0; r < rows.codes.size(); ++r) {
      float* to = out + static_cast<std::int64_t>(r) * stride + first;
      const std::int64_t word = rows.codes[r] >= 0 ? place[static_cast<std::size_t>(rows.codes[r])] : -1;
      for (std::size_t j = 0; j < k; ++j) to[j] = word < 0 ? 0.f : scaled(means[static_cast<std::size_t>(word) * k + j], j);
    }
  }

  void apply_training(const Column& source, const TargetNumbers& targets, float* out, std::int64_t stride) const override {
    const Words rows = as_words(source);
    apply_words(rows, out, stride);
    if (mean_names.empty()) return;
    const std::size_t k = mean_names.size(), first = width() - k;
    const std::vector<double> by_row = out_of_fold(rows, targets, k);
    for (std::size_t r = 0; r < rows.codes.size(); ++r)
      for (std::size_t j = 0; j < k; ++j) out[static_cast<std::int64_t>(r) * stride + static_cast<std::int64_t>(first + j)] = scaled(by_row[r * k + j], j);
  }

  /// The smoothed mean of each row's word over the rows of the other folds; the whole mean of those where the word is missing or not there.
  static std::vector<double> out_of_fold(const Words& rows, const TargetNumbers& targets, std::size_t k) {
    std::vector<Sums> by_fold(folds, Sums(rows.names.size() + 1, k));  // the last word stands for all rows
    const std::size_t every = rows.names.size();
    const auto add = [&](Sums& sums, std::size_t word, std::size_t r) {
      sums.rows[word] += 1;
      for (std::size_t j = 0; j < k; ++j) sums.sums[word * k + j] += targets.values[r * k + j];
    };
    Sums all(every + 1, k);
    for (std::size_t r = 0; r < rows.codes.size(); ++r) {
      Sums& fold = by_fold[static_cast<std::size_t>(fold_of(static_cast<std::int64_t>(r)))];
      for (Sums* sums : {&fold, &all}) {
        if (rows.codes[r] >= 0) add(*sums, static_cast<std::size_t>(rows.codes[r]), r);
        add(*sums, every, r);
      }
    }
    std::vector<double> means(rows.codes.size() * k);
    for (std::size_t r = 0; r < rows.codes.size(); ++r) {
      const Sums& fold = by_fold[static_cast<std::size_t>(fold_of(static_cast<std::int64_t>(r)))];
      const double others = std::max(1., all.rows[every] - fold.rows[every]);
      for (std::size_t j = 0; j < k; ++j) {
        const double prior = (all.sums[every * k + j] - fold.sums[every * k + j]) / others;
        double sum = prior * prior_rows, count = prior_rows;
        if (rows.codes[r] >= 0) {
          const auto word = static_cast<std::size_t>(rows.codes[r]);
          sum += all.sums[word * k + j] - fold.sums[word * k + j];
          count += all.rows[word] - fold.rows[word];
        }
        means[r * k + j] = sum / count;
      }
    }
    return means;
  }

  std::string what() const override {
    if (width() == 0) return "left out: " + with_thousands(different) + " different words, none of which comes often enough to learn from";
    std::string text = words.empty() ? std::string() : with_thousands(static_cast<std::int64_t>(words.size())) + " words, one input each";
    if (other) text += (text.empty() ? "" : "; ") + with_thousands(different - static_cast<std::int64_t>(words.size())) + " rarer ones share one";
    if (marked) text += "; " + missing_text(missing) + ", an input of their own";
    if (!mean_names.empty())
      text += (text.empty() ? "" : "; ") + std::string("the mean of the target by word, drawn towards the whole mean (out of fold in training)");
    return text;
  }

  void look(const Column& source, ColumnSeen& seen) const override {
    const Words rows = as_words(source);
    std::unordered_set<std::string_view> known;
    for (const auto* list : {&words, &rare, &mean_words}) known.insert(list->begin(), list->end());
    std::vector<std::int64_t> counts(rows.names.size(), 0);
    for (std::int32_t code : rows.codes) {
      if (code < 0) ++seen.missing;
      else ++counts[static_cast<std::size_t>(code)];
    }
    for (std::size_t i = 0; i < counts.size() && all_kept; ++i) {
      if (counts[i] == 0 || known.contains(rows.names[i])) continue;
      seen.odd += counts[i];
      if (seen.fresh_words.insert(rows.names[i]).second) seen.fresh.push_back(quoted(rows.names[i], 30));
    }
  }

  void tell(const ColumnSeen& seen, TableDifferences& differences) const override {
    if (seen.odd)
      differences.new_words.push_back("column " + quoted(column()) + ": " + with_thousands(seen.odd) + (seen.odd == 1 ? " cell holds a word" : " cells hold words") + " that no training row had: " + name_list(seen.fresh, 5) +
                                      (other ? "; they count as other rare words" : "; they count as none of the known ones"));
    if (seen.missing && !marked) differences.new_words.push_back("column " + quoted(column()) + ": " + missing_text(seen.missing) + "; none was in the training rows");
  }

  Config config() const override {
    const auto list = [](const std::vector<std::string>& texts) {
      Config::List items;
      for (const std::string& text : texts) items.emplace_back(text);
      return items;
    };
    Config config{{"kind", "category"}, {"column", column()}, {"words", list(words)}, {"rare", list(rare)}, {"all_kept", all_kept}, {"other", other}, {"marked", marked}, {"missing", missing}, {"different", different}};
    if (!mean_names.empty()) {
      config.set("mean_names", list(mean_names));
      config.set("mean_words", list(mean_words));
      config.set("means", Config::numbers(means));
      config.set("priors", Config::numbers(priors));
      config.set("deviations", Config::numbers(deviations));
    }
    return config;
  }

  std::vector<std::string> words;  ///< with an input of their own, most frequent first
  std::vector<std::string> rare;   ///< training words without one, so that a new word is known as new; not beyond 1,000
  bool all_kept = true, other = false, marked = false;
  std::int64_t missing = 0, different = 0;
  std::vector<std::string> mean_names, mean_words;
  std::vector<double> means, priors, deviations;  ///< [mean_words, k], [k], [k]
};

/// Whether the means of the words lie further apart than chance puts them: the F test of a one-way analysis of variance, its limit three standard
/// deviations of F when the words mean nothing. Where they do, what is left of the means is what folds tell of a row's own target by leaving it out,
/// and trees learn that by heart. True where no word comes often enough for the test.
bool means_tell(const Words& rows, const TargetNumbers& targets, const std::vector<std::int64_t>& counts) {
  const auto k = static_cast<std::size_t>(targets.width);
  double known = 0, groups = 0;
  for (const std::int64_t n : counts) known += static_cast<double>(n), groups += n > 0;
  const double between = groups - 1, within = known - groups;
  if (between < 1 || within < between) return true;
  const double limit = 1 + 3 * std::sqrt(2 / between + 2 / within);
  for (std::size_t j = 0; j < k; ++j) {
    std::vector<double> sums(counts.size(), 0.);
    double whole = 0, squares = 0, of_words = 0;
    for (std::size_t r = 0; r < rows.codes.size(); ++r)
      if (rows.codes[r] >= 0) whole += targets.values[r * k + j];
    const double mean = whole / known;
    for (std::size_t r = 0; r < rows.codes.size(); ++r) {
      if (rows.codes[r] < 0) continue;
      const double y = targets.values[r * k + j] - mean;
      squares += y * y;
      sums[static_cast<std::size_t>(rows.codes[r])] += y;
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] > 0) of_words += sums[i] * sums[i] / static_cast<double>(counts[i]);
    const double rest = squares - of_words;
    if (of_words > 0 && (rest <= 0 || of_words / between > limit * rest / within)) return true;
  }
  return false;
}

void fit_means(CategoryPart& part, const Words& rows, const TargetNumbers& targets, const std::vector<std::size_t>& by_count, const std::vector<std::int64_t>& counts) {
  const auto k = static_cast<std::size_t>(targets.width);
  std::vector<double> sums(rows.names.size() * k, 0.), whole(k, 0.);
  for (std::size_t r = 0; r < rows.codes.size(); ++r)
    for (std::size_t j = 0; j < k; ++j) {
      const double y = targets.values[r * k + j];
      whole[j] += y;
      if (rows.codes[r] >= 0) sums[static_cast<std::size_t>(rows.codes[r]) * k + j] += y;
    }
  part.mean_names = targets.names;
  part.priors.resize(k);
  for (std::size_t j = 0; j < k; ++j) part.priors[j] = whole[j] / static_cast<double>(rows.codes.size());
  for (std::size_t i : by_count) {
    if (counts[i] < 2 || part.mean_words.size() >= most_means) break;
    part.mean_words.push_back(rows.names[i]);
    for (std::size_t j = 0; j < k; ++j) part.means.push_back((sums[i * k + j] + prior_rows * part.priors[j]) / (static_cast<double>(counts[i]) + prior_rows));
  }
  // Scaled by what the training rows will see.
  const std::vector<double> seen = CategoryPart::out_of_fold(rows, targets, k);
  part.deviations.assign(k, 0.);
  for (std::size_t i = 0; i < seen.size(); ++i) part.deviations[i % k] += (seen[i] - part.priors[i % k]) * (seen[i] - part.priors[i % k]);
  for (double& d : part.deviations) d = std::sqrt(d / static_cast<double>(rows.codes.size()));
}

std::vector<std::string> texts(const Config& config, const char* key, std::size_t most) {
  std::vector<std::string> list;
  const Config::List& items = config.at(key).items();
  if (items.size() > most) fail(ErrorKind::corrupt, "recipe: " + quoted(key) + " holds " + std::to_string(items.size()) + " words");
  for (const Config& item : items) list.push_back(item.text());
  std::vector<std::string_view> sorted(list.begin(), list.end());
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) fail(ErrorKind::corrupt, "recipe: " + quoted(key) + " holds a word twice");
  return list;
}

}  // namespace

PartPointer fit_category(const Column& column, const TargetNumbers& targets, const RecipeOptions& options) {
  auto part = std::make_shared<CategoryPart>(column.name);
  const Words rows = as_words(column);
  std::vector<std::int64_t> counts(rows.names.size(), 0);
  for (std::int32_t code : rows.codes) {
    if (code < 0) ++part->missing;
    else ++counts[static_cast<std::size_t>(code)];
  }
  const auto all = static_cast<std::int64_t>(rows.codes.size());
  std::vector<std::size_t> by_count;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i]) by_count.push_back(i);
  std::sort(by_count.begin(), by_count.end(), [&](std::size_t a, std::size_t b) { return counts[a] != counts[b] ? counts[a] > counts[b] : rows.names[a] < rows.names[b]; });
  part->different = static_cast<std::int64_t>(by_count.size());
  const std::int64_t least = std::min(options.min_category_rows, std::max<std::int64_t>(2, all / 50));
  for (std::size_t i : by_count) {
    if (!is_utf8(rows.names[i])) fail(ErrorKind::corrupt, "column " + quoted(column.name) + ": " + quoted(rows.names[i]) + " is not UTF-8; save the table as UTF-8");
    if (static_cast<std::int64_t>(part->words.size()) < options.max_categories && counts[i] >= least) part->words.push_back(rows.names[i]);
    else if (part->rare.size() < 1000) part->rare.push_back(rows.names[i]);
    else part->all_kept = false;
  }
  part->marked = part->missing > 0 && part->missing < all;
  part->other = !part->words.empty() && part->different > static_cast<std::int64_t>(part->words.size());
  // A word that every row has, or the only one beside nothing, tells nothing.
  if (part->words.size() == 1 && !part->other) part->words.clear();
  const bool many = options.target_means && targets.width > 0 && targets.width <= most_mean_width && part->different > static_cast<std::int64_t>(part->words.size()) + 1 && part->different > options.max_categories;
  if (many && counts[by_count.front()] >= 2 && means_tell(rows, targets, counts)) fit_means(*part, rows, targets, by_count, counts);
  return part;
}

PartPointer read_category(const Config& config) {
  auto part = std::make_shared<CategoryPart>(config.at("column").text());
  part->words = texts(config, "words", 1 << 20);
  part->rare = texts(config, "rare", 1 << 20);
  part->all_kept = config.at("all_kept").boolean();
  part->other = config.at("other").boolean();
  part->marked = config.at("marked").boolean();
  part->missing = config.at("missing").integer();
  part->different = config.at("different").integer();
  if (config.find("mean_names")) {
    part->mean_names = texts(config, "mean_names", static_cast<std::size_t>(most_mean_width));
    part->mean_words = texts(config, "mean_words", most_means);
    part->means = config.at("means").to_numbers();
    part->priors = config.at("priors").to_numbers();
    part->deviations = config.at("deviations").to_numbers();
    const std::size_t k = part->mean_names.size();
    if (k == 0 || part->means.size() != part->mean_words.size() * k || part->priors.size() != k || part->deviations.size() != k)
      fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": the means do not fit the words");
    for (const std::vector<double>* values : {&part->means, &part->priors, &part->deviations})
      for (double x : *values)
        if (!std::isfinite(x)) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": a mean is not finite");
  }
  if (part->missing < 0 || part->different < 0) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " has a negative count");
  return part;
}

}  // namespace candor::data::detail
