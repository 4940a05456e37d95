// Cells like "12 kg", "$1,200" or "45 %": numbers, when all cells of a column share the unit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "candor/data/table/schema.h"
#include "candor/data/table/table.h"

namespace candor::data {

/// A column that was read as numbers, and what stood beside them.
struct ColumnUnit {
  std::string column, unit;
};

/// Columns of words of which every cell that is not missing is a number with the same unit, at least three of them, become columns of numbers; a remark
/// (table.units) says so. Where units differ (kg and g, or some without) the column stays as it is, and a remark (table.mixed-units) says that.
/// Columns named in `keep` are left alone.
std::vector<ColumnUnit> read_units(Table& table, const std::vector<std::string>& keep = {});

/// The same for a table that a model is asked about: columns that the schema has a unit for become numbers, with that unit or none. Throws Error (corrupt)
/// naming row and cell for another unit.
void read_units(Table& table, const Schema& schema);

/// "kg" of "12 kg", "$" of "$1,200"; "" of a plain number; nothing when the cell is no number with a unit.
std::optional<std::string> unit_of(std::string_view cell);

}  // namespace candor::data
