// Tables from files and databases: what lies behind a name becomes columns of numbers and words, and what was noticed is said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/csv.h"
#include "candor/data/table/table.h"

namespace candor::data {

/// What a quote at the beginning of a text table's cell is: `enclosing` a cell that may hold separators and line ends ("" is a quote in it), or
/// `text` like any other character. `automatic`: enclosing, but text in tab-separated rows that agree only so.
enum class Quotes { automatic, enclosing, text };

/// How a table is read. Everything that is left alone is found by looking.
struct TableOptions {
  std::string query = {};                   ///< SQL, for databases and for files that DuckDB reads
  char separator = 0;                       ///< text tables: what parts the cells; ' ' means any number of blanks. 0: found
  char decimal = 0;                         ///< '.' or ','. 0: found for each column
  Header header = Header::automatic;        ///< automatic: the first line, when it differs in kind from those below
  Quotes quotes = Quotes::automatic;
  char comment = '#';                       ///< lines that begin with it are passed over; 0: none are
  std::string encoding = {};                ///< "utf-8", "windows-1252" or "latin-1", "utf-16"; empty: found
  std::vector<std::string> missing = {};    ///< words for a missing cell beside those known ("", NA, N/A, NaN, null, ?, -, `\\N`)
  bool nan_is_missing = true;               ///< text tables: false counts "nan" among numbers as an infinite cell, which is a remark
  std::vector<std::string> columns = {};    ///< only these, in this order; empty: all
  std::vector<std::string> text = {};       ///< columns that are words even if every cell is a number
  std::vector<std::string> numbers = {};    ///< columns that are numbers: a word in them is an Error (corrupt) naming row, line and cell
  std::int64_t rows = 0;                    ///< no more than the first so many; 0: all
  bool totals_row = false;                  ///< true keeps a row of totals at the end
};

/// Reads what `name` stands for: a file (here, then below CANDOR_DATA), or a database by URL, by its ending and contents:
/// - CSV and its kin (, ; tab | or blanks), JSON lines (.jsonl, .ndjson, .json); also packed (.gz, .zst, .xz, .bz2)
/// - NumPy's .npy and .npz
/// - SQLite (a file of that kind, or sqlite:FILE) and PostgreSQL (postgresql://host/database) by `query`, a select or a table's name
/// - Parquet and Arrow by DuckDB where its library is found; duckdb:FILE asks any file or pattern of files by `query`, where the table `data` is the file
/// A column holds numbers when each cell that is not missing is one, otherwise words. Everything that was found or decided on the way is a
/// remark. Throws Error: not_found; io; corrupt for what is no such table, naming row and line; invalid_argument for options that do not fit
/// and queries that fail (with the database's reason); unsupported for what this build or machine cannot read, with what to install; memory.
Table read_table(const std::string& name, const TableOptions& options = {});

/// Whether a name stands for a database or a query over files: "sqlite:...", "postgresql://...", "duckdb:...".
bool is_table_url(std::string_view name);

/// A text without the password of the PostgreSQL address in it (postgresql://user:password@host/..., ...?password=...), for people and for what is stored; any
/// other text as it is.
std::string without_password(std::string_view text);

/// A text table (CSV and its kin) that lies in memory; `name` stands in errors.
Table parse_table(std::string_view text, const TableOptions& options = {}, const std::string& name = "text");

}  // namespace candor::data
