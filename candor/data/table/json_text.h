// The rows of a JSON text one by one: a row a line, one list of rows, or rows over several lines each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "candor/data/table/csv_read.h"
#include "candor/data/table/packed_file.h"

namespace candor::data::detail {

/// Parts a text into rows without reading what is in them; no more than one row and a block of what follows is held.
class JsonText {
 public:
  static constexpr std::size_t longest_row = std::size_t{64} << 20;

  /// `encoding` as TableOptions::encoding. Throws Error: corrupt for an empty text, and what the bytes' reader throws.
  JsonText(std::unique_ptr<ByteReader> bytes, const std::string& encoding, std::string name);

  /// The text of the next row, which stays until the next call; nothing behind the last. Throws Error (corrupt) for a row of more than longest_row bytes
  /// and for what stands between the rows of a list.
  std::optional<std::string_view> next();
  /// The line in which the row that was given last begins, from 1.
  std::int64_t line() const { return line_; }

 private:
  enum class Form { lines, list, values };
  bool more();
  bool fill(std::size_t place);
  void skip_blanks();
  std::size_t line_end();
  std::size_t value_end();
  Form find_form();
  void drop(std::size_t bytes);
  std::string_view take(std::size_t bytes);
  [[noreturn]] void refuse(const std::string& why) const;

  std::unique_ptr<ByteReader> bytes_;
  TextDecoder decoder_;
  std::string name_, text_;
  std::size_t at_ = 0;          ///< what lies before was given
  bool ended_ = false, first_ = true;
  Form form_ = Form::lines;
  std::size_t given_ = 0;         ///< bytes of the row that was given last
  std::int64_t line_ = 1;
};

}  // namespace candor::data::detail
