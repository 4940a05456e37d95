// A mark for a set of test rows, so that two runs can be asked whether they were judged on the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/data/table/table.h"

namespace candor::pipeline {

/// 16 hex digits that stand for the rows, whatever their order. Tables go by their cells as they came, so that another treatment of the columns keeps the mark; other rows by
/// features and targets. Empty for no rows.
std::string test_rows_mark(const data::Dataset& rows, const data::Table& cells);
/// The same of the numbers that Table::row_identities gives for each row of a table.
std::string test_rows_mark(std::vector<std::uint64_t> identities);
/// 16 hex digits for what a training was given: its rows, and the test rows where they were drawn from the same source (`drawn`), so that another seed, which parts them otherwise, keeps the mark.
std::string source_mark(const data::Dataset& train, const data::Table& train_cells, const data::Dataset& test, const data::Table& test_cells, bool drawn);

}  // namespace candor::pipeline
