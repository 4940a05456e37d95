// Rows of a table parted into training, validation and test rows, or into folds: at random, by class, by group, by time or by id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/schema.h"

namespace candor::data {

enum class SplitWay {
  automatic,   ///< ordered when a column has the role order, grouped when one has the role group, else stratified
  random,
  stratified,  ///< every part has the classes in the same shares (regression: tenths of the target)
  grouped,     ///< rows of one group stay together; classes are spread as evenly as that allows
  ordered,     ///< the oldest rows train, the newest test; rows of one moment stay together
  hashed,      ///< by a hash of the id: a row stays on its side when others are added or taken away
};
/// "stratified", ...
std::string_view to_string(SplitWay way);
/// Throws Error (invalid_argument) with the ways and the nearest spelling.
SplitWay split_way_from(std::string_view name);

struct RowSplitOptions {
  SplitWay way = SplitWay::automatic;
  double validation = 0;     ///< share of the rows, in [0, 1)
  double test = 0.2;         ///< the same; both together below 1
  std::uint64_t seed = 0;
  /// What grouped, ordered and hashed go by. Empty: the column with the role group or order (else the first date), or the id; a hashed split
  /// without an id goes by the whole row.
  std::string column = {};
};

/// Row numbers of each part, ascending (ordered: by time). No part that was asked for is empty.
struct RowSplit {
  std::vector<std::int64_t> train, validation, test;
  SplitWay way = SplitWay::random;
  std::string column;            ///< what it went by; empty when by none
  std::string how;               ///< for people: "at random, 20 % of each class for the test"
  std::vector<Remark> remarks;   ///< groups on both sides, dates that were shuffled, classes too rare for every part
};

/// Throws Error: invalid_argument for shares out of range, too few rows or groups, or a way the table does not allow; not_found for a column.
RowSplit split_rows(const Table& table, const Schema& schema, const RowSplitOptions& options = {});

/// k splits, each with another fold as its test part (`options.test` is not used). Ordered: k + 1 blocks of time, each fold trained on all blocks
/// before its own. `options.validation` is a share of the rows that are not tested, parted in the same way.
std::vector<RowSplit> split_folds(const Table& table, const Schema& schema, int folds, const RowSplitOptions& options = {});

/// Folds within folds: the inner ones choose (a network, a learning rate), the outer ones judge what was chosen.
struct NestedSplit {
  RowSplit outer;
  std::vector<RowSplit> inner;  ///< of outer.train; row numbers are the whole table's
};
std::vector<NestedSplit> split_nested(const Table& table, const Schema& schema, int outer, int inner, const RowSplitOptions& options = {});

}  // namespace candor::data
