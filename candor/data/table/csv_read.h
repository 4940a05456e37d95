// What reading a text table at once and in pieces share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/csv_layout.h"
#include "candor/data/table/read_table.h"

namespace candor::data::detail {

/// How much of the beginning of a text the layout is found from.
inline constexpr std::size_t sample_bytes = std::size_t{1} << 20;

/// Makes UTF-8 lines of bytes as they come: byte order marks, UTF-16, code pages that were asked for, lines that end with CR alone. A text in
/// Windows-1252 that nobody said so of is left; its words are recognised later, one by one.
class TextDecoder {
 public:
  TextDecoder() = default;
  /// Throws Error (invalid_argument) for an encoding that is unknown; append and keeps throw unsupported for UTF-32.
  TextDecoder(const std::string& encoding, const std::string& name);
  /// Whether bytes that begin so can stay as they are, but for `mark` bytes in front.
  bool keeps(std::string_view beginning, std::size_t& mark);
  /// Appends what `bytes` mean. `last`: nothing follows.
  void append(std::string& text, std::string_view bytes, bool last);
  const std::vector<Remark>& remarks() const { return remarks_; }

 private:
  enum class Form { unknown, same, windows_1252, utf16_little, utf16_big };
  void begin(std::string_view beginning, std::size_t& mark);

  std::string name_, asked_, rest_;
  Form form_ = Form::unknown;
  bool carriage_returns_ = false;
  std::vector<Remark> remarks_;
};

/// Throws Error (corrupt) when the beginning of a decoded text cannot be that of a table. `whole`: it is all of it.
void check_decoded(std::string_view text, bool whole, const std::string& name);

Remark totals_remark(const std::string& label);
[[noreturn]] void fail_no_rows(const CsvLayout& layout);

/// Whether read_table would read this file as a text table.
bool is_text_table(const std::string& name);

}  // namespace candor::data::detail
