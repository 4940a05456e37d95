// The one op table: a row says how to call an op and with what; every property that an op must have is then checked for it:
// value against the reference backend, gradients and second derivatives against central differences in f64, the same bits for
// 1, 2 and 7 threads, every dtype it supports, sizes 0 and 1, and non-contiguous views. Rows are added in rows_*.cpp.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "candor/ops/op.h"
#include "candor/tensor/tensor.h"

namespace candor::testing {

/// What an input holds. `real` follows the dtype under test; the others keep theirs.
enum class Fill {
  real,      ///< uniform in [low, high)
  distinct,  ///< a shuffled grid over [low, high): no two entries are near each other
  index,     ///< i32 in [low, high)
  index64,   ///< i64 in [low, high)
  boolean,   ///< true with probability 1/2
};

struct Input {
  Shape shape;
  double low = -2, high = 2;
  Fill fill = Fill::real;
  bool floating() const { return fill == Fill::real || fill == Fill::distinct; }
};

using RowFunction = std::function<std::vector<Tensor>(std::span<const Tensor>)>;

struct OpRow {
  std::string name;             ///< of the googletest; letters, digits, '_'
  std::vector<Input> inputs;
  RowFunction f;
  bool gradient = true;         ///< check gradients (where inputs and outputs are floating)
  bool second = true;           ///< check second derivatives
  bool draws = false;           ///< random: immediate mode gives other numbers at each call
  std::vector<DType> dtypes = {DType::bf16, DType::f16};  ///< besides f32 and f64
  std::vector<std::vector<Shape>> sizes;                  ///< further shapes of all inputs, empty and of size 1 among them
  std::vector<Shape> large;     ///< shapes big enough to be cut among threads; empty: the row's own
  double tolerance = 1e-5;      ///< f32 against the reference, relative to the largest entry
  double difference_tolerance = 2e-6;  ///< gradient against central differences, relative to the largest entry
};

void PrintTo(const OpRow& row, std::ostream* out);

/// All rows that were added, sorted by name.
std::vector<OpRow> op_table();
/// Adds rows when the program starts: `static const AddRows rows({...});`
struct AddRows {
  AddRows(std::vector<OpRow> rows);  // NOLINT: a list is a row source
};

/// Row of a function of one tensor or of two, with the sizes and large shapes that every elementwise op must take.
OpRow unary_row(std::string name, std::function<Tensor(const Tensor&)> f, double low = -2, double high = 2);
OpRow binary_row(std::string name, std::function<Tensor(const Tensor&, const Tensor&)> f, double low = -2, double high = 2);
/// Row of a function of one tensor with given shapes: the first is the row's own, the others are `sizes`.
OpRow shaped_row(std::string name, std::function<Tensor(const Tensor&)> f, std::vector<Shape> shapes, Shape large = {}, double low = -2, double high = 2);
/// Changes that read well at the end of a row.
OpRow without_gradient(OpRow row);
OpRow distinct(OpRow row);
OpRow with_integers(OpRow row);  ///< also i8, u8, i32, i64
OpRow loose(OpRow row, double tolerance);

/// What the checks call a row with: numbers that depend on the row's name and on `salt` alone.
std::vector<Tensor> draw_inputs(const OpRow& row, DType dtype, std::uint64_t salt = 0);
/// Fixed cotangents, so that sum(out * cotangent) is one number that depends on every output.
Tensor fixed_cotangent(const TensorType& type, std::uint64_t salt);

/// The whole check of one row; adds googletest failures.
void check_row(const OpRow& row);
/// Names of the ops that a row's function is made of.
std::set<std::string> ops_of(const OpRow& row);

}  // namespace candor::testing
