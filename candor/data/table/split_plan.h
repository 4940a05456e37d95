// What a split goes by, worked out once: the order of the rows, what stays together, and the classes to spread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/table/row_split.h"

namespace candor::data::detail {

struct SplitPlan {
  SplitWay way = SplitWay::random;
  std::string column;
  std::vector<std::int64_t> order;       ///< the rows as parts list them: ascending, or by time
  std::vector<std::int32_t> unit_of;     ///< rows with the same number stay together; ordered: rising along `order`
  std::int64_t units = 0;
  std::vector<std::int32_t> class_of;    ///< to be spread evenly; empty when there are none
  std::int32_t classes = 0;
  std::vector<std::uint64_t> hash_of;    ///< hashed: of each row
};

/// Throws Error as split_rows does.
SplitPlan plan_split(const Table& table, const Schema& schema, const RowSplitOptions& options);

/// For each row 0 (train), 1 (validation) or 2 (test).
std::vector<int> assign_parts(const SplitPlan& plan, const std::array<double, 3>& shares, std::uint64_t seed);
/// For each row its fold, 0 to folds - 1; ordered: from the oldest block to the newest.
std::vector<int> assign_folds(const SplitPlan& plan, int folds, std::uint64_t seed);
/// Turns a share of the rows of part 0 into part 1, in the plan's way.
void take_validation(const SplitPlan& plan, double share, std::uint64_t seed, std::vector<int>& part_of);

void add_split_remarks(const Table& table, const Schema& schema, const SplitPlan& plan, const std::vector<int>& part_of, std::vector<Remark>& remarks);

}  // namespace candor::data::detail
