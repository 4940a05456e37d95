// Text tables, at once and in pieces; the first byte chooses the options.
#include "candor/data/table/read_table.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  return candor::fuzz::refuse_or_read([&] {
    candor::data::TableOptions options;
    if (data[0] & 1) options.separator = ';';
    if (data[0] & 2) options.separator = ' ';
    if (data[0] & 4) options.decimal = ',';
    if (data[0] & 8) options.header = candor::data::Header::no;
    if (data[0] & 16) options.encoding = "windows-1252";
    if (data[0] & 32) options.comment = 0;
    if (data[0] & 64) options.totals_row = true;
    if (data[0] & 128) options.rows = 3;
    const candor::data::Table table = candor::data::parse_table(candor::fuzz::as_text(data + 1, size - 1), options, "input");
    table.row_identities();
    for (const candor::data::Column& column : table.columns)
      if (column.rows() != table.rows() || (column.rows() > 0 && column.cell(0).empty() != column.is_missing(0) && column.kind == candor::data::Column::Kind::number)) __builtin_trap();
  });
}
