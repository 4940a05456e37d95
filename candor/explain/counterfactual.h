// One row explained: which columns its answer comes from, and what would have to be different for another answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/candid/interval.h"
#include "candor/explain/table_answer.h"

namespace candor::explain {

/// What is asked of an answer: that class is the most probable one, or that a value reaches or stays below a bound.
struct Wanted {
  std::int64_t output = 0;   ///< class, or column of the values
  bool is_class = true;
  double at_least = 0;       ///< values: this or more ...
  bool below = false;        ///< ... or, when true, this or less
};

/// A cell that would have to be another.
struct Change {
  std::string column, from, to;
  double distance = 0;       ///< numbers: |to - from| / spread; words: 1
};

/// A row near the one asked about that gets the wanted answer.
struct Counterfactual {
  std::vector<Change> changes = {};
  double distance = 0;              ///< sum over the changes (Wachter, Mittelstadt and Russell, 2017)
  std::vector<double> answer = {};  ///< the model's, for the changed row
  data::Table row;
};

struct CounterfactualOptions {
  std::vector<std::string> keep = {};  ///< columns that must not change
  std::size_t changes = 3;             ///< columns that may change at once
  std::int64_t values = 24;            ///< tried for each column
  std::int64_t rows = 2000;            ///< of the table that are looked at
  std::uint64_t seed = 0;
};

/// The nearest change found that gives the wanted answer: numbers move within the range seen in `table`, words to words seen there; first one column, then
/// two, then three, each number then moved back as far as the answer allows. No changes: the row has the answer already; empty result: nothing found.
std::vector<Counterfactual> nearest_change(const TableAnswer& answer, const data::Table& table, const data::Table& row, const Wanted& wanted,
                                           const CounterfactualOptions& options = {});
/// The plausible one: starts from the nearest row of `table` that gets the wanted answer and takes back every difference that is not needed for it. All values, and
/// nearly their combination, have been seen.
std::vector<Counterfactual> nearest_example(const TableAnswer& answer, const data::Table& table, const data::Table& row, const Wanted& wanted,
                                            const CounterfactualOptions& options = {});

/// A column's part in one answer.
struct Contribution {
  std::string column, value;
  double amount = 0;            ///< in the units of the answer: probability, or value
  candid::Interval interval;    ///< 95 %, from the draws
};

/// Shapley values by sampling (Strumbelj and Kononenko, 2014): columns enter one after the other, in a random order, into a random row of `table`; a column's part is the mean
/// change of output `output` when it enters. They add up to the row's answer less `base`, the mean answer of the table's rows drawn. Largest first.
struct Contributions {
  double base = 0, answer = 0;
  std::vector<Contribution> columns = {};
};
Contributions contributions(const TableAnswer& answer, const data::Table& table, const data::Table& row, std::int64_t output, int draws = 200, std::uint64_t seed = 0);

}  // namespace candor::explain
