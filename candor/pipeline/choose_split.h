// How a table is parted when nobody says how: at random, unless the checks would find fault with that.
#pragma once

#include "candor/data/table/row_split.h"

namespace candor::pipeline {

/// split_rows. Where `options.way` is automatic and rows would be drawn at random although data.time-split or data.group-split would warn of it, the rows are parted by that time (the newest are the
/// test) or by those owners, and `how` says why. It stays at random where the other way leaves a class untaught or untested, or too few rows on a side.
data::RowSplit choose_split(const data::Table& table, const data::Schema& schema, const data::RowSplitOptions& options);

}  // namespace candor::pipeline
