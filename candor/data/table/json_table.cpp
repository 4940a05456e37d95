#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/utf8.h"
#include "candor/data/table/encoding.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

constexpr int deepest = 64;
constexpr std::size_t longest_name = 4096;  // the names of nested objects are joined for every cell in them

/// Takes the events of nlohmann's parser, which keeps no stack of its own, and makes rows of them.
class Rows : public nlohmann::json_sax<nlohmann::json> {
 public:
  Rows(TableBuilder& builder, bool listed) : builder_(builder), listed_(listed) {}
  std::string fault;

  bool null() override { return list_depth_ > 0 ? listed("null") : cell(); }
  bool boolean(bool value) override { return put_word(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return put_number(static_cast<double>(value), std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return put_number(static_cast<double>(value), std::to_string(value)); }
  bool number_float(double value, const std::string& text) override { return put_number(value, text); }
  bool string(std::string& value) override { return list_depth_ > 0 ? listed(nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) : put_word(value); }
  bool binary(nlohmann::json::binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override {
    if (++depth_ > deepest) return refuse("nested deeper than " + std::to_string(deepest));
    if (list_depth_ > 0) return open_listed('{');
    if (depth_ == row_depth()) {
      kind_ = 'o';
      prefix_.clear();
      return true;
    }
    if (depth_ < row_depth() || kind_ == 'l') return refuse("an object is not expected here");
    lengths_.push_back(prefix_.size());
    prefix_ += key_ + ".";
    return true;
  }
  bool end_object() override {
    --depth_;
    if (list_depth_ > 0) return close_listed('}');
    if (depth_ < row_depth() - 1) return true;
    if (depth_ == row_depth() - 1) return end_row();
    prefix_.resize(lengths_.back());
    lengths_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override {
    if (++depth_ > deepest) return refuse("nested deeper than " + std::to_string(deepest));
    if (list_depth_ > 0) return open_listed('[');
    if (listed_ && depth_ == 1) return true;
    if (depth_ == row_depth()) {
      kind_ = 'l';
      place_ = 0;
      return true;
    }
    list_depth_ = depth_;
    text_ = "[";
    comma_ = false;
    return true;
  }
  bool end_array() override {
    const int depth = depth_--;
    if (list_depth_ > 0 && depth > list_depth_) return close_listed(']');
    if (list_depth_ > 0) {
      list_depth_ = 0;
      text_ += "]";
      return put_word(text_);
    }
    if (depth == row_depth() && kind_ == 'l') return end_row();
    return true;
  }
  bool key(std::string& name) override {
    if (list_depth_ > 0) {
      listed(nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      text_ += ":";
      comma_ = false;
      return true;
    }
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
    std::string why = error.what();
    for (const std::string_view before : {"] ", "syntax error "})
      if (const std::size_t at = why.find(before); at != std::string::npos) why = why.substr(at + before.size());
    fault = why;
    position_ = position;
    return false;
  }
  std::size_t position() const { return position_; }

 private:
  int row_depth() const { return listed_ ? 2 : 1; }
  bool refuse(std::string why) {
    fault = std::move(why);
    return false;
  }
  std::int64_t place_of(const std::string& name) {
    const auto [found, fresh] = places_.try_emplace(name, static_cast<std::int64_t>(builder_.columns()));
    if (fresh) {
      builder_.add_column(name);
      seen_.push_back(0);
    }
    return found->second;
  }
  /// Finds the column of a cell: that of the key, or the next one of a list.
  bool cell() {
    if (depth_ < row_depth()) return refuse("a row is expected to be an object, {\"column\": value}, or a list of cells");
    if (kind_ != 'l' && prefix_.size() + key_.size() > longest_name)
      return refuse("a name of more than " + with_thousands(static_cast<std::int64_t>(longest_name)) + " bytes: " + candor::quoted(prefix_ + key_, 40));
    const std::string name = kind_ == 'l' ? "column_" + std::to_string(++place_) : prefix_ + key_;
    column_ = place_of(name);
    std::int64_t& seen = seen_[static_cast<std::size_t>(column_)];
    if (seen == builder_.rows() + 1) return refuse("the name " + candor::quoted(name) + " stands there twice");
    seen = builder_.rows() + 1;
    return true;
  }
  bool put_number(double value, const std::string& text) {
    if (list_depth_ > 0) return listed(text);
    if (!cell()) return false;
    builder_.number(static_cast<std::size_t>(column_), value);
    return true;
  }
  bool put_word(const std::string& value) {
    if (list_depth_ > 0) return listed(value);
    if (!cell()) return false;
    builder_.word(static_cast<std::size_t>(column_), value);
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
  bool end_row() {
    builder_.end_row();
    return !builder_.full();
  }

  TableBuilder& builder_;
  const bool listed_;  ///< one list of rows instead of a row a line
  int depth_ = 0, list_depth_ = 0;
  char kind_ = 'o';
  bool comma_ = false;
  std::int64_t column_ = -1;
  std::size_t place_ = 0, position_ = 0;
  std::string key_, prefix_, text_;
  std::vector<std::size_t> lengths_;
  std::vector<std::int64_t> seen_;  ///< by column: the row (from 1) in which its name was met last
  std::unordered_map<std::string, std::int64_t> places_;
};

[[noreturn]] void refuse(const std::string& name, std::int64_t line, const std::string& why) {
  fail(ErrorKind::corrupt, name + ": line " + std::to_string(line) + ": " + why);
}

void parse(std::string_view text, Rows& rows, const TableBuilder& builder, const std::string& name, std::int64_t first_line) {
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &rows) || (rows.fault.empty() && builder.full())) return;
  const std::int64_t line = first_line + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(rows.position(), text.size())), '\n');
  refuse(name, line, rows.position() > 0 ? "not JSON: " + rows.fault : rows.fault);
}

}  // namespace

Table parse_json_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  std::string holder;
  std::string_view text = bytes;
  if (const char wide = looks_like_utf16(text)) {
    holder = from_utf16(text.substr(text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ? 2 : 0), wide == 'b');
    text = holder;
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (trimmed(text).empty()) fail(ErrorKind::corrupt, name + ": the file is empty, rows of JSON are expected");
  TableBuilder builder(name, options);
  // A list of lists or objects over several lines is one document; [1, 2] alone on its line is a row.
  const std::string_view start = trimmed(text);
  const std::size_t first_end = std::min(start.find('\n'), start.size());
  const std::string_view first = trimmed(start.substr(0, first_end));
  const std::size_t inner = start.find_first_not_of(" \t\r\n", 1);
  const bool document = start.front() == '[' && inner != std::string_view::npos && (start[inner] == '{' || (start[inner] == '[' && (first_end == start.size() || first.back() != ']')));
  if (document) {
    Rows rows(builder, true);
    parse(text, rows, builder, name, 1);
  } else {
    Rows rows(builder, false);
    std::int64_t line = 1;
    for (std::size_t at = 0; at < text.size() && !builder.full(); ++line) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view row = trimmed(text.substr(at, end - at));
      at = end + 1;
      if (row.empty()) continue;
      if (row.front() != '{' && row.front() != '[') refuse(name, line, "a row is expected to be an object, {\"column\": value}, or a list of cells; got " + candor::quoted(row, 40));
      parse(row, rows, builder, name, line);
    }
  }
  if (builder.rows() == 0 || builder.columns() == 0) fail(ErrorKind::corrupt, name + ": no rows");
  return builder.finish("json");
}

}  // namespace candor::data::detail
