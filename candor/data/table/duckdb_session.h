// DuckDB's C interface, declared here as far as it is used: the library is found at run time, and distributions have no header of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace candor::data::detail {

struct DuckLibrary;
using DuckHandle = struct duckdb_handle*;

/// duckdb_result of duckdb.h, stable since version 1.0.
struct DuckResult {
  std::uint64_t deprecated_column_count, deprecated_row_count, deprecated_rows_changed;
  void* deprecated_columns;
  char* deprecated_error_message;
  void* internal_data;
};

/// A connection to a database in memory, from which files are read.
class DuckSession {
 public:
  /// `name`: what errors begin with. Throws Error: unsupported where the library is not found, io when DuckDB does not start.
  explicit DuckSession(std::string name);
  ~DuckSession();
  DuckSession(const DuckSession&) = delete;
  DuckSession& operator=(const DuckSession&) = delete;

 private:
  friend class DuckAnswer;
  std::string name_;
  const DuckLibrary& duck_;
  DuckHandle database_ = nullptr, connection_ = nullptr;
};

/// The answer to one statement while it comes: a chunk of some thousand rows at a time is held, no more. The session must outlive it.
class DuckAnswer {
 public:
  /// Runs the statement; errors show `shown` in its place. Throws Error (invalid_argument) for what DuckDB refuses.
  DuckAnswer(const DuckSession& session, const std::string& sql, std::string shown);
  ~DuckAnswer();
  DuckAnswer(const DuckAnswer&) = delete;
  DuckAnswer& operator=(const DuckAnswer&) = delete;

  /// Goes to the next row; false behind the last. Throws Error (invalid_argument) when the statement fails at this row.
  bool next();
  /// Whether the cell of the row holds something.
  bool valid(std::size_t column) const;
  /// A cell of a column of type VARCHAR, until the next row.
  std::string_view text(std::size_t column) const;
  /// A cell of a column of type DOUBLE.
  double number(std::size_t column) const;

 private:
  bool advance();
  void drop_chunk();
  [[noreturn]] void refuse(const char* why) const;

  const DuckLibrary& duck_;
  std::string name_, shown_;
  DuckHandle statement_ = nullptr, chunk_ = nullptr;
  DuckResult result_{};
  bool begun_ = false;
  std::uint64_t row_ = 0, rows_ = 0;
  std::vector<DuckHandle> vectors_;
};

}  // namespace candor::data::detail
