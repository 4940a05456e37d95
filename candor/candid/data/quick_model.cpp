#include "candor/candid/data/quick_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

#include "candor/candid/baselines/kernel.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/owners.h"
#include "candor/candid/data/picture_features.h"
#include "candor/data/table/text_tokens.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t most_columns = 60, most_texts_read = 5000;
constexpr std::size_t most_texts = 3, most_text_classes = 12;

std::unordered_set<std::string> different_words(const std::string& text) {
  const std::vector<std::string> all = data::text_terms(text);
  return {all.begin(), all.end()};
}

BoostingOptions quick(std::int64_t rows, int classes) {
  BoostingOptions o;
  o.trees = classes <= 3 ? 40 : classes <= 12 ? 25 : 12;
  o.rate = .2;
  o.leaves = 15;
  o.leaf_rows = rows < 200 ? 5 : 10;
  return o;
}

}  // namespace

QuickInputs::TextInput QuickInputs::read_texts(const CheckColumn& column) const {
  constexpr float least = 10;  // texts that a word stands in: a rarer one would know its own text's label
  TextInput input{&column};
  std::vector<float> texts(text_classes_, 0);
  std::unordered_map<std::string, std::vector<float>> counts;
  for (std::int64_t row = 0; row < subject_.rows(); row += row_step(subject_.rows(), most_texts_read)) {
    const std::int32_t code = column.parts[0].codes[static_cast<std::size_t>(row)], label = subject_.labels[0][static_cast<std::size_t>(row)];
    if (code < 0 || label < 0 || static_cast<std::size_t>(label) >= text_classes_) continue;
    ++texts[static_cast<std::size_t>(label)];
    for (const std::string& word : different_words(column.words[static_cast<std::size_t>(code)])) ++counts.try_emplace(word, text_classes_, 0.F).first->second[static_cast<std::size_t>(label)];
  }
  float all = 0;
  for (const float n : texts) all += n;
  for (auto& [word, of] : counts) {
    float n = 0;
    for (const float k : of) n += k;
    if (n < least) continue;
    // Drawn towards the share of all texts, as if five more had been seen that say nothing.
    for (std::size_t k = 0; k < of.size(); ++k) of[k] = std::log((of[k] + 5 * n / all + .5F) / (texts[k] + 6) * (all + 6) / (n + 5 * n / all + .5F));
    input.words.emplace(word, of);
  }
  return input;
}

QuickInputs::QuickInputs(const Subject& s) : subject_(s), text_classes_(std::min(s.class_names.size(), most_text_classes)) {
  for (const CheckColumn& column : s.columns) {
    if (column.role == data::Role::text && column.parts[0].present && s.has_labels(0) && texts_.size() < most_texts) texts_.push_back(read_texts(column));
    if (!column.is_input() || column.role == data::Role::text || says_whose(column, s) || static_cast<std::int64_t>(inputs_.size()) >= most_columns) continue;
    std::vector<double> values;
    if (!column.numeric) {
      // The mean class number where a word stands, drawn towards the mean of all by five rows: no cell then tells much of its own label.
      std::vector<double> sum(column.words.size(), 0), count(column.words.size(), 0);
      double all = 0, n = 0;
      for (std::int64_t row = 0; s.has_labels(0) && row < s.rows(); ++row) {
        const std::int32_t code = column.parts[0].codes[static_cast<std::size_t>(row)], label = s.labels[0][static_cast<std::size_t>(row)];
        if (code < 0 || label < 0) continue;
        sum[static_cast<std::size_t>(code)] += label, count[static_cast<std::size_t>(code)] += 1, all += label, n += 1;
      }
      for (std::size_t k = 0; k < sum.size(); ++k) values.push_back((sum[k] + 5 * all / std::max(n, 1.0)) / (count[k] + 5));
    }
    inputs_.push_back(&column);
    word_values_.push_back(std::move(values));
  }
}

std::int64_t QuickInputs::columns() const { return subject_.is_table() ? static_cast<std::int64_t>(inputs_.size() + texts_.size() * text_classes_) : picture_feature_count; }

Matrix QuickInputs::rows(std::size_t part, std::span<const std::int64_t> rows) const {
  if (!subject_.is_table()) return picture_features(subject_.parts[part].set.features, rows);
  Matrix x = Matrix::zeros(static_cast<std::int64_t>(rows.size()), columns());
  for (std::size_t j = 0; j < texts_.size(); ++j) {
    const CheckColumn& column = *texts_[j].column;
    for (std::size_t i = 0; i < rows.size() && column.parts[part].present; ++i) {
      const std::int32_t code = column.parts[part].codes[static_cast<std::size_t>(rows[i])];
      if (code < 0) continue;
      for (const std::string& word : different_words(column.words[static_cast<std::size_t>(code)])) {
        const auto known = texts_[j].words.find(word);
        if (known == texts_[j].words.end()) continue;
        for (std::size_t k = 0; k < text_classes_; ++k) x.at(static_cast<std::int64_t>(i), static_cast<std::int64_t>(inputs_.size() + j * text_classes_ + k)) += static_cast<double>(known->second[k]);
      }
    }
  }
  for (std::size_t j = 0; j < inputs_.size(); ++j) {
    const CheckCells& cells = inputs_[j]->parts[part];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      double value = std::numeric_limits<double>::quiet_NaN();
      const auto at = static_cast<std::size_t>(rows[i]);
      if (cells.present && inputs_[j]->numeric) value = cells.numbers[at];
      else if (cells.present && cells.codes[at] >= 0) value = word_values_[j][static_cast<std::size_t>(cells.codes[at])];
      x.at(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)) = value;
    }
  }
  return x;
}

std::vector<std::int64_t> labelled_rows(const Subject& s, std::size_t part, std::int64_t most) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> keyed;
  for (std::int64_t row = 0; row < s.rows(part); ++row) {
    if (s.labels[part][static_cast<std::size_t>(row)] < 0) continue;
    std::uint64_t x = static_cast<std::uint64_t>(row + 1) * 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9ULL;
    keyed.emplace_back(x ^ (x >> 32), row);
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < keyed.size() && static_cast<std::int64_t>(i) < most; ++i) rows.push_back(keyed[i].second);
  return rows;
}

std::vector<std::int32_t> labels_of(const Subject& s, std::size_t part, std::span<const std::int64_t> rows) {
  std::vector<std::int32_t> labels;
  for (const std::int64_t row : rows) labels.push_back(s.labels[part][static_cast<std::size_t>(row)]);
  return labels;
}

Matrix answers_of(const Matrix& train, std::span<const std::int32_t> labels, int classes, const Matrix& asked, bool pictures) {
  if (!pictures) return BoostedTrees::fit_classes(train, labels, classes, quick(train.rows, classes)).predict(asked);
  return as_shares(KernelClassifier(train, labels, classes).scores(asked));
}

Matrix out_of_fold(const Matrix& x, std::span<const std::int32_t> labels, int classes, int folds, bool pictures) {
  if (pictures) return as_shares(KernelClassifier(x, labels, classes).left_out());
  Matrix out = Matrix::zeros(x.rows, classes);
  for (int fold = 0; fold < folds; ++fold) {
    Matrix train{0, x.columns, {}}, asked{0, x.columns, {}};
    std::vector<std::int32_t> y;
    std::vector<std::int64_t> where;
    for (std::int64_t i = 0; i < x.rows; ++i) {
      Matrix& into = i % folds == fold ? asked : train;
      const auto row = x.row(i);
      into.values.insert(into.values.end(), row.begin(), row.end());
      ++into.rows;
      if (i % folds == fold) where.push_back(i);
      else y.push_back(labels[static_cast<std::size_t>(i)]);
    }
    const Matrix p = answers_of(train, y, classes, asked, false);
    for (std::size_t i = 0; i < where.size(); ++i)
      for (int k = 0; k < classes; ++k) out.at(where[i], k) = p.at(static_cast<std::int64_t>(i), k);
  }
  return out;
}

std::vector<std::int32_t> most_probable(const Matrix& p) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i < p.rows; ++i) {
    const auto row = p.row(i);
    out.push_back(static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return out;
}

}  // namespace candor::candid::detail
