#include <charconv>
#include <memory>
#if CANDOR_POSTGRES
#include <libpq-fe.h>
#endif

#include "candor/base/error.h"
#include "candor/base/shared_library.h"
#include "candor/base/text.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

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

/// The URL without a password, for people.
std::string without_password(const std::string& url) {
  const std::size_t user = url.find("://"), at = url.rfind('@');
  if (user == std::string::npos || at == std::string::npos || at < user) return url;
  const std::size_t colon = url.find(':', user + 3);
  return colon < at ? url.substr(0, colon) + url.substr(at) : url;
}

// Types of the system catalogue, pg_type.dat; their numbers never change.
bool is_number_type(Oid type) {
  for (const Oid number : {20u, 21u, 23u, 26u, 700u, 701u, 1700u})  // int8, int2, int4, oid, float4, float8, numeric
    if (type == number) return true;
  return false;
}
constexpr Oid boolean_type = 16, bytes_type = 17;

}  // namespace

Table read_postgres(const std::string& url, const TableOptions& options) {
  const std::string name = without_password(url);
  if (options.query.empty()) fail(ErrorKind::invalid_argument, name + ": say what to read: --query TABLE, or --query 'select ...'");
  const Library& pq = library();
  const Connection connection(pq.PQconnectdb(url.c_str()), pq.PQfinish);
  if (!connection || pq.PQstatus(connection.get()) != CONNECTION_OK)
    fail(ErrorKind::io, name + ": PostgreSQL does not answer: " + (connection ? message(pq.PQerrorMessage(connection.get())) : "no memory"));
  // Whatever the query says, nothing is changed.
  const Result guard(pq.PQexec(connection.get(), "set session characteristics as transaction read only"), pq.PQclear);
  if (pq.PQresultStatus(guard.get()) != PGRES_COMMAND_OK) fail(ErrorKind::io, name + ": PostgreSQL refuses a read-only session: " + message(pq.PQerrorMessage(connection.get())));
  const std::string query = as_query(options.query);
  // The form with parameters takes one statement only; rows come one by one, so that the answer is not held twice.
  if (!pq.PQsendQueryParams(connection.get(), query.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) || !pq.PQsetSingleRowMode(connection.get()))
    fail(ErrorKind::io, name + ": PostgreSQL does not take the query: " + message(pq.PQerrorMessage(connection.get())));
  TableBuilder builder(source_text(name, query), options);
  std::vector<Oid> types;
  while (const Result result{pq.PQgetResult(connection.get()), pq.PQclear}) {
    const ExecStatusType status = pq.PQresultStatus(result.get());
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
      fail(ErrorKind::invalid_argument, name + ": the query failed: " + message(pq.PQresultErrorMessage(result.get())) + "; it was " + quoted(query, 200));
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) fail(ErrorKind::invalid_argument, name + ": the query " + quoted(query, 200) + " gives no table; it must be a select");
    if (types.empty())
      for (int c = 0; c < pq.PQnfields(result.get()); ++c) {
        builder.add_column(pq.PQfname(result.get(), c));
        types.push_back(pq.PQftype(result.get(), c));
        if (types.back() == bytes_type)
          fail(ErrorKind::corrupt, name + ": column " + quoted(builder.name(static_cast<std::size_t>(c))) + " holds bytes (bytea), a number or text is expected; leave it out of the query");
      }
    for (int row = 0; row < pq.PQntuples(result.get()) && !builder.full(); ++row) {
      for (int c = 0; c < static_cast<int>(types.size()); ++c) {
        if (pq.PQgetisnull(result.get(), row, c)) continue;
        const std::string_view cell(pq.PQgetvalue(result.get(), row, c), static_cast<std::size_t>(pq.PQgetlength(result.get(), row, c)));
        const auto at = static_cast<std::size_t>(c);
        const Oid type = types[at];
        if (const auto number = is_number_type(type) ? parse_number(cell) : std::nullopt) builder.number(at, *number);
        else builder.word(at, type == boolean_type ? (cell == "t" ? "true" : "false") : cell);
      }
      builder.end_row();
    }
  }
  if (builder.rows() == 0) fail(ErrorKind::corrupt, name + ": the query " + quoted(query, 200) + " gives no rows");
  return builder.finish("sql");
}
#else
Table read_postgres(const std::string& url, const TableOptions&) {
  fail(ErrorKind::unsupported, url.substr(0, url.find(':')) + ": this build reads no PostgreSQL (libpq-dev was not there when it was made); export the table as CSV: \\copy (select ...) to 'table.csv' csv header");
}
#endif

}  // namespace candor::data::detail
