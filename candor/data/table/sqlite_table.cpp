#include <memory>
#if CANDOR_SQLITE
#include <sqlite3.h>
#endif

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"

namespace candor::data::detail {

#if CANDOR_SQLITE
namespace {

struct Library {
  SharedLibrary library{{"libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib"}, "reading SQLite databases", "libsqlite3-0 (Debian, Ubuntu) or sqlite"};
#define CANDOR_FUNCTION(name) decltype(sqlite3_##name)* name = library.get<decltype(sqlite3_##name)>("sqlite3_" #name)
  CANDOR_FUNCTION(open_v2);
  CANDOR_FUNCTION(close_v2);
  CANDOR_FUNCTION(errmsg);
  CANDOR_FUNCTION(prepare_v2);
  CANDOR_FUNCTION(finalize);
  CANDOR_FUNCTION(step);
  CANDOR_FUNCTION(stmt_readonly);
  CANDOR_FUNCTION(column_count);
  CANDOR_FUNCTION(column_name);
  CANDOR_FUNCTION(column_type);
  CANDOR_FUNCTION(column_double);
  CANDOR_FUNCTION(column_int64);
  CANDOR_FUNCTION(column_text);
  CANDOR_FUNCTION(column_bytes);
  CANDOR_FUNCTION(busy_timeout);
#undef CANDOR_FUNCTION
};

const Library& library() {
  static const Library found;
  return found;
}

using Database = std::unique_ptr<sqlite3, decltype(sqlite3_close_v2)*>;
using Statement = std::unique_ptr<sqlite3_stmt, decltype(sqlite3_finalize)*>;

Database open_database(const std::string& path) {
  const Library& lib = library();
  sqlite3* raw = nullptr;
  const int status = lib.open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  Database database(raw, lib.close_v2);
  if (status != SQLITE_OK) fail(ErrorKind::io, path + ": SQLite cannot open it: " + (raw ? lib.errmsg(raw) : "no memory"));
  lib.busy_timeout(raw, 5000);  // someone may be writing
  return database;
}

Statement prepare(sqlite3* database, const std::string& path, const std::string& query) {
  const Library& lib = library();
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int status = lib.prepare_v2(database, query.data(), static_cast<int>(query.size()), &raw, &rest);
  Statement statement(raw, lib.finalize);
  if (status == SQLITE_NOTADB) fail(ErrorKind::corrupt, path + ": not an SQLite database: " + lib.errmsg(database));
  if (status != SQLITE_OK) fail(ErrorKind::invalid_argument, path + ": the query failed: " + lib.errmsg(database) + "; it was " + quoted(query, 200));
  if (!raw || lib.column_count(raw) == 0) fail(ErrorKind::invalid_argument, path + ": the query " + quoted(query, 200) + " gives no table; it must be a select");
  if (!trimmed({rest, query.data() + query.size()}).empty()) fail(ErrorKind::invalid_argument, path + ": more than one statement in the query " + quoted(query, 200) + "; one select is expected");
  if (!lib.stmt_readonly(raw)) fail(ErrorKind::invalid_argument, path + ": the query " + quoted(query, 200) + " would change the database; it must be a select");
  return statement;
}

/// The only table; with several of them the choice is the user's.
std::string only_table(sqlite3* database, const std::string& path) {
  const Library& lib = library();
  const Statement statement = prepare(database, path, "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\' order by name");
  std::vector<std::string> names;
  while (lib.step(statement.get()) == SQLITE_ROW) {
    const auto* const text = reinterpret_cast<const char*>(lib.column_text(statement.get(), 0));
    names.emplace_back(text ? text : "");
  }
  if (names.size() == 1) return names[0];
  fail(names.empty() ? ErrorKind::corrupt : ErrorKind::invalid_argument,
       path + ": " + (names.empty() ? "the database has no tables" : "the database has several tables (" + name_list(names, 20) + "); say which: --query " + names[0] + ", or --query 'select ...'"));
}

class SqliteRows final : public RowSource {
 public:
  SqliteRows(const std::string& path, const TableOptions& options)
      : path_(path), database_(open_database(path)), query_(as_query(options.query.empty() ? only_table(database_.get(), path) : options.query)), statement_(prepare(database_.get(), path, query_)), source_(source_text(path, query_)) {
    for (int c = 0; c < library().column_count(statement_.get()); ++c) names_.emplace_back(library().column_name(statement_.get(), c));
  }
  const std::string& source() const override { return source_; }
  const std::vector<std::string>& names() const override { return names_; }

  std::size_t next(TableBuilder& builder) override {
    if (done_) return 0;
    const Library& lib = library();
    sqlite3_stmt* const row = statement_.get();
    const int status = lib.step(row);
    if (status == SQLITE_DONE) {
      done_ = true;  // another step would begin anew
      return 0;
    }
    ++rows_;
    if (status != SQLITE_ROW)
      fail(status == SQLITE_CORRUPT || status == SQLITE_NOTADB ? ErrorKind::corrupt : status == SQLITE_IOERR || status == SQLITE_BUSY ? ErrorKind::io : ErrorKind::invalid_argument,
           path_ + ": the query failed at row " + with_thousands(rows_) + ": " + lib.errmsg(database_.get()));
    std::size_t bytes = 1;
    for (std::size_t c = 0; c < names_.size(); ++c, bytes += 8) {
      const int at = static_cast<int>(c);
      switch (lib.column_type(row, at)) {
        case SQLITE_INTEGER: builder.number(c, static_cast<double>(lib.column_int64(row, at))); break;
        case SQLITE_FLOAT: builder.number(c, lib.column_double(row, at)); break;
        case SQLITE_TEXT: {
          const auto* const text = reinterpret_cast<const char*>(lib.column_text(row, at));
          const auto size = static_cast<std::size_t>(lib.column_bytes(row, at));
          if (text) builder.word(c, {text, size}), bytes += size;
          break;
        }
        case SQLITE_BLOB:
          fail(ErrorKind::corrupt, path_ + ": row " + with_thousands(rows_) + ", column " + quoted(names_[c]) + " holds bytes (a blob), a number or text is expected; leave it out of the query");
        default: break;
      }
    }
    builder.end_row();
    return bytes;
  }

 private:
  std::string path_;
  Database database_;
  std::string query_;
  Statement statement_;
  std::string source_;
  std::vector<std::string> names_;
  std::int64_t rows_ = 0;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<RowSource> open_sqlite(const std::string& path, const TableOptions& options) { return std::make_unique<SqliteRows>(path, options); }
#else
std::unique_ptr<RowSource> open_sqlite(const std::string& path, const TableOptions&) {
  fail(ErrorKind::unsupported, path + ": this build reads no SQLite databases (libsqlite3-dev was not there when it was made); export the table as CSV: sqlite3 -header -csv FILE 'select ...'");
}
#endif

}  // namespace candor::data::detail
