// Rows of several pieces of a table brought together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "candor/data/table/table.h"

namespace candor::data {

/// Gathers rows of tables with the same columns, as TableStream hands them out. Words are numbered in the order they come, and only those that occur are kept.
class RowCollector {
 public:
  /// Adds these rows, in this order. Columns are found by name; the first table says which there are, where they were not named. Throws Error (not_found) for a column that
  /// is missing, (corrupt) for words in a column that held numbers before, or the other way round; a column without any value may become either.
  void add(const Table& from, std::span<const std::int64_t> rows);
  /// `columns`: only these, which may be none; without a list all.
  explicit RowCollector(std::optional<std::vector<std::string>> columns = std::nullopt) : wanted_(std::move(columns)) {}

  std::int64_t rows() const { return rows_; }
  /// What was gathered; columns may be none when none were named or nothing was added.
  const Table& table() const { return table_; }
  /// Keeps only these rows.
  void keep(std::span<const std::int64_t> rows);

 private:
  std::optional<std::vector<std::string>> wanted_;
  Table table_;
  std::vector<std::unordered_map<std::string, std::int32_t>> codes_;  // of each column's words
  std::int64_t rows_ = 0;
};

}  // namespace candor::data
