#include <algorithm>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/json_text.h"
#include "candor/data/table/row_source.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

using nlohmann::json;

constexpr int deepest = 64;
constexpr std::size_t longest_name = 4096;  // the names of nested objects are joined for every cell in them
constexpr double most_empty_cells = 1 << 27;

/// Takes the events of nlohmann's parser, which keeps no stack of its own, and makes cells of one row of them.
class RowCells : public nlohmann::json_sax<json> {
 public:
  /// Where the cells go; null: nowhere, only the columns' names are kept.
  TableBuilder* builder = nullptr;
  std::string fault;
  std::size_t position = 0;  ///< of what is not JSON, in bytes from 1; else 0

  const std::vector<std::string>& names() const { return names_; }
  double cells() const { return cells_; }
  /// The column that held a list of several objects or lists last: perhaps the rows that were meant.
  const std::string& column_of_rows() const { return column_of_rows_; }
  void begin_row() {
    ++row_;
    depth_ = list_depth_ = 0;
    position = place_ = 0;
    prefix_.clear();
    lengths_.clear();
  }

  bool null() override { return list_depth_ > 0 ? listed("null") : cell(); }
  bool boolean(bool value) override { return put_word(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return put_number(static_cast<double>(value), std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return put_number(static_cast<double>(value), std::to_string(value)); }
  bool number_float(double value, const std::string& text) override { return put_number(value, text); }
  bool string(std::string& value) override { return list_depth_ > 0 ? listed(as_json(value)) : put_word(value); }
  bool binary(json::binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override {
    if (!deeper()) return false;
    if (list_depth_ > 0) return open_listed('{');
    if (depth_ == 1) {
      kind_ = 'o';
      return true;
    }
    if (kind_ == 'l') return refuse("an object is not expected here");
    lengths_.push_back(prefix_.size());
    prefix_ += key_ + ".";
    return true;
  }
  bool end_object() override {
    --depth_;
    if (list_depth_ > 0) return close_listed('}');
    if (depth_ == 0) return true;
    prefix_.resize(lengths_.back());
    lengths_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    if (!deeper()) return false;
    if (list_depth_ > 0) return open_listed('[');
    if (depth_ == 1) {
      kind_ = 'l';
      return true;
    }
    list_depth_ = depth_;
    text_ = "[";
    comma_ = false;
    return true;
  }
  bool end_array() override {
    const int depth = depth_--;
    if (list_depth_ == 0) return true;
    if (depth > list_depth_) return close_listed(']');
    list_depth_ = 0;
    text_ += "]";
    if (text_.starts_with("[{") ? text_.find("},{") != std::string::npos : text_.starts_with("[[") && text_.find("],[") != std::string::npos) column_of_rows_ = prefix_ + key_;
    return put_word(text_);
  }
  bool key(std::string& name) override {
    if (list_depth_ == 0) {
      key_ = name;
      return true;
    }
    listed(as_json(name));
    text_ += ":";
    comma_ = false;
    return true;
  }
  bool parse_error(std::size_t where, const std::string&, const json::exception& error) override {
    std::string why = error.what();
    for (const std::string_view before : {"] ", "syntax error "})
      if (const std::size_t at = why.find(before); at != std::string::npos) why = why.substr(at + before.size());
    fault = why;
    position = std::max<std::size_t>(where, 1);
    return false;
  }

 private:
  static std::string as_json(const std::string& text) { return json(text).dump(-1, ' ', false, json::error_handler_t::replace); }
  bool refuse(std::string why) {
    fault = std::move(why);
    return false;
  }
  bool deeper() { return ++depth_ <= deepest || refuse("nested deeper than " + std::to_string(deepest)); }

  std::size_t place_of(const std::string& name) {
    const auto [found, fresh] = places_.try_emplace(name, names_.size());
    if (fresh) {
      if (builder) builder->add_column(name);
      else checked_.add_column(name);
      names_.push_back(name);
      seen_.push_back(0);
    }
    return found->second;
  }
  /// Finds the column of a cell: that of the key, or the next one of a list.
  bool cell() {
    if (depth_ == 0) return refuse("a row is expected to be an object, {\"column\": value}, or a list of cells");
    if (kind_ != 'l' && prefix_.size() + key_.size() > longest_name)
      return refuse("a name of more than " + with_thousands(static_cast<std::int64_t>(longest_name)) + " bytes: " + candor::quoted(prefix_ + key_, 40));
    const std::string name = kind_ == 'l' ? "column_" + std::to_string(++place_) : prefix_ + key_;
    column_ = place_of(name);
    if (seen_[column_] == row_) return refuse("the name " + candor::quoted(name) + " stands there twice");
    seen_[column_] = row_;
    ++cells_;
    return true;
  }
  bool put_number(double value, const std::string& text) {
    if (list_depth_ > 0) return listed(text);
    if (!cell()) return false;
    if (builder) builder->number(column_, value);
    return true;
  }
  bool put_word(const std::string& value) {
    if (list_depth_ > 0) return listed(value);
    if (!cell()) return false;
    if (builder) builder->word(column_, value);
    return true;
  }
  bool listed(const std::string& text) {
    if (comma_) text_ += ",";
    text_ += text;
    comma_ = true;
    return true;
  }
  bool open_listed(char c) {
    if (comma_) text_ += ",";
    text_ += c;
    comma_ = false;
    return true;
  }
  bool close_listed(char c) {
    text_ += c;
    comma_ = true;
    return true;
  }

  int depth_ = 0, list_depth_ = 0;
  char kind_ = 'o';
  bool comma_ = false;
  std::size_t column_ = 0, place_ = 0;
  std::int64_t row_ = 0;
  double cells_ = 0;
  std::string key_, prefix_, text_, column_of_rows_;
  std::vector<std::size_t> lengths_;
  std::vector<std::string> names_;
  std::vector<std::int64_t> seen_;  ///< by column: the row in which its name was met last
  std::unordered_map<std::string, std::size_t> places_;
  TableBuilder checked_{"JSON", {}};  ///< counts columns and bytes of names where no table does
};

class JsonRows final : public RowSource {
 public:
  using Open = std::function<std::unique_ptr<ByteReader>()>;

  /// `names_first` reads the text twice: its columns are known once the first time is over.
  JsonRows(Open open, const TableOptions& options, std::string name, bool names_first) : name_(std::move(name)), encoding_(options.encoding) {
    text_.emplace(open(), encoding_, name_);
    if (!names_first) return;
    std::int64_t rows = 0;
    while ((options.rows == 0 || rows < options.rows) && read(nullptr)) ++rows;
    const double all = static_cast<double>(rows) * static_cast<double>(cells_.names().size());
    if (all > most_empty_cells && cells_.cells() * 1000 < all)
      fail(ErrorKind::corrupt, name_ + ": nearly every row brings columns of its own (" + with_thousands(static_cast<std::int64_t>(cells_.names().size())) + "); not a table");
    text_.emplace(open(), encoding_, name_);
    rows_ = 0;
  }
  const std::string& source() const override { return name_; }
  const char* kind() const override { return "json"; }
  const std::vector<std::string>& names() const override { return cells_.names(); }

  std::size_t next(TableBuilder& builder) override {
    const std::size_t bytes = read(&builder);
    if (bytes == 0) return 0;
    builder.end_row();
    return bytes + 8 * names().size();
  }

 private:
  /// One row; its bytes, 0 behind the last.
  std::size_t read(TableBuilder* builder) {
    const std::optional<std::string_view> row = text_->next();
    if (!row) {
      if (rows_ == 1) refuse_columns();
      return 0;
    }
    ++rows_;
    if (row->front() != '{' && row->front() != '[') refuse(text_->line(), "a row is expected to be an object, {\"column\": value}, or a list of cells; got " + candor::quoted(*row, 40));
    cells_.builder = builder;
    cells_.begin_row();
    if (!json::sax_parse(row->begin(), row->end(), &cells_)) {
      const std::size_t before = std::min(cells_.position, row->size());
      refuse(text_->line() + std::count(row->begin(), row->begin() + static_cast<std::ptrdiff_t>(before), '\n'), (cells_.position > 0 ? "not JSON: " : "") + cells_.fault);
    }
    return row->size();
  }
  /// One object alone may be a table written in another way.
  void refuse_columns() const {
    if (names().size() <= 4 && !cells_.column_of_rows().empty())
      refuse(1, "one object whose " + candor::quoted(cells_.column_of_rows()) + " is a list: rows are expected, one object a line or one list of them; write that list alone (jq ." + cells_.column_of_rows() + ")");
    const auto numbered = [](const std::string& name) { return name.rfind('.') != std::string::npos && parse_integer(name.substr(name.rfind('.') + 1)).has_value(); };
    if (names().size() > 2 && std::all_of(names().begin(), names().end(), numbered))
      refuse(1, "one object of columns, each with its cells by number (as pandas' to_json does): rows are expected; write them with to_json(..., orient=\"records\")");
  }
  [[noreturn]] void refuse(std::int64_t line, const std::string& why) const { fail(ErrorKind::corrupt, name_ + ": line " + std::to_string(line) + ": " + why); }

  std::string name_, encoding_;
  std::optional<JsonText> text_;
  std::int64_t rows_ = 0;
  RowCells cells_;
};

/// Bytes that are there.
class MemoryBytes final : public ByteReader {
 public:
  explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
  std::size_t read(char* to, std::size_t room) override {
    const std::size_t got = std::min(room, bytes_.size());
    if (got > 0) std::memcpy(to, bytes_.data(), got);
    bytes_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view bytes_;
};

}  // namespace

std::unique_ptr<RowSource> open_json(const std::string& path, const TableOptions& options, bool names_first) {
  return std::make_unique<JsonRows>([path] { return open_bytes(path); }, options, path, names_first);
}

Table parse_json_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  JsonRows rows([bytes] { return std::make_unique<MemoryBytes>(bytes); }, options, name, false);
  return read_all(rows, options);
}

}  // namespace candor::data::detail
