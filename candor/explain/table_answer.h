// A model as the explanations of tables see it: rows of raw columns in, answers out.
#pragma once

#include <string>
#include <vector>

#include "candor/base/function.h"
#include "candor/data/dataset.h"
#include "candor/data/table/table.h"

namespace candor::explain {

/// Answers for the rows of a table: probabilities [n, classes] or values [n] or [n, 1]. Called with tables of any number of rows that have the columns
/// of the one explained; it may ignore some of them.
using TableAnswer = Function<Tensor(const data::Table&)>;

/// The rows of a set whose features are [rows, columns] as a table of numbers; columns without a name are called "column_1", "column_2", ...
/// Throws Error (shape) for features of another rank.
data::Table table_of(const data::Dataset& set);
/// The features f32 [rows, columns] of such a table, back.
Tensor features_of(const data::Table& table);

/// The rows with these numbers, in this order.
data::Table rows_of(const data::Table& table, const std::vector<std::int64_t>& rows);
/// Every row of `row` (of one row) as often as wanted.
data::Table repeated(const data::Table& row, std::int64_t times);

/// At most `most` row numbers of `rows`, spread evenly by a seeded draw, rising.
std::vector<std::int64_t> some_rows(std::int64_t rows, std::int64_t most, std::uint64_t seed);

/// How far numbers of a column commonly lie apart: the median absolute deviation from the median, else the standard deviation, else 1.
double spread(const data::Column& column);

}  // namespace candor::explain
