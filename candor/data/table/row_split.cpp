#include "candor/data/table/row_split.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/number_text.h"
#include "candor/data/table/split_plan.h"

namespace candor::data {
namespace {

constexpr std::array<std::string_view, 6> way_names{"automatic", "random", "stratified", "grouped", "ordered", "hashed"};

std::string percent(double share) { return detail::number_text(std::round(share * 1000) / 10) + " %"; }

void check_shares(const Table& table, const RowSplitOptions& options) {
  const double test = options.test, validation = options.validation;
  if (!(test >= 0 && test < 1 && validation >= 0 && validation < 1 && test + validation < 1))
    fail(ErrorKind::invalid_argument, "split: the shares of the test and validation rows must lie in [0, 1) and leave rows to train on, got " + detail::number_text(test) + " and " + detail::number_text(validation));
  const std::int64_t parts = 1 + (test > 0) + (validation > 0);
  if (table.rows() < parts)
    fail(ErrorKind::invalid_argument, "split: " + table.source + " has " + std::to_string(table.rows()) + " row(s); at least " + std::to_string(parts) + " are needed for " + std::to_string(parts) + " parts");
}

std::string describe(const detail::SplitPlan& plan, const std::string& shares) {
  const std::string by = plan.column.empty() ? std::string() : quoted(plan.column);
  switch (plan.way) {
    case SplitWay::grouped: return "rows with the same " + by + " stay together; " + shares;
    case SplitWay::ordered: return "in the order of " + by + ", the newest rows last; " + shares;
    case SplitWay::hashed: return "by a hash of " + (by.empty() ? "the whole row" : by) + ", which stays when rows are added; about " + shares;
    case SplitWay::stratified: return "at random, the same shares of every class in each part; " + shares;
    default: return "at random; " + shares;
  }
}

RowSplit gather(const Table& table, const Schema& schema, const detail::SplitPlan& plan, const std::vector<int>& part_of, const std::string& shares) {
  RowSplit split;
  split.way = plan.way;
  split.column = plan.column;
  std::array<std::vector<std::int64_t>*, 3> parts{&split.train, &split.validation, &split.test};
  for (std::int64_t row : plan.order)
    if (const int part = part_of[static_cast<std::size_t>(row)]; part >= 0) parts[static_cast<std::size_t>(part)]->push_back(row);
  split.how = describe(plan, shares);
  if (plan.way == SplitWay::stratified && schema.task == TaskKind::regression) split.how = "at random, the same spread of " + quoted(schema.targets()[0]) + " in each part; " + shares;
  detail::add_split_remarks(table, schema, plan, part_of, split.remarks);
  return split;
}

}  // namespace

std::string_view to_string(SplitWay way) { return way_names[static_cast<std::size_t>(way)]; }

SplitWay split_way_from(std::string_view name) {
  for (std::size_t i = 0; i < way_names.size(); ++i)
    if (way_names[i] == name) return static_cast<SplitWay>(i);
  const std::vector<std::string> names(way_names.begin(), way_names.end());
  fail(ErrorKind::invalid_argument, quoted(name) + " is no way to part rows" + did_you_mean(name, names) + "; there are " + name_list(names));
}

RowSplit split_rows(const Table& table, const Schema& schema, const RowSplitOptions& options) {
  check_shares(table, options);
  const detail::SplitPlan plan = detail::plan_split(table, schema, options);
  const std::array<double, 3> shares{1 - options.test - options.validation, options.validation, options.test};
  const std::vector<int> part_of = detail::assign_parts(plan, shares, options.seed);
  RowSplit split = gather(table, schema, plan, part_of, (options.validation > 0 ? percent(options.validation) + " for validation, " : "") + percent(options.test) + " for the test");
  const auto require = [&](const std::vector<std::int64_t>& rows, bool wanted, const char* name) {
    if (wanted && rows.empty() && split.way == SplitWay::stratified)
      fail(ErrorKind::invalid_argument, table.source + ": no row is left for the " + name + " part: " + with_thousands(plan.units) + (plan.units == 1 ? " row is" : " rows are") +
                                            " too few, or too few stand for each class; gather more rows, or part them yourself (--test-data)");
    if (wanted && rows.empty())
      fail(ErrorKind::invalid_argument, "split: " + table.source + ": no row is left for the " + name + " part when rows are parted " + std::string(to_string(split.way)) +
                                            (split.column.empty() ? "" : " by " + quoted(split.column)) + ", which allows " + with_thousands(plan.units) + " pieces; ask for other shares or another way");
  };
  require(split.train, true, "training");
  require(split.validation, options.validation > 0, "validation");
  require(split.test, options.test > 0, "test");
  return split;
}

std::vector<RowSplit> split_folds(const Table& table, const Schema& schema, int folds, const RowSplitOptions& options) {
  if (folds < 2 || folds > 1000000) fail(ErrorKind::invalid_argument, "split: at least 2 folds are needed, got " + std::to_string(folds));
  RowSplitOptions shares = options;
  shares.test = 0;
  check_shares(table, shares);
  const detail::SplitPlan plan = detail::plan_split(table, schema, options);
  const bool ordered = plan.way == SplitWay::ordered;
  const int blocks = ordered ? folds + 1 : folds;
  if (plan.units < blocks)
    fail(ErrorKind::invalid_argument, "split: " + table.source + ": " + std::to_string(folds) + " folds need " + std::to_string(blocks) + " pieces that can be parted, there are " + with_thousands(plan.units) +
                                          (plan.column.empty() ? "" : " (different " + quoted(plan.column) + ")"));
  const std::vector<int> fold_of = detail::assign_folds(plan, blocks, options.seed);
  std::vector<RowSplit> splits;
  for (int f = 0; f < folds; ++f) {
    std::vector<int> part_of(fold_of.size(), 0);
    const int tested = ordered ? f + 1 : f;
    for (std::size_t r = 0; r < fold_of.size(); ++r) part_of[r] = fold_of[r] == tested ? 2 : ordered && fold_of[r] > tested ? -1 : 0;
    if (options.validation > 0) detail::take_validation(plan, options.validation, options.seed + static_cast<std::uint64_t>(f) + 1, part_of);
    RowSplit split = gather(table, schema, plan, part_of, "fold " + std::to_string(f + 1) + " of " + std::to_string(folds) + " for the test");
    if (split.test.empty() || split.train.empty() || (options.validation > 0 && split.validation.empty()))
      fail(ErrorKind::invalid_argument, "split: " + table.source + ": fold " + std::to_string(f + 1) + " of " + std::to_string(folds) + " has no rows to train on, to validate or to test; ask for fewer folds");
    splits.push_back(std::move(split));
  }
  return splits;
}

std::vector<NestedSplit> split_nested(const Table& table, const Schema& schema, int outer, int inner, const RowSplitOptions& options) {
  std::vector<NestedSplit> nested;
  RowSplitOptions plain = options;
  plain.validation = 0;
  for (RowSplit& fold : split_folds(table, schema, outer, plain)) {
    const Table part = table.take(fold.train);
    RowSplitOptions within = options;
    within.seed = options.seed + nested.size() + 1;
    if (!fold.column.empty()) within.column = fold.column;
    within.way = fold.way;
    NestedSplit entry{fold, split_folds(part, schema, inner, within)};
    for (RowSplit& split : entry.inner)
      for (std::vector<std::int64_t>* rows : {&split.train, &split.validation, &split.test})
        for (std::int64_t& row : *rows) row = fold.train[static_cast<std::size_t>(row)];
    nested.push_back(std::move(entry));
  }
  return nested;
}

}  // namespace candor::data
