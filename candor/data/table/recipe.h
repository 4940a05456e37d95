// What happens to a table before a network sees it: fitted on the training rows, stored in the model, done again to every row that is predicted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/table/schema.h"

namespace candor::data {

struct RecipeOptions {
  std::int64_t max_categories = 32;    ///< words beyond this many most frequent ones share one "other" input
  std::int64_t min_category_rows = 5;  ///< rarer words share it too (fewer in tables of less than 250 rows)
  std::int64_t text_features = 256;    ///< inputs of a text column
  bool target_means = true;            ///< categories with more words than inputs also enter as the mean of the target where they stand
  /// Above 1: a number also enters as at most this many pieces of its range, each from 0 to 1 (piecewise linear), cut where the target changes most, as a
  /// tree on this number alone would (Gorishniy, Rubachev, Babenko: "On embeddings for numerical features", 2022); without a target into equally many rows.
  std::int64_t pieces = 0;
};

/// What was done to one column, for people and the report.
struct ColumnTreatment {
  std::string column, what;           ///< "age": "standardised; 12 missing filled with 38 (median) and marked"
  std::vector<std::string> features;  ///< the inputs it became
};

/// What differs between the table a model learned from and one it is given. Found by name, never by position.
struct TableDifferences {
  std::vector<std::string> missing, extra, renamed, retyped, new_words, out_of_range;  ///< sentences
  bool reordered = false;
};

namespace detail {
class ColumnPart;
}

/// How the columns of a table become the inputs and targets of a network; fitted on training rows.
class Recipe {
 public:
  Recipe() = default;
  /// Learns fillings, categories, scales and calendars from training rows. Throws Error (invalid_argument) when nothing is left to learn from.
  static Recipe fit(const Table& train, const Schema& schema, const RecipeOptions& options = {});

  /// Features f32 [rows, inputs]; finite. Throws Error: not_found for columns that are missing (all named, with near spellings), corrupt for
  /// cells of another kind (column, row and cell named).
  Tensor features(const Table& table) const;
  /// The same for the rows it was fitted on. Only this differs: the mean of the target for each word of a category is taken over the rows of
  /// the other four of five folds, so that no row tells its own target. Training and nothing else uses it.
  Tensor training_features(const Table& train) const;
  /// Class numbers i32 [rows] or values f32 [rows] ([rows, k]). Rows without a target are an Error (invalid_argument) that counts them.
  Tensor targets(const Table& table) const;
  /// Features and targets (none when the table has no target column), with names: what a network is judged on.
  Dataset dataset(const Table& table) const;
  /// What it is trained on: as `dataset`, with `training_features`.
  Dataset training_dataset(const Table& train) const;
  /// The weights of the rows f32 [rows], 1 on average; undefined without a weight column. Throws Error (corrupt) for negative or infinite ones.
  Tensor weights(const Table& table) const;

  std::vector<std::string> feature_names() const;
  const std::vector<std::string>& class_names() const { return class_names_; }
  const std::vector<std::string>& target_names() const { return target_names_; }
  /// The source column of each input, in the order of the inputs: what importances are summed by.
  std::vector<std::string> source_columns() const;
  std::vector<ColumnTreatment> treatments() const;
  const Schema& schema() const { return schema_; }
  TableDifferences compare(const Table& table) const;
  class Comparison;

  Config config() const;
  /// Throws Error (corrupt) for everything a damaged file can hold.
  static Recipe from_config(const Config& config);

 private:
  Schema schema_;
  std::vector<std::string> class_names_, target_names_;
  std::vector<std::shared_ptr<const detail::ColumnPart>> parts_;  ///< how each source column becomes inputs; never changed, so copies share them
};

/// Recipe::compare for a table that comes in pieces of the same columns: counts and new words are of all of them.
class Recipe::Comparison {
 public:
  explicit Comparison(const Recipe& recipe);
  ~Comparison();
  void add(const Table& piece);
  TableDifferences differences() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace candor::data
