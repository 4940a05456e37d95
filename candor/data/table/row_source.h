// Rows of a database, of JSON or of NumPy's arrays one by one: a table is read whole from them, or streamed piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "candor/data/table/table_builder.h"

namespace candor::data::detail {

/// Rows while they come: the answer to a query, the lines of a file. No more is held than the row that comes and what the source reads at a time.
class RowSource {
 public:
  virtual ~RowSource() = default;
  /// "shop.db (select ...)": what stands as the table's source.
  virtual const std::string& source() const = 0;
  /// What the ids of remarks begin with: "sql", "json", "numpy".
  virtual const char* kind() const { return "sql"; }
  /// The columns, known from the start.
  virtual const std::vector<std::string>& names() const = 0;
  /// Adds the next row to a builder that has these columns; its bytes, 0 behind the last row. Throws Error for what the database reports.
  virtual std::size_t next(TableBuilder& builder) = 0;
};

/// A query to an SQLite file; errors as of read_table.
std::unique_ptr<RowSource> open_sqlite(const std::string& path, const TableOptions& options);
/// A query to a PostgreSQL server; rows come one by one, the client holds none of those before. Errors as of read_table.
std::unique_ptr<RowSource> open_postgres(const std::string& url, const TableOptions& options);

/// What DuckDB reads (Parquet, Arrow, its own databases, patterns of files), or SQL over it: options.query, in which `data` stands for the file. `path` may be
/// empty. Errors as of read_table.
std::unique_ptr<RowSource> open_duckdb(const std::string& path, const TableOptions& options);
/// A file of JSON lines, or of one list of rows, packed or not. `names_first`: it is read twice, and the first time tells the columns; else each row may add some.
/// Errors as of read_table.
std::unique_ptr<RowSource> open_json(const std::string& path, const TableOptions& options, bool names_first);

/// NumPy arrays where they lie in a file: a .npy of one or two axes or with named fields; a .npz whose arrays have equally many rows (packed ones are unpacked into memory).
/// Errors as of read_table.
std::unique_ptr<RowSource> open_numpy(const std::string& path);

/// What `name` stands for when its rows come one by one: "sqlite:...", "postgresql://...", "duckdb:...", an SQLite, Parquet, Arrow, JSON or NumPy file; else null.
/// `names_first`: names() is complete from the start.
std::unique_ptr<RowSource> open_rows(const std::string& name, const TableOptions& options, bool names_first);

/// All rows, or as many as the options ask for. Throws Error (corrupt) when there are none.
Table read_all(RowSource& rows, const TableOptions& options);
/// Throws Error (corrupt): the source can be read and nothing came.
[[noreturn]] void fail_no_rows(const RowSource& rows);

}  // namespace candor::data::detail
