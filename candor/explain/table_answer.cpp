#include "candor/explain/table_answer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/error.h"
#include "candor/tensor/random.h"

namespace candor::explain {

data::Table table_of(const data::Dataset& set) {
  if (set.features.rank() != 2) fail(ErrorKind::shape, "explain: rows of a table are wanted, and these have shape " + to_string(set.row_shape()));
  data::Table table;
  table.source = set.source;
  const std::vector<double> values = set.features.to_vector<double>();
  const std::int64_t columns = set.features.shape(1);
  for (std::int64_t j = 0; j < columns; ++j) {
    const auto at = static_cast<std::size_t>(j);
    data::Column column;
    column.name = at < set.feature_names.size() ? set.feature_names[at] : "column_" + std::to_string(j + 1);
    for (std::int64_t i = 0; i < set.rows(); ++i) column.numbers.push_back(values[static_cast<std::size_t>(i * columns + j)]);
    table.columns.push_back(std::move(column));
  }
  return table;
}

Tensor features_of(const data::Table& table) {
  const std::int64_t rows = table.rows(), columns = static_cast<std::int64_t>(table.columns.size());
  std::vector<float> values(static_cast<std::size_t>(rows * columns));
  for (std::int64_t j = 0; j < columns; ++j) {
    const data::Column& column = table.columns[static_cast<std::size_t>(j)];
    if (column.kind != data::Column::Kind::number) fail(ErrorKind::invalid_argument, "explain: column \"" + column.name + "\" holds words");
    for (std::int64_t i = 0; i < rows; ++i) values[static_cast<std::size_t>(i * columns + j)] = static_cast<float>(column.numbers[static_cast<std::size_t>(i)]);
  }
  return Tensor::from(values, Shape{rows, columns});
}

data::Table rows_of(const data::Table& table, const std::vector<std::int64_t>& rows) {
  data::Table part;
  part.source = table.source;
  for (const data::Column& from : table.columns) {
    data::Column column;
    column.name = from.name;
    column.kind = from.kind;
    column.words = from.words;
    for (const std::int64_t row : rows) {
      if (row < 0 || row >= table.rows()) fail(ErrorKind::invalid_argument, "explain: row " + std::to_string(row) + " of a table of " + std::to_string(table.rows()) + " rows");
      if (from.kind == data::Column::Kind::number) column.numbers.push_back(from.numbers[static_cast<std::size_t>(row)]);
      else column.codes.push_back(from.codes[static_cast<std::size_t>(row)]);
    }
    part.columns.push_back(std::move(column));
  }
  return part;
}

data::Table repeated(const data::Table& row, std::int64_t times) { return rows_of(row, std::vector<std::int64_t>(static_cast<std::size_t>(times))); }

std::vector<std::int64_t> some_rows(std::int64_t rows, std::int64_t most, std::uint64_t seed) {
  std::vector<std::int64_t> picked(static_cast<std::size_t>(std::min(rows, most)));
  if (rows <= most) {
    std::iota(picked.begin(), picked.end(), 0);
    return picked;
  }
  const Permutation order(static_cast<std::uint64_t>(rows), RandomStream{seed, 0x6578706c});
  for (std::size_t i = 0; i < picked.size(); ++i) picked[i] = static_cast<std::int64_t>(order.at(i));
  std::sort(picked.begin(), picked.end());
  return picked;
}

double spread(const data::Column& column) {
  std::vector<double> values;
  for (const double v : column.numbers) {
    if (std::isfinite(v)) values.push_back(v);
  }
  if (values.empty()) return 1;
  const auto median = [](std::vector<double>& v) {
    const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
    std::nth_element(v.begin(), middle, v.end());
    if (v.size() % 2) return *middle;
    return (*middle + *std::max_element(v.begin(), middle)) / 2;
  };
  std::vector<double> copy = values;
  const double centre = median(copy);
  for (double& v : copy) v = std::abs(v - centre);
  const double mad = median(copy);
  if (mad > 0) return mad;
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  for (const double v : values) squares += (v - mean) * (v - mean) / static_cast<double>(values.size());
  return squares > 0 ? std::sqrt(squares) : 1;
}

}  // namespace candor::explain
