// DuckDB's C interface, declared here as far as it is used: the library is found at run time, and distributions have no header of it.
#include <cstdlib>
#include <cstring>
#include <memory>
#include <type_traits>

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

// duckdb.h, stable since version 1.0.
using Handle = struct duckdb_handle*;
using Index = std::uint64_t;
struct QueryResult {
  Index deprecated_column_count, deprecated_row_count, deprecated_rows_changed;
  void* deprecated_columns;
  char* deprecated_error_message;
  void* internal_data;
};
struct LongText {
  std::uint32_t length;
  char prefix[4];
  char* text;
};
struct ShortText {
  std::uint32_t length;
  char text[12];
};
union StringCell {
  LongText pointer;
  ShortText inlined;
};

struct Library {
  SharedLibrary library;
  explicit Library(const std::vector<std::string>& names)
      : library(names, "reading Parquet and SQL over files",
                "DuckDB's library, libduckdb.so: unpack it from the package of DuckDB for your language (npm: @duckdb/node-bindings-linux-x64; the C/C++ download of DuckDB) and "
                "name it in the variable CANDOR_DUCKDB") {}
#define CANDOR_FUNCTION(name, type) std::type_identity_t<type>* name = library.get<type>("duckdb_" #name)
  CANDOR_FUNCTION(open, int(const char*, Handle*));
  CANDOR_FUNCTION(close, void(Handle*));
  CANDOR_FUNCTION(connect, int(Handle, Handle*));
  CANDOR_FUNCTION(disconnect, void(Handle*));
  CANDOR_FUNCTION(query, int(Handle, const char*, QueryResult*));
  CANDOR_FUNCTION(destroy_result, void(QueryResult*));
  CANDOR_FUNCTION(result_error, const char*(QueryResult*));
  CANDOR_FUNCTION(column_count, Index(QueryResult*));
  CANDOR_FUNCTION(fetch_chunk, Handle(QueryResult));
  CANDOR_FUNCTION(destroy_data_chunk, void(Handle*));
  CANDOR_FUNCTION(data_chunk_get_size, Index(Handle));
  CANDOR_FUNCTION(data_chunk_get_vector, Handle(Handle, Index));
  CANDOR_FUNCTION(vector_get_data, void*(Handle));
  CANDOR_FUNCTION(vector_get_validity, std::uint64_t*(Handle));
#undef CANDOR_FUNCTION
};

const Library& library() {
  static const Library found([] {
    std::vector<std::string> names;
    if (const char* path = std::getenv("CANDOR_DUCKDB"); path && *path) names.emplace_back(path);
    names.insert(names.end(), {"libduckdb.so", "libduckdb.dylib"});
    return names;
  }());
  return found;
}

class Session {
 public:
  explicit Session(std::string name) : name_(std::move(name)), duck_(library()) {
    if (duck_.open(nullptr, &database_) != 0 || duck_.connect(database_, &connection_) != 0) fail(ErrorKind::io, name_ + ": DuckDB does not start");
  }
  ~Session() {
    if (connection_) duck_.disconnect(&connection_);
    if (database_) duck_.close(&database_);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Calls body(chunk, rows) for each piece of the answer until it returns false.
  template <class Body>
  void query(const std::string& sql, const std::string& shown, Body&& body) {
    struct Answer {
      const Library& duck;
      QueryResult result{};
      ~Answer() { duck.destroy_result(&result); }
    } answer{duck_};
    if (duck_.query(connection_, sql.c_str(), &answer.result) != 0) {
      const char* const why = duck_.result_error(&answer.result);
      std::string text(trimmed(why ? why : "unknown fault"));
      for (char& c : text)
        if (c == '\n') c = ' ';
      fail(ErrorKind::invalid_argument, name_ + ": the query failed: " + text.substr(0, 600) + "; it was " + quoted(shown, 200));
    }
    struct Chunk {
      const Library& duck;
      Handle handle;
      ~Chunk() { if (handle) duck.destroy_data_chunk(&handle); }
    };
    for (bool more = true; more;) {
      const Chunk chunk{duck_, duck_.fetch_chunk(answer.result)};
      const Index rows = chunk.handle ? duck_.data_chunk_get_size(chunk.handle) : 0;
      more = rows > 0 && body(chunk.handle, rows);
    }
  }
  bool valid(Handle vector, Index row) const {
    const std::uint64_t* const mask = duck_.vector_get_validity(vector);
    return !mask || (mask[row / 64] >> (row % 64) & 1) != 0;
  }
  std::string_view text(Handle vector, Index row) const {
    const auto& cell = static_cast<const StringCell*>(duck_.vector_get_data(vector))[row];
    return cell.inlined.length <= 12 ? std::string_view(cell.inlined.text, cell.inlined.length) : std::string_view(cell.pointer.text, cell.pointer.length);
  }
  double number(Handle vector, Index row) const { return static_cast<const double*>(duck_.vector_get_data(vector))[row]; }
  Handle vector(Handle chunk, std::size_t column) const { return duck_.data_chunk_get_vector(chunk, column); }

 private:
  std::string name_;
  const Library& duck_;
  Handle database_ = nullptr, connection_ = nullptr;
};

std::string doubled(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char c : text) {
    if (c == quote) result += c;
    result += c;
  }
  return result + quote;
}

bool is_number_type(const std::string& type) {
  for (const char* known : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE"})
    if (type == known) return true;
  return type.starts_with("DECIMAL");
}

}  // namespace

Table read_duckdb(const std::string& path, const TableOptions& options) {
  const std::string name = path.empty() ? "duckdb" : path;
  Session session(name);
  if (!path.empty()) {
    // `data` stands for the file in queries.
    const std::string lower = lower_case(path);
    const auto nothing = [](Handle, Index) { return true; };
    if (lower.ends_with(".duckdb")) {
      if (options.query.empty()) fail(ErrorKind::invalid_argument, path + ": a DuckDB database; say what to read: --query TABLE, or --query 'select ...'");
      session.query("attach " + doubled(path, '\'') + " as file (read_only)", "attach " + path, nothing);
      session.query("use file", "use file", nothing);
    } else {
      const bool arrow = lower.ends_with(".arrow") || lower.ends_with(".feather") || lower.ends_with(".ipc");
      try {
        if (arrow) session.query("load nanoarrow", "load nanoarrow", nothing);
      } catch (const Error&) {
        fail(ErrorKind::unsupported, path + ": Arrow files need DuckDB's extension nanoarrow, which is not there: in DuckDB once, install nanoarrow from community; or save the table as Parquet");
      }
      const char* const reader = lower.ends_with(".parquet") || lower.ends_with(".pq") ? "read_parquet" : arrow ? "read_arrow" : nullptr;
      const std::string file = reader ? std::string(reader) + "(" + doubled(path, '\'') + ")" : doubled(path, '\'');
      session.query("create view data as select * from " + file, "select * from " + path, nothing);
    }
  }
  const std::string query = options.query.empty() ? "select * from data" : as_query(options.query);
  TableBuilder builder(source_text(name, query), options);
  std::string cast;
  std::vector<bool> numbers;
  session.query("describe " + query, query, [&](Handle chunk, Index rows) {
    for (Index row = 0; row < rows; ++row) {
      const std::string column(session.text(session.vector(chunk, 0), row)), type(session.text(session.vector(chunk, 1), row));
      if (type == "BLOB") fail(ErrorKind::corrupt, name + ": column " + quoted(column) + " holds bytes (a blob), a number or text is expected; leave it out of the query");
      builder.add_column(column);
      numbers.push_back(is_number_type(type));
      cast += (cast.empty() ? "" : ", ") + ("cast(" + doubled(column, '"')) + " as " + (numbers.back() ? "double" : "varchar") + ")";
    }
    return true;
  });
  if (numbers.empty()) fail(ErrorKind::invalid_argument, name + ": the query " + quoted(query, 200) + " gives no table; it must be a select");
  session.query("select " + cast + " from (" + query + ")", query, [&](Handle chunk, Index rows) {
    std::vector<Handle> vectors;
    for (std::size_t c = 0; c < numbers.size(); ++c) vectors.push_back(session.vector(chunk, c));
    for (Index row = 0; row < rows && !builder.full(); ++row) {
      for (std::size_t c = 0; c < numbers.size(); ++c) {
        if (!session.valid(vectors[c], row)) continue;
        if (numbers[c]) builder.number(c, session.number(vectors[c], row));
        else builder.word(c, session.text(vectors[c], row));
      }
      builder.end_row();
    }
    return !builder.full();
  });
  if (builder.rows() == 0) fail(ErrorKind::corrupt, name + ": the query " + quoted(query, 200) + " gives no rows");
  return builder.finish("sql");
}

}  // namespace candor::data::detail
