// What one column alone says about its role.
#pragma once

#include <string>
#include <vector>

#include "candor/data/table/schema.h"

namespace candor::data::detail {

/// Words of a name: "CustomerID" and "customer_id" are "customer", "id".
std::vector<std::string> name_words(const std::string& name);

/// How often each word of a text column comes; missing cells are not counted.
std::vector<std::int64_t> count_words(const Column& column);

/// The numbers of a column: its own, or those its words are (f64, NaN for missing and for words that are none). `unread` counts the latter.
std::vector<double> as_numbers(const Column& column, std::int64_t* unread = nullptr);

/// Role, reason and date format as an analyst would guess them. `alone`: no other column could be an input, so it is no id.
ColumnRole infer_column(const Column& column, bool alone, std::vector<Remark>& remarks);

/// Lists words that differ in case, blanks and punctuation alone ("yes", " Yes"). Adds a remark; nothing is merged.
void remark_spellings(const Column& column, std::vector<Remark>& remarks);

/// "1,234 different whole numbers from 0 to 17" or the like.
std::string describe_numbers(const Column& column);

}  // namespace candor::data::detail
