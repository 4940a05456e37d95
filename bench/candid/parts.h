// Tables in two parts, and small changes to their columns: what faults on data are made of.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/candid/registry.h"
#include "candor/candid/data/subject.h"

namespace candor::bench {

/// Numbers that depend on the seed alone.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 0x1234567) {}
  std::uint64_t next();
  /// In [0, 1).
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * share(); }
  std::int64_t below(std::int64_t n) { return n > 0 ? static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)) : 0; }
  double normal();
  std::vector<std::int64_t> some(std::int64_t n, std::int64_t of);  ///< n different numbers below `of`

 private:
  std::uint64_t state_;
};

/// A training part and another one.
struct Parts {
  data::Table train, other;
  candid::PartKind kind = candid::PartKind::test;
  std::string target;
};

/// The source at random in two parts, a quarter in the second, of at most `most` rows.
Parts parted(const Source& source, Draw& draw, candid::PartKind kind = candid::PartKind::test, std::int64_t most = 4000);
/// What the checks say of them.
std::vector<Finding> look(Parts parts);

/// Columns of numbers with at least `different` different values, without the target.
std::vector<std::size_t> number_columns(const Parts& parts, std::int64_t different = 10);
std::vector<std::size_t> word_columns(const Parts& parts);
/// True when the target holds classes; then `labels` are its cells.
bool has_classes(const Parts& parts);
std::vector<std::string> cells(const data::Table& table, const std::string& column);
/// A column of words from cells; "" is missing.
data::Column words(const std::string& name, const std::vector<std::string>& cells);
data::Column numbers(const std::string& name, std::vector<double> values);
/// Replaces the column of that name, or adds it in front.
void put(data::Table& table, data::Column column);
void drop(data::Table& table, const std::string& column);
/// Rows of `b` behind those of `a`; both have the same columns.
data::Table joined(const data::Table& a, const data::Table& b);
/// Standard deviation of a column of numbers.
double deviation(const data::Column& column);

}  // namespace candor::bench
