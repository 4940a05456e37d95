#include <memory>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/duckdb_session.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"

namespace candor::data::detail {
namespace {

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

class DuckRows final : public RowSource {
 public:
  DuckRows(const std::string& path, const TableOptions& options) : name_(path.empty() ? "duckdb" : path), session_(name_) {
    if (!path.empty()) name_file(path, !options.query.empty());
    query_ = options.query.empty() ? "select * from data" : as_query(options.query);
    source_ = source_text(name_, query_);
    std::string cast;
    for (DuckAnswer columns(session_, "describe " + query_, query_); columns.next();) {
      const std::string type(columns.text(1));
      names_.emplace_back(columns.text(0));
      if (type == "BLOB") fail(ErrorKind::corrupt, name_ + ": column " + quoted(names_.back()) + " holds bytes (a blob), a number or text is expected; leave it out of the query");
      numbers_.push_back(is_number_type(type));
      cast += (cast.empty() ? "" : ", ") + ("cast(" + doubled(names_.back(), '"')) + " as " + (numbers_.back() ? "double" : "varchar") + ")";
    }
    if (names_.empty()) fail(ErrorKind::invalid_argument, name_ + ": the query " + quoted(query_, 200) + " gives no table; it must be a select");
    answer_.emplace(session_, "select " + cast + " from (" + query_ + ")", query_);
  }
  const std::string& source() const override { return source_; }
  const std::vector<std::string>& names() const override { return names_; }

  std::size_t next(TableBuilder& builder) override {
    if (!answer_->next()) return 0;
    std::size_t bytes = 1;
    for (std::size_t c = 0; c < names_.size(); ++c, bytes += 8) {
      if (!answer_->valid(c)) continue;
      if (numbers_[c]) {
        builder.number(c, answer_->number(c));
      } else {
        const std::string_view word = answer_->text(c);
        builder.word(c, word);
        bytes += word.size();
      }
    }
    builder.end_row();
    return bytes;
  }

 private:
  void run(const std::string& sql, const std::string& shown) { DuckAnswer(session_, sql, shown).next(); }

  /// `data` stands for the file in queries.
  void name_file(const std::string& path, bool asked) {
    const std::string lower = lower_case(path);
    if (lower.ends_with(".duckdb")) {
      if (!asked) fail(ErrorKind::invalid_argument, path + ": a DuckDB database; say what to read: --query TABLE, or --query 'select ...'");
      run("attach " + doubled(path, '\'') + " as file (read_only)", "attach " + path);
      run("use file", "use file");
      return;
    }
    const bool arrow = lower.ends_with(".arrow") || lower.ends_with(".feather") || lower.ends_with(".ipc");
    try {
      if (arrow) run("load nanoarrow", "load nanoarrow");
    } catch (const Error&) {
      fail(ErrorKind::unsupported, path + ": Arrow files need DuckDB's extension nanoarrow, which is not there: in DuckDB once, install nanoarrow from community; or save the table as Parquet");
    }
    const char* const reader = lower.ends_with(".parquet") || lower.ends_with(".pq") ? "read_parquet" : arrow ? "read_arrow" : nullptr;
    const std::string file = reader ? std::string(reader) + "(" + doubled(path, '\'') + ")" : doubled(path, '\'');
    run("create view data as select * from " + file, "select * from " + path);
  }

  std::string name_, query_, source_;
  DuckSession session_;
  std::vector<std::string> names_;
  std::vector<bool> numbers_;
  std::optional<DuckAnswer> answer_;
};

}  // namespace

std::unique_ptr<RowSource> open_duckdb(const std::string& path, const TableOptions& options) { return std::make_unique<DuckRows>(path, options); }

}  // namespace candor::data::detail
