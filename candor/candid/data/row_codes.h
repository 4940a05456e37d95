// Rows as numbers that stand for their contents, so that equal rows are found in one pass, and what chance says about how many there are.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "candor/candid/data/subject.h"

namespace candor::candid::detail {

/// The columns that two parts share, but for ids and what the user told to ignore; `a` and `b` may be the same part.
class RowCodes {
 public:
  /// `target` false leaves the target out.
  RowCodes(const Subject& subject, std::size_t a, std::size_t b, bool target = true);

  std::size_t columns() const { return cells_.size(); }
  /// One number a row of part `a` or `b`.
  std::vector<std::uint64_t> hashes(std::size_t part) const;
  /// How unlikely it is that two rows are equal, were the columns independent: -log2 of that chance.
  double bits() const { return bits_; }
  /// How many pairs of rows would be equal by chance, as the rows say that are equal but for one step in one column: a column whose values lie densely has as many pairs with
  /// no step as with one step up or down. The largest number that any column gives. `known` counts the hashes of part a.
  double near_pairs(const std::unordered_map<std::uint64_t, std::int32_t>& known, std::size_t part) const;

 private:
  /// The cells of one column in both parts.
  struct Cells {
    const CheckColumn* column = nullptr;
    std::uint64_t of(std::size_t part, std::size_t row) const;
  };
  std::size_t first_, second_;
  std::vector<Cells> cells_;
  double bits_ = 0;
};

}  // namespace candor::candid::detail
