// The readers behind read_table, one for each kind of source.
#pragma once

#include <string>
#include <string_view>

#include "candor/data/table/read_table.h"

namespace candor::data::detail {

/// JSON lines: an object (or a list of cells) a line; also one list of them, and objects over several lines each. Objects inside become columns "outer.inner", lists
/// inside words.
Table parse_json_table(std::string_view text, const TableOptions& options, const std::string& name);

/// A NumPy array of one or two axes or with named fields, from the bytes of a .npy.
Table parse_npy_table(std::string_view bytes, const TableOptions& options, const std::string& name);

/// Whether a query is the name of a table and nothing more.
bool is_table_name(std::string_view query);
/// "select * from "name"" for a name, other queries as they are, without a semicolon at the end.
std::string as_query(std::string_view query);
/// "sqlite:shop.db (select a, b from ...)": what stands as the table's source.
std::string source_text(const std::string& name, std::string_view query);

}  // namespace candor::data::detail
