#include <algorithm>
#include <limits>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/numpy.h"
#include "candor/data/table/sources.h"
#include "candor/data/table/table_builder.h"

namespace candor::data::detail {
namespace {

std::span<const std::byte> as_bytes(std::string_view bytes) { return {reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}; }

/// Adds the columns of one array; `prefix` names those that have no name of their own. `first`: whether it begins the rows.
void add_array(TableBuilder& builder, const NpyArray& array, const std::string& name, const std::string& prefix, std::vector<std::pair<const NpyArray*, std::size_t>>& columns) {
  if (array.shape.size() > 2 || array.shape.empty())
    fail(ErrorKind::corrupt, name + ": has " + std::to_string(array.shape.size()) + " axes; a table has rows and columns (examples of pictures go into a .npz as x_train, y_train, ...)");
  const std::int64_t width = array.shape.size() == 2 ? array.shape[1] : 1;
  if (array.structured() && array.shape.size() == 2) fail(ErrorKind::corrupt, name + ": a structured array of two axes is no table; one axis is expected");
  if (width == 0) fail(ErrorKind::corrupt, name + ": no columns");
  if (width > 1'000'000) fail(ErrorKind::corrupt, name + ": has " + with_thousands(width) + " columns, at most 1,000,000 are read");
  if (array.structured()) {
    for (std::size_t f = 0; f < array.fields.size(); ++f) {
      builder.add_column(array.fields[f].name);
      columns.emplace_back(&array, f);
    }
    return;
  }
  for (std::int64_t c = 0; c < width; ++c) {
    builder.add_column(prefix.empty() ? "" : array.shape.size() == 2 ? prefix + "_" + std::to_string(c + 1) : prefix);
    columns.emplace_back(&array, static_cast<std::size_t>(c));
  }
}

Table read_rows(TableBuilder& builder, const std::vector<std::pair<const NpyArray*, std::size_t>>& columns, std::int64_t rows, const std::string& name) {
  if (rows == 0) fail(ErrorKind::corrupt, name + ": no rows");
  for (std::int64_t row = 0; row < rows && !builder.full(); ++row) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto& [array, place] = columns[c];
      const bool structured = array->structured();
      const NpyField& field = array->fields[structured ? place : 0];
      const std::int64_t element = array->shape.size() == 2 ? row * array->shape[1] + static_cast<std::int64_t>(place) : row;
      if (field.kind == 'U' || field.kind == 'S' || field.kind == 'M') builder.word(c, array->text(element, field));
      else builder.number(c, array->number(element, field));
    }
    builder.end_row();
  }
  return builder.finish("numpy");
}

}  // namespace

Table parse_npy_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  const NpyArray array = parse_npy(as_bytes(bytes), name);
  TableBuilder builder(name, options);
  std::vector<std::pair<const NpyArray*, std::size_t>> columns;
  add_array(builder, array, name, "", columns);
  return read_rows(builder, columns, array.shape[0], name);
}

Table parse_npz_table(std::string_view bytes, const TableOptions& options, const std::string& name) {
  const Npz npz = parse_npz(as_bytes(bytes), name);
  TableBuilder builder(name, options);
  std::vector<std::pair<const NpyArray*, std::size_t>> columns;
  std::int64_t rows = -1;
  for (const NpyArray& array : npz.arrays) {
    const std::string member = name + " (" + array.name + ")";
    add_array(builder, array, member, array.name, columns);
    if (rows >= 0 && array.shape[0] != rows)
      fail(ErrorKind::corrupt, member + ": has " + with_thousands(array.shape[0]) + " rows, the arrays before it " + with_thousands(rows) + "; the columns of a table are equally long");
    rows = array.shape[0];
  }
  return read_rows(builder, columns, rows, name);
}

}  // namespace candor::data::detail
