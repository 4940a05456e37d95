// Errors about a number in a batch, told by the row of the data it came from.
#pragma once

#include "candor/base/error.h"
#include "candor/base/function.h"

namespace candor::detail {

/// Adds "row 1234 of the data" to an error that names a place ("at place [3, 0]") or, where each target is one number, a row ("in row 3") of the
/// batch. `data_row` gives the data's row for the batch's; rows from `count` on are none of the batch.
void add_data_row(Error& error, std::int64_t count, bool one_target_a_row, const Function<std::int64_t(std::int64_t)>& data_row);

}  // namespace candor::detail
