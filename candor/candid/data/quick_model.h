// A model that is fitted in a moment, to see whether labels follow from inputs at all, and in the same way in all parts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "candor/candid/baselines/boosting.h"
#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// Inputs of rows as numbers, NaN where missing: columns of tables (words by the mean of the label where they stand in training, texts by what their words say of each class; names of persons and
/// machines are left out), or what pictures are judged by (picture_features.h).
class QuickInputs {
 public:
  /// Learns the numbers for words from the training part.
  explicit QuickInputs(const Subject& subject);
  Matrix rows(std::size_t part, std::span<const std::int64_t> rows) const;
  std::int64_t columns() const;

 private:
  /// What the words of a text say of each class, as naive Bayes has it.
  struct TextInput {
    const CheckColumn* column = nullptr;
    std::unordered_map<std::string, std::vector<float>> words = {};  ///< the logarithm of how much commoner a word is in each class
  };
  TextInput read_texts(const CheckColumn& column) const;

  const Subject& subject_;
  std::vector<TextInput> texts_;
  std::size_t text_classes_ = 0;
  std::vector<const CheckColumn*> inputs_;
  std::vector<std::vector<double>> word_values_;
};

/// Rows of a part that have a label, mixed, at most `most`.
std::vector<std::int64_t> labelled_rows(const Subject& subject, std::size_t part, std::int64_t most);
std::vector<std::int32_t> labels_of(const Subject& subject, std::size_t part, std::span<const std::int64_t> rows);

/// Probabilities [asked, classes] by boosted trees, or for pictures by a kernel classifier (kernel.h), learned on the other rows.
Matrix answers_of(const Matrix& train, std::span<const std::int32_t> labels, int classes, const Matrix& asked, bool pictures);
/// The same for training rows, each asked of what was learned on the other folds; pictures of what was learned on all others.
Matrix out_of_fold(const Matrix& x, std::span<const std::int32_t> labels, int classes, int folds, bool pictures);

/// Number of the largest entry of each row.
std::vector<std::int32_t> most_probable(const Matrix& probabilities);

}  // namespace candor::candid::detail
