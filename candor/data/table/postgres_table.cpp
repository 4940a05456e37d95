#include <charconv>
#include <memory>
#if CANDOR_POSTGRES
#include <libpq-fe.h>
#endif

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"

namespace candor::data::detail {

#if CANDOR_POSTGRES
namespace {

struct Library {
  SharedLibrary library{{"libpq.so.5", "libpq.so", "libpq.dylib"}, "reading PostgreSQL databases", "libpq5 (Debian, Ubuntu) or postgresql-libs"};
#define CANDOR_FUNCTION(name) decltype(::name)* name = library.get<decltype(::name)>(#name)
  CANDOR_FUNCTION(PQconnectdb);
  CANDOR_FUNCTION(PQfinish);
  CANDOR_FUNCTION(PQstatus);
  CANDOR_FUNCTION(PQerrorMessage);
  CANDOR_FUNCTION(PQexec);
  CANDOR_FUNCTION(PQsendQueryParams);
  CANDOR_FUNCTION(PQsetSingleRowMode);
  CANDOR_FUNCTION(PQgetResult);
  CANDOR_FUNCTION(PQresultStatus);
  CANDOR_FUNCTION(PQresultErrorMessage);
  CANDOR_FUNCTION(PQclear);
  CANDOR_FUNCTION(PQnfields);
  CANDOR_FUNCTION(PQntuples);
  CANDOR_FUNCTION(PQfname);
  CANDOR_FUNCTION(PQftype);
  CANDOR_FUNCTION(PQgetisnull);
  CANDOR_FUNCTION(PQgetvalue);
  CANDOR_FUNCTION(PQgetlength);
#undef CANDOR_FUNCTION
};

const Library& library() {
  static const Library found;
  return found;
}

using Connection = std::unique_ptr<PGconn, decltype(PQfinish)*>;
using Result = std::unique_ptr<PGresult, decltype(PQclear)*>;

std::string message(const char* text) {
  std::string result(trimmed(text ? text : ""));
  for (char& c : result)
    if (c == '\n' || c == '\t') c = ' ';
  return result;
}

// Types of the system catalogue, pg_type.dat; their numbers never change.
bool is_number_type(Oid type) {
  for (const Oid number : {20u, 21u, 23u, 26u, 700u, 701u, 1700u})  // int8, int2, int4, oid, float4, float8, numeric
    if (type == number) return true;
  return false;
}
constexpr Oid boolean_type = 16, bytes_type = 17;

class PostgresRows final : public RowSource {
 public:
  PostgresRows(const std::string& url, const TableOptions& options) : name_(without_password(url)) {
    if (options.query.empty()) fail(ErrorKind::invalid_argument, name_ + ": say what to read: --query TABLE, or --query 'select ...'");
    const Library& pq = library();
    connection_.reset(pq.PQconnectdb(url.c_str()));
    if (!connection_ || pq.PQstatus(connection_.get()) != CONNECTION_OK)
      fail(ErrorKind::io, name_ + ": PostgreSQL does not answer: " + (connection_ ? message(pq.PQerrorMessage(connection_.get())) : "no memory"));
    // Whatever the query says, nothing is changed.
    const Result guard(pq.PQexec(connection_.get(), "set session characteristics as transaction read only"), pq.PQclear);
    if (pq.PQresultStatus(guard.get()) != PGRES_COMMAND_OK) fail(ErrorKind::io, name_ + ": PostgreSQL refuses a read-only session: " + message(pq.PQerrorMessage(connection_.get())));
    query_ = as_query(options.query);
    source_ = source_text(name_, query_);
    // The form with parameters takes one statement only; rows come one by one, so that the answer is never held here.
    if (!pq.PQsendQueryParams(connection_.get(), query_.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) || !pq.PQsetSingleRowMode(connection_.get()))
      fail(ErrorKind::io, name_ + ": PostgreSQL does not take the query: " + message(pq.PQerrorMessage(connection_.get())));
    advance();
    for (int c = 0; result_ && c < pq.PQnfields(result_.get()); ++c) {
      names_.emplace_back(pq.PQfname(result_.get(), c));
      types_.push_back(pq.PQftype(result_.get(), c));
      if (types_.back() == bytes_type) fail(ErrorKind::corrupt, name_ + ": column " + quoted(names_.back()) + " holds bytes (bytea), a number or text is expected; leave it out of the query");
    }
  }
  const std::string& source() const override { return source_; }
  const std::vector<std::string>& names() const override { return names_; }

  std::size_t next(TableBuilder& builder) override {
    const Library& pq = library();
    while (result_ && row_ >= pq.PQntuples(result_.get())) advance();
    if (!result_) return 0;
    std::size_t bytes = 1;
    for (std::size_t at = 0; at < types_.size(); ++at, bytes += 8) {
      const int c = static_cast<int>(at);
      if (pq.PQgetisnull(result_.get(), row_, c)) continue;
      const std::string_view cell(pq.PQgetvalue(result_.get(), row_, c), static_cast<std::size_t>(pq.PQgetlength(result_.get(), row_, c)));
      if (const auto number = is_number_type(types_[at]) ? parse_number(cell) : std::nullopt) builder.number(at, *number);
      else builder.word(at, types_[at] == boolean_type ? (cell == "t" ? "true" : "false") : cell), bytes += cell.size();
    }
    ++row_;
    builder.end_row();
    return bytes;
  }

 private:
  /// The next result: one row, or none behind the last.
  void advance() {
    const Library& pq = library();
    result_.reset(pq.PQgetResult(connection_.get()));
    row_ = 0;
    if (!result_) return;
    const ExecStatusType status = pq.PQresultStatus(result_.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
      fail(ErrorKind::invalid_argument, name_ + ": the query failed: " + message(pq.PQresultErrorMessage(result_.get())) + "; it was " + quoted(query_, 200));
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) fail(ErrorKind::invalid_argument, name_ + ": the query " + quoted(query_, 200) + " gives no table; it must be a select");
  }

  std::string name_, query_, source_;
  Connection connection_{nullptr, library().PQfinish};
  Result result_{nullptr, library().PQclear};
  std::vector<std::string> names_;
  std::vector<Oid> types_;
  int row_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> open_postgres(const std::string& url, const TableOptions& options) { return std::make_unique<PostgresRows>(url, options); }
#else
std::unique_ptr<RowSource> open_postgres(const std::string& url, const TableOptions&) {
  fail(ErrorKind::unsupported, url.substr(0, url.find(':')) + ": this build reads no PostgreSQL (libpq-dev was not there when it was made); export the table as CSV: \\copy (select ...) to 'table.csv' csv header");
}
#endif

}  // namespace candor::data::detail
