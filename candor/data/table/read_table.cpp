#include "candor/data/table/read_table.h"

#include <sys/stat.h>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/locate.h"
#include "candor/data/table/csv_read.h"
#include "candor/data/table/packed_file.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"

namespace candor::data {
namespace {

bool is_postgres_url(std::string_view name) { return name.starts_with("postgresql://") || name.starts_with("postgres://"); }

/// What follows "sqlite:", also with the slashes of a URL: sqlite:///abs is /abs, sqlite://rel is rel.
std::string database_path(std::string_view name, std::string_view scheme) {
  name.remove_prefix(scheme.size());
  if (name.starts_with("//")) name.remove_prefix(2);
  return std::string(name);
}

std::string existing(const std::string& name) {
  const auto path = locate(name);
  if (!path) fail(ErrorKind::not_found, "no table named " + quoted(name, 200) + ": looked for " + places_text(name));
  return *path;
}

[[noreturn]] void refuse_query(const std::string& path) {
  fail(ErrorKind::invalid_argument, path + ": a query asks a database (sqlite:FILE, postgresql://...), or files by duckdb: (duckdb:" + path + "); this is a plain file");
}

bool is_json_name(std::string_view lower) { return lower.ends_with(".jsonl") || lower.ends_with(".ndjson") || lower.ends_with(".json") || lower.ends_with(".jsonlines"); }

bool starts_binary(std::string_view head) {
  return head.starts_with("SQLite format 3") || head.starts_with("PAR1") || head.starts_with("ARROW1") || head.starts_with("\x93NUMPY");
}

bool is_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

/// Whether a text begins as rows of JSON do, whatever the file is called: {"a": 1} or [{"a": 1}, ...], with nothing behind it in its line.
bool starts_json(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = trimmed(text.substr(0, 1 << 16));
  const std::string_view line = trimmed(text.substr(0, text.find('\n')));
  if (line.empty() || std::string_view("{}[],").find(line.back()) == std::string_view::npos) return false;
  if (text.front() == '[') text = trimmed(text.substr(1));
  return text.starts_with('{') && (trimmed(text.substr(1)).starts_with('"') || trimmed(text.substr(1)).starts_with('}'));
}

bool is_json_file(const std::string& path) { return is_json_name(lower_case(detail::without_packing(path))) || (is_file(path) && starts_json(MappedFile(path).text())); }

}  // namespace

std::unique_ptr<detail::RowSource> detail::open_rows(const std::string& name, const TableOptions& options, bool names_first) {
  if (is_postgres_url(name)) return open_postgres(name, options);
  if (name.starts_with("sqlite:")) return open_sqlite(existing(database_path(name, "sqlite:")), options);
  if (name.starts_with("duckdb:")) {
    const std::string file = database_path(name, "duckdb:");
    // A pattern ("2024/*.csv") is DuckDB's to look up.
    return open_duckdb(file.empty() || file.find_first_of("*?[") != std::string::npos ? file : existing(file), options);
  }
  const auto path = locate(name);
  if (!path || !is_file(*path)) return nullptr;
  const MappedFile file(*path);
  const std::string_view head = file.text().substr(0, 16);
  if (head.starts_with("SQLite format 3")) return open_sqlite(*path, options);
  if (head.starts_with("PAR1") || head.starts_with("ARROW1")) return open_duckdb(*path, options);
  if (head.starts_with("\x93NUMPY") || (head.starts_with("PK") && lower_case(*path).ends_with(".npz"))) {
    if (!options.query.empty()) refuse_query(*path);
    return open_numpy(*path);
  }
  if (!is_json_file(*path)) return nullptr;
  if (!options.query.empty()) refuse_query(*path);
  return open_json(*path, options, names_first);
}

Table detail::read_all(RowSource& rows, const TableOptions& options) {
  TableBuilder builder(rows.source(), options);
  for (const std::string& name : rows.names()) builder.add_column(name);
  while (!builder.full() && rows.next(builder)) {
  }
  if (builder.rows() == 0 || builder.columns() == 0) fail_no_rows(rows);
  return builder.finish(rows.kind());
}

void detail::fail_no_rows(const RowSource& rows) {
  fail(ErrorKind::corrupt, rows.source() + (std::string_view(rows.kind()) == "sql" ? ": the query gives no rows" : ": no rows"));
}

bool detail::is_text_table(const std::string& name) {
  if (is_table_url(name)) return false;
  const auto path = locate(name);
  if (!path) return true;  // whoever opens it says that it is not there
  const std::string lower = lower_case(without_packing(*path));
  if (is_json_file(*path) || lower.ends_with(".npz") || lower.ends_with(".npy")) return false;
  return !is_file(*path) || !starts_binary(MappedFile(*path).text().substr(0, 16));
}

bool is_table_url(std::string_view name) { return is_postgres_url(name) || name.starts_with("sqlite:") || name.starts_with("duckdb:"); }

std::string without_password(std::string_view text) {
  std::string url(text);
  std::size_t scheme = url.find("postgresql://");
  if (scheme == std::string::npos) scheme = url.find("postgres://");
  if (scheme == std::string::npos) return url;
  const std::size_t user = url.find("://", scheme) + 3, at = url.rfind('@'), colon = url.find(':', user);
  if (at != std::string::npos && colon < at) url.erase(colon, at - colon);
  for (const std::string_view key : {"?password=", "&password="}) {
    const std::size_t from = url.find(key, scheme);
    if (from == std::string::npos) continue;
    const std::size_t next = url.find('&', from + 1);
    if (next == std::string::npos) url.erase(from);
    else url.erase(from + 1, next - from);
  }
  return url;
}

Table read_table(const std::string& name, const TableOptions& options) {
  if (options.rows < 0) fail(ErrorKind::invalid_argument, name + ": rows is " + std::to_string(options.rows) + ", 0 (all) or more is expected");
  if (const auto rows = detail::open_rows(name, options, false)) return detail::read_all(*rows, options);
  const std::string path = existing(name), lower = lower_case(detail::without_packing(path));
  const MappedFile file(path);
  if (!options.query.empty()) refuse_query(path);
  std::string holder;
  const std::string_view bytes = detail::unpacked(file, holder);
  if (bytes.starts_with("\x93NUMPY")) return detail::parse_npy_table(bytes, options, path);
  if (is_json_name(lower)) return detail::parse_json_table(bytes, options, path);
  return parse_table(bytes, options, path);
}

}  // namespace candor::data
