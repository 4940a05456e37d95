#include "candor/data/table/duckdb_session.h"

#include <cstdlib>
#include <type_traits>

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"

namespace candor::data::detail {
namespace {

using Index = std::uint64_t;

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

}  // namespace

struct DuckLibrary {
  SharedLibrary library;
  explicit DuckLibrary(const std::vector<std::string>& names)
      : library(names, "reading Parquet and SQL over files",
                "DuckDB's library, libduckdb.so: unpack it from the package of DuckDB for your language (npm: @duckdb/node-bindings-linux-x64; the C/C++ download of DuckDB) and "
                "name it in the variable CANDOR_DUCKDB") {}
#define CANDOR_FUNCTION(name, type) std::type_identity_t<type>* name = library.get<type>("duckdb_" #name)
  CANDOR_FUNCTION(open, int(const char*, DuckHandle*));
  CANDOR_FUNCTION(close, void(DuckHandle*));
  CANDOR_FUNCTION(connect, int(DuckHandle, DuckHandle*));
  CANDOR_FUNCTION(disconnect, void(DuckHandle*));
  CANDOR_FUNCTION(prepare, int(DuckHandle, const char*, DuckHandle*));
  CANDOR_FUNCTION(prepare_error, const char*(DuckHandle));
  CANDOR_FUNCTION(destroy_prepare, void(DuckHandle*));
  CANDOR_FUNCTION(execute_prepared_streaming, int(DuckHandle, DuckResult*));
  CANDOR_FUNCTION(destroy_result, void(DuckResult*));
  CANDOR_FUNCTION(result_error, const char*(DuckResult*));
  CANDOR_FUNCTION(column_count, Index(DuckResult*));
  CANDOR_FUNCTION(fetch_chunk, DuckHandle(DuckResult));
  CANDOR_FUNCTION(destroy_data_chunk, void(DuckHandle*));
  CANDOR_FUNCTION(data_chunk_get_size, Index(DuckHandle));
  CANDOR_FUNCTION(data_chunk_get_vector, DuckHandle(DuckHandle, Index));
  CANDOR_FUNCTION(vector_get_data, void*(DuckHandle));
  CANDOR_FUNCTION(vector_get_validity, std::uint64_t*(DuckHandle));
#undef CANDOR_FUNCTION
};

namespace {

const DuckLibrary& library() {
  static const DuckLibrary found([] {
    std::vector<std::string> names;
    if (const char* path = std::getenv("CANDOR_DUCKDB"); path && *path) names.emplace_back(path);
    names.insert(names.end(), {"libduckdb.so", "libduckdb.dylib"});
    return names;
  }());
  return found;
}

}  // namespace

DuckSession::DuckSession(std::string name) : name_(std::move(name)), duck_(library()) {
  if (duck_.open(nullptr, &database_) == 0 && duck_.connect(database_, &connection_) == 0) return;
  if (database_) duck_.close(&database_);
  fail(ErrorKind::io, name_ + ": DuckDB does not start");
}
DuckSession::~DuckSession() {
  duck_.disconnect(&connection_);
  duck_.close(&database_);
}

DuckAnswer::DuckAnswer(const DuckSession& session, const std::string& sql, std::string shown) : duck_(session.duck_), name_(session.name_), shown_(std::move(shown)) {
  struct Undo {
    DuckAnswer* answer;
    ~Undo() {
      if (!answer) return;
      answer->duck_.destroy_result(&answer->result_);
      answer->duck_.destroy_prepare(&answer->statement_);
    }
  } undo{this};
  if (duck_.prepare(session.connection_, sql.c_str(), &statement_) != 0) refuse(duck_.prepare_error(statement_));
  if (duck_.execute_prepared_streaming(statement_, &result_) != 0) refuse(duck_.result_error(&result_));
  vectors_.resize(static_cast<std::size_t>(duck_.column_count(&result_)));
  undo.answer = nullptr;
}
DuckAnswer::~DuckAnswer() {
  drop_chunk();
  duck_.destroy_result(&result_);
  duck_.destroy_prepare(&statement_);
}

void DuckAnswer::refuse(const char* why) const {
  std::string text(trimmed(why ? why : "unknown fault"));
  for (char& c : text)
    if (c == '\n') c = ' ';
  fail(ErrorKind::invalid_argument, name_ + ": the query failed: " + text.substr(0, 600) + "; it was " + quoted(shown_, 200));
}

void DuckAnswer::drop_chunk() {
  if (chunk_) duck_.destroy_data_chunk(&chunk_);
  chunk_ = nullptr;
}

bool DuckAnswer::advance() {
  drop_chunk();
  row_ = 0;
  chunk_ = duck_.fetch_chunk(result_);
  rows_ = chunk_ ? duck_.data_chunk_get_size(chunk_) : 0;
  if (!chunk_)
    if (const char* const why = duck_.result_error(&result_); why && *why) refuse(why);
  for (std::size_t c = 0; rows_ > 0 && c < vectors_.size(); ++c) vectors_[c] = duck_.data_chunk_get_vector(chunk_, c);
  return rows_ > 0;
}

bool DuckAnswer::next() {
  if (begun_ && rows_ > 0 && ++row_ < rows_) return true;
  if (begun_ && rows_ == 0) return false;
  begun_ = true;
  return advance();
}
bool DuckAnswer::valid(std::size_t column) const {
  const std::uint64_t* const mask = duck_.vector_get_validity(vectors_[column]);
  return !mask || (mask[row_ / 64] >> (row_ % 64) & 1) != 0;
}
std::string_view DuckAnswer::text(std::size_t column) const {
  const auto& cell = static_cast<const StringCell*>(duck_.vector_get_data(vectors_[column]))[row_];
  return cell.inlined.length <= 12 ? std::string_view(cell.inlined.text, cell.inlined.length) : std::string_view(cell.pointer.text, cell.pointer.length);
}
double DuckAnswer::number(std::size_t column) const { return static_cast<const double*>(duck_.vector_get_data(vectors_[column]))[row_]; }

}  // namespace candor::data::detail
