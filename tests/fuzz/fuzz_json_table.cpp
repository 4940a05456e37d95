// JSON lines, and lists of rows.
#include "candor/data/table/sources.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return candor::fuzz::refuse_or_read([&] { candor::data::detail::parse_json_table(candor::fuzz::as_text(data, size), {}, "input"); });
}
