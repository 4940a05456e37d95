// What matters to a model as a whole: how much its score falls when a column is shuffled, and what it answers as a column changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/report/report.h"
#include "candor/explain/table_answer.h"

namespace candor::explain {

struct ImportanceOptions {
  std::vector<std::string> columns = {};  ///< empty: all
  int repeats = 5;                        ///< shuffles of each column; the interval comes from them
  std::int64_t rows = 2000;               ///< at most so many are asked
  std::uint64_t seed = 0;
};

/// Permutation importance (Breiman, 2001): how much accuracy (classes) or R2 (values) falls when a column is shuffled among the rows, the others left as they
/// are; with a 95 % t interval over the repeats. Largest first. `truth` holds the targets of the table's rows. Columns that say the same share
/// their importance: neither seems to matter alone. Throws Error: not_found for a column that is not there; shape when rows and truth differ.
std::vector<candid::Importance> importances(const TableAnswer& answer, const data::Table& table, const data::Dataset& truth, const ImportanceOptions& options = {});

struct DependenceOptions {
  int points = 24;           ///< of a number's range: its quantiles
  std::int64_t rows = 300;   ///< rows whose answers are averaged
  std::int64_t words = 12;   ///< the most frequent ones of a category
  std::size_t curves = 6;    ///< classes, at most
  std::uint64_t seed = 0;
};

/// Partial dependence (Friedman, 2001): the mean answer over the rows when a column is set to a value in all of them; low and high hold the 10 and 90 %
/// quantiles of the rows. One curve for each class (the second alone when there are two), or one. x of a category counts its words.
std::vector<candid::Dependence> dependences(const TableAnswer& answer, const data::Table& table, const std::vector<std::string>& columns,
                                            const std::vector<std::string>& class_names, const DependenceOptions& options = {});

/// What the model answers over two columns of numbers, the others as in the row that lies in the middle (medians, commonest words); up to 500 rows of
/// `truth` as points. Throws Error: not_found; invalid_argument for columns of words.
candid::DecisionMap decision_map(const TableAnswer& answer, const data::Table& table, const data::Dataset& truth, const std::string& x, const std::string& y,
                                 std::int64_t side = 60);

}  // namespace candor::explain
