// The last look at a text table: rows that are no rows, columns that are not what they seem, and a sentence for each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/csv_body.h"

namespace candor::data::detail {

/// Where the text ends without a last row that is named as a row of totals; `label` is that name, empty when there is none. It must
/// not be the only row, unless there are `rows_before`.
std::size_t before_totals(const CsvLayout& layout, std::string_view text, std::string& label, bool rows_before = false);
/// Whether the label is a word of the table like others.
bool totals_word_occurs(const CsvBody& body, const std::string& label);

/// The columns that need another style than they were read with; all others are set to skip. False when there is none. Throws Error (corrupt)
/// for a word in a column that was asked for as numbers.
bool choose_again(const CsvLayout& layout, const CsvBody& body, const TableOptions& options, std::vector<CellStyle>& styles);
[[noreturn]] void fail_word(const CsvLayout& layout, std::size_t column, const OddCell& odd, CsvPlace place, const std::string& expected);

/// Makes the table, with the remarks. When it is the `last` piece, rows without any value and a row of sums at the end are dropped.
Table finish_table(const CsvLayout& layout, CsvBody& body, const TableOptions& options, std::vector<Remark> remarks, bool last = true);

/// Remarks on columns of words most or all of which are numbers. Also for tables from elsewhere. `prefix` begins the ids: "csv". With a `decimal` mark
/// that was asked for, numbers that have the other one beside it are an Error (corrupt) naming rows.
void remark_on_words(const Column& column, const MissingWords& missing, const std::string& prefix, std::vector<Remark>& remarks, char decimal = 0);

/// Keeps the first `count` rows.
void keep_rows(Table& table, std::int64_t count);

}  // namespace candor::data::detail
