#include "candor/pipeline/run_store.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#if CANDOR_SQLITE
#include <sqlite3.h>
#endif

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#include "candor/formats/config_json.h"

namespace candor::pipeline {
namespace {

namespace fs = std::filesystem;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

#if CANDOR_SQLITE
struct Library {
  SharedLibrary library{{"libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib"}, "the record of runs", "libsqlite3-0 (Debian, Ubuntu) or sqlite"};
#define CANDOR_FUNCTION(name) decltype(sqlite3_##name)* name = library.get<decltype(sqlite3_##name)>("sqlite3_" #name)
  CANDOR_FUNCTION(open_v2);
  CANDOR_FUNCTION(close_v2);
  CANDOR_FUNCTION(errmsg);
  CANDOR_FUNCTION(exec);
  CANDOR_FUNCTION(prepare_v2);
  CANDOR_FUNCTION(finalize);
  CANDOR_FUNCTION(step);
  CANDOR_FUNCTION(bind_text);
  CANDOR_FUNCTION(bind_int64);
  CANDOR_FUNCTION(bind_double);
  CANDOR_FUNCTION(column_text);
  CANDOR_FUNCTION(column_bytes);
  CANDOR_FUNCTION(column_int64);
  CANDOR_FUNCTION(last_insert_rowid);
  CANDOR_FUNCTION(busy_timeout);
#undef CANDOR_FUNCTION
};

const Library& library() {
  static const Library found;
  return found;
}

/// An open record.
class Database {
 public:
  Database(const std::string& path, bool write) : path_(path), database_(nullptr, library().close_v2) {
    sqlite3* raw = nullptr;
    const int status = library().open_v2(path.c_str(), &raw, write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY, nullptr);
    database_.reset(raw);
    if (status != SQLITE_OK) wrong(status);
    library().busy_timeout(raw, 10'000);  // other trainings end at the same time
    if (!write) return;
    run("pragma synchronous = normal");
    run("create table if not exists runs(id integer primary key autoincrement, started text not null, kind text not null, data text not null, test_rows text not null, value real, body text not null)");
    run("create index if not exists runs_by_test_rows on runs(test_rows)");
  }

  void run(const char* sql) {
    if (const int status = library().exec(database_.get(), sql, nullptr, nullptr, nullptr); status != SQLITE_OK) wrong(status);
  }

  class Statement {
   public:
    Statement(Database& in, const char* sql) : in_(in), statement_(nullptr, library().finalize) {
      sqlite3_stmt* raw = nullptr;
      const int status = library().prepare_v2(in.database_.get(), sql, -1, &raw, nullptr);
      statement_.reset(raw);
      if (status != SQLITE_OK) in.wrong(status);
    }
    Statement& text(int at, const std::string& value) {
      library().bind_text(statement_.get(), at, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
      return *this;
    }
    Statement& integer(int at, std::int64_t value) {
      library().bind_int64(statement_.get(), at, value);
      return *this;
    }
    Statement& real(int at, double value) {
      library().bind_double(statement_.get(), at, value);
      return *this;
    }
    bool step() {
      const int status = library().step(statement_.get());
      if (status != SQLITE_ROW && status != SQLITE_DONE) in_.wrong(status);
      return status == SQLITE_ROW;
    }
    std::int64_t integer_of(int column) const { return library().column_int64(statement_.get(), column); }
    std::string text_of(int column) const {
      const auto* const text = reinterpret_cast<const char*>(library().column_text(statement_.get(), column));
      return text ? std::string(text, static_cast<std::size_t>(library().column_bytes(statement_.get(), column))) : std::string();
    }

   private:
    Database& in_;
    std::unique_ptr<sqlite3_stmt, decltype(sqlite3_finalize)*> statement_;
  };

  std::int64_t last_id() const { return library().last_insert_rowid(database_.get()); }

 private:
  [[noreturn]] void wrong(int status) const {
    const std::string why = database_ ? library().errmsg(database_.get()) : "no memory";
    const bool damaged = status == SQLITE_NOTADB || status == SQLITE_CORRUPT || status == SQLITE_ERROR || status == SQLITE_SCHEMA;
    fail(damaged ? ErrorKind::corrupt : ErrorKind::io, path_ + ": " + (damaged ? "this is no record of runs, or it is damaged" : "the record of runs cannot be used") + " (" + why + ")");
  }

  std::string path_;
  std::unique_ptr<sqlite3, decltype(sqlite3_close_v2)*> database_;
};

std::vector<RunEntry> read_all(Database::Statement& statement) {
  std::vector<RunEntry> out;
  while (statement.step()) {
    out.push_back(RunEntry::from_config(formats::config_from_json(statement.text_of(1), "run " + std::to_string(statement.integer_of(0)) + " of the record")));
    out.back().id = statement.integer_of(0);
  }
  return out;
}

Database open_to_read(const std::string& path) {
  if (path.empty()) fail(ErrorKind::not_found, "no runs are recorded: CANDOR_RUNS is off, or there is no home folder; set CANDOR_RUNS to a file");
  if (std::error_code e; !fs::exists(path, e)) fail(ErrorKind::not_found, path + ": there is no record of runs yet; `candor train DATA` begins one");
  return {path, false};
}
#endif

}  // namespace

std::string runs_path() {
  if (const std::string own = variable("CANDOR_RUNS"); !own.empty()) {
    if (own == "off") return "";
    std::error_code e;
    return own.back() == '/' || fs::is_directory(own, e) ? own + (own.back() == '/' ? "" : "/") + "runs.sqlite" : own;
  }
  if (const std::string shared = variable("XDG_DATA_HOME"); shared.starts_with('/')) return shared + "/candor/runs.sqlite";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.local/share/candor/runs.sqlite";
}

#if CANDOR_SQLITE
std::string record_run(const std::string& path, RunEntry& entry) {
  if (path.empty()) return "";
  try {
    if (const std::string folder = fs::path(path).parent_path().string(); !folder.empty()) make_folders(folder);
    Database database(path, true);
    Database::Statement insert(database, "insert into runs(started, kind, data, test_rows, value, body) values(?, ?, ?, ?, ?, ?)");
    insert.text(1, entry.started).text(2, entry.kind).text(3, entry.data).text(4, entry.test_rows).real(5, entry.value).text(6, formats::to_json(entry.config())).step();
    entry.id = database.last_id();
    return "";
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return std::string("this run was not recorded: ") + e.what();
  }
}

std::int64_t different_scores(const std::string& path, const std::string& test_rows, double value) {
  if (std::error_code e; path.empty() || test_rows.empty() || !fs::exists(path, e)) return 0;
  try {
    Database database(path, false);
    Database::Statement count(database, "select count(distinct value) from runs where test_rows = ?1 and value <> ?2");
    return count.text(1, test_rows).real(2, value).step() ? count.integer_of(0) : 0;
  } catch (const Error&) {
    return 0;  // record_run says what is wrong with it
  }
}

std::vector<RunEntry> list_runs(const std::string& path, std::int64_t limit, const std::string& data) {
  Database database = open_to_read(path);
  Database::Statement rows(database, "select id, body from runs where ?1 = '' or data = ?1 or data like '%/' || ?1 order by id desc limit ?2");
  return read_all(rows.text(1, data).integer(2, limit));
}

std::vector<RunEntry> find_runs(const std::string& path, const std::vector<std::int64_t>& ids) {
  Database database = open_to_read(path);
  std::vector<RunEntry> out;
  for (const std::int64_t id : ids) {
    Database::Statement row(database, "select id, body from runs where id = ?");
    std::vector<RunEntry> one = read_all(row.integer(1, id));
    if (one.empty()) fail(ErrorKind::not_found, path + ": there is no run " + std::to_string(id) + "; `candor runs list` shows those there are");
    out.push_back(std::move(one.front()));
  }
  return out;
}
#else
std::string record_run(const std::string&, RunEntry&) { return ""; }
std::int64_t different_scores(const std::string&, const std::string&, double) { return 0; }
std::vector<RunEntry> list_runs(const std::string&, std::int64_t, const std::string&) { fail(ErrorKind::unsupported, "the record of runs: this program was built without SQLite"); }
std::vector<RunEntry> find_runs(const std::string& path, const std::vector<std::int64_t>&) { return list_runs(path, 0); }
#endif

}  // namespace candor::pipeline
