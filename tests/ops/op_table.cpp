#include "tests/ops/op_table.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "candor/graph/program.h"
#include "candor/graph/trace.h"

namespace candor::testing {
namespace {

std::vector<OpRow>& registered() {
  static std::vector<OpRow> rows;
  return rows;
}

const std::vector<Shape> small_shapes = {{3, 4}, {0, 3}, {1}, {}, {1, 1, 1}};
const Shape large_shape{67, 1031};  // neither a multiple of a vector nor of a tile

}  // namespace

void PrintTo(const OpRow& row, std::ostream* out) { *out << row.name; }

std::vector<OpRow> op_table() {
  std::vector<OpRow> rows = registered();
  std::sort(rows.begin(), rows.end(), [](const OpRow& a, const OpRow& b) { return a.name < b.name; });
  return rows;
}

AddRows::AddRows(std::vector<OpRow> rows) {
  for (OpRow& row : rows) registered().push_back(std::move(row));
}

OpRow unary_row(std::string name, std::function<Tensor(const Tensor&)> f, double low, double high) {
  return shaped_row(std::move(name), std::move(f), small_shapes, large_shape, low, high);
}

OpRow shaped_row(std::string name, std::function<Tensor(const Tensor&)> f, std::vector<Shape> shapes, Shape large, double low, double high) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{shapes.front(), low, high}};
  row.f = [f = std::move(f)](std::span<const Tensor> in) { return std::vector<Tensor>{f(in[0])}; };
  for (std::size_t i = 1; i < shapes.size(); ++i) row.sizes.push_back({shapes[i]});
  if (large.rank() > 0) row.large = {large};
  return row;
}

OpRow binary_row(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> f, double low, double high) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{{3, 4}, low, high}, {{3, 4}, low, high}};
  row.f = [f = std::move(f)](std::span<const Tensor> in) { return std::vector<Tensor>{f(in[0], in[1])}; };
  for (const auto& [a, b] : std::vector<std::pair<Shape, Shape>>{{{3, 4}, {4}}, {{3, 1}, {1, 4}}, {{2, 3, 4}, {3, 1}}, {{}, {2, 3}}, {{5}, {1, 1, 1}},
                                                                 {{2, 1, 3, 1}, {4, 1, 5}}, {{0, 3}, {3}}, {{1}, {0}}, {{}, {}}, {{1}, {1, 1}}})
    row.sizes.push_back({a, b});
  row.large = {large_shape, Shape{1031}};
  return row;
}

OpRow without_gradient(OpRow row) {
  row.gradient = row.second = false;
  return row;
}
OpRow distinct(OpRow row) {
  for (Input& input : row.inputs)
    if (input.fill == Fill::real) input.fill = Fill::distinct;
  return row;
}
OpRow with_integers(OpRow row) {
  for (DType dtype : {DType::i8, DType::u8, DType::i32, DType::i64}) row.dtypes.push_back(dtype);
  return row;
}
OpRow loose(OpRow row, double tolerance) {
  row.tolerance = tolerance;
  return row;
}

std::set<std::string> ops_of(const OpRow& row) {
  std::vector<TensorType> types;
  for (const Input& input : row.inputs)
    types.push_back({input.shape, input.floating() ? DType::f32 : input.fill == Fill::index ? DType::i32 : input.fill == Fill::index64 ? DType::i64 : DType::boolean});
  std::set<std::string> names;
  const auto graph = trace([&](std::span<const Tensor> in) { return row.f(in); }, types);
  for (const Node& node : graph->nodes) names.insert(node.info.op->name);
  return names;
}

}  // namespace candor::testing
