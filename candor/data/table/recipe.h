// What happens to a table before a network sees it: fitted on the training rows, stored in the model, done again to every row that is predicted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/table/schema.h"

namespace candor::data {

struct RecipeOptions {
  std::int64_t max_categories = 32;   ///< words beyond this many most frequent ones share one "other" input
  std::int64_t min_category_rows = 5; ///< rarer words share it too
  std::int64_t text_features = 256;   ///< inputs of a text column
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

class Recipe {
 public:
  Recipe() = default;
  /// Learns fillings, categories, scales and calendars from training rows. Throws Error (invalid_argument) when nothing is left to learn from.
  static Recipe fit(const Table& train, const Schema& schema, const RecipeOptions& options = {});

  /// Features f32 [rows, inputs]; finite. Throws Error: not_found for columns that are missing (all named, with near spellings), corrupt for
  /// cells of another kind (column, row and cell named).
  Tensor features(const Table& table) const;
  /// Class numbers i32 [rows] or values f32 [rows] ([rows, k]). Rows without a target are an Error (invalid_argument) that counts them.
  Tensor targets(const Table& table) const;
  /// Both, with names: what a network is trained on.
  Dataset dataset(const Table& table) const;

  std::vector<std::string> feature_names() const;
  const std::vector<std::string>& class_names() const { return class_names_; }
  const std::vector<std::string>& target_names() const { return target_names_; }
  /// The source column of each input, in the order of the inputs: what importances are summed by.
  std::vector<std::string> source_columns() const;
  std::vector<ColumnTreatment> treatments() const;
  const Schema& schema() const { return schema_; }
  TableDifferences compare(const Table& table) const;

  Config config() const;
  /// Throws Error (corrupt) for everything a damaged file can hold.
  static Recipe from_config(const Config& config);

 private:
  Schema schema_;
  std::vector<std::string> class_names_, target_names_;
  std::vector<Config> columns_;  ///< how each source column becomes inputs; to be replaced by what the fitted parts need
};

}  // namespace candor::data
