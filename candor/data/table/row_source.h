// Rows of a database one by one: a table is read whole from it, or streamed piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "candor/data/table/table_builder.h"

namespace candor::data::detail {

/// The answer to a query while it comes. Nothing but the row that comes is held.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// "shop.db (select ...)": what stands as the table's source.
  virtual const std::string& source() const = 0;
  /// The columns, known from the start.
  virtual const std::vector<std::string>& names() const = 0;
  /// Adds the next row to a builder that has these columns; its bytes, 0 behind the last row. Throws Error for what the database reports.
  virtual std::size_t next(TableBuilder& builder) = 0;
};

/// A query to an SQLite file; errors as of read_table.
std::unique_ptr<RowSource> open_sqlite(const std::string& path, const TableOptions& options);
/// A query to a PostgreSQL server; rows come one by one, the client holds none of those before. Errors as of read_table.
std::unique_ptr<RowSource> open_postgres(const std::string& url, const TableOptions& options);

/// What `name` stands for when it is a database whose rows come one by one: "sqlite:...", "postgresql://...", an SQLite file; else null.
std::unique_ptr<RowSource> open_rows(const std::string& name, const TableOptions& options);

/// All rows, or as many as the options ask for. Throws Error (corrupt) when there are none.
Table read_all(RowSource& rows, const TableOptions& options);
/// Throws Error (corrupt): the query was good and nothing came.
[[noreturn]] void fail_no_database_rows(const std::string& source);

}  // namespace candor::data::detail
