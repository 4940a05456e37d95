// Columns that say whose row it is (a person, a machine), and what rows that belong together are worth.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// By its role, or by a name like "patient" or "machine_id" with several rows each.
bool says_whose(const CheckColumn& column, const Subject& subject);

/// Whether `part` is of other persons or machines than training: most values of such a column are new there, as their names are.
bool has_new_owners(const CheckColumn& column, const Subject& subject, std::size_t part);

/// A column of words that no name tells of, as "probe" or "vin", whose values nevertheless stand for persons or machines: 15 and more values, 2.5 rows each and more, and rows of the same value much alike in at least two
/// columns of numbers (correlation within groups of .4 and more in the middle of them).
bool seems_to_say_whose(const CheckColumn& column, const Subject& subject);

/// Whether most rows of `part` were taken outside of the time of the training rows, by a date or an order.
bool of_another_time(const Subject& subject, std::size_t part);

/// Rows of one person are much alike: ten patients of thirty rows each say less of all patients than three hundred rows of three hundred. Kish's design effect, with the correlation within groups of a
/// one-way analysis of variance.
class RowOwners {
 public:
  /// By the first column that says whose rows those of `part` are.
  RowOwners(const Subject& subject, std::size_t part);
  /// How many independent rows those of a column are worth: all when nothing says whose they are.
  double effective_rows(const CheckColumn& column) const;

 private:
  std::size_t part_;
  const CheckColumn* owner_ = nullptr;
  std::vector<std::int32_t> group_;  // of each row; -1: not known
  std::size_t groups_ = 0;
};

}  // namespace candor::candid::detail
