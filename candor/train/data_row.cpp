#include "candor/train/data_row.h"

#include <string>

#include "candor/base/text.h"

namespace candor::detail {
namespace {

/// The whole number behind `before` in the text, or -1.
std::int64_t number_behind(const std::string& text, const std::string& before) {
  const std::size_t at = text.find(before);
  if (at == std::string::npos) return -1;
  const std::size_t start = at + before.size(), end = text.find_first_not_of("0123456789", start);
  return parse_integer(std::string_view(text).substr(start, end == std::string::npos ? end : end - start)).value_or(-1);
}

}  // namespace

void add_data_row(Error& error, std::int64_t count, bool one_target_a_row, const Function<std::int64_t(std::int64_t)>& data_row) {
  std::int64_t row = number_behind(error.message(), " at place [");
  if (row < 0 && one_target_a_row) row = number_behind(error.message(), " in row ");
  if (row >= 0 && row < count) error.at("row " + std::to_string(data_row(row)) + " of the data");
}

}  // namespace candor::detail
