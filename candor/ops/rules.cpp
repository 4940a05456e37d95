#include "candor/ops/rules.h"

#include <cmath>

#include "candor/ops/manipulate.h"

namespace candor::rules {
namespace {

[[noreturn]] void wrong_dtype(const TensorType& type, const std::string& op, std::string_view input, const char* wanted) {
  fail(ErrorKind::dtype, op + ": " + std::string(input) + " must be " + wanted + ", got " + to_string(type));
}

bool is_number(const Tensor& x) {
  return !x.symbolic() && !x.is_variable() && x.rank() == 0 && x.dtype() == DType::f32;
}

void take_dtype(Tensor& number, DType dtype, std::string_view op) {
  const double value = number.item<double>();
  if (!is_floating(dtype) && value != std::floor(value))
    fail(ErrorKind::dtype, std::string(op) + ": the number " + std::to_string(value) + " does not fit a tensor of dtype " +
                               std::string(to_string(dtype)) + "; cast the tensor to a floating dtype first");
  number = Tensor::full({}, value, dtype);
}

}  // namespace

void expect_inputs(std::span<const TensorType> in, std::size_t count, const std::string& op) {
  if (in.size() != count)
    fail(ErrorKind::internal, op + ": takes " + std::to_string(count) + " inputs, got " + std::to_string(in.size()));
}
void expect_floating(const TensorType& type, const std::string& op, std::string_view input) {
  if (!is_floating(type.dtype)) wrong_dtype(type, op, input, "floating point");
}
void expect_numeric(const TensorType& type, const std::string& op, std::string_view input) {
  if (type.dtype == DType::boolean) wrong_dtype(type, op, input, "a number, not bool");
}
void expect_bool(const TensorType& type, const std::string& op, std::string_view input) {
  if (type.dtype != DType::boolean) wrong_dtype(type, op, input, "bool");
}
void expect_index(const TensorType& type, const std::string& op, std::string_view input) {
  if (type.dtype != DType::i32 && type.dtype != DType::i64) wrong_dtype(type, op, input, "i32 or i64");
}
void expect_same_dtype(const TensorType& a, const TensorType& b, const std::string& op) {
  if (a.dtype != b.dtype)
    fail(ErrorKind::dtype, op + ": dtypes differ: " + to_string(a) + " and " + to_string(b) + "; cast one of them");
}
void expect_same_shape(const TensorType& a, const TensorType& b, const std::string& op, std::string_view names) {
  if (a.shape != b.shape)
    fail(ErrorKind::shape, op + ": shapes of " + std::string(names) + " differ: " + to_string(a.shape) + " and " + to_string(b.shape));
}

int normalize_axis(int axis, const Shape& shape, const std::string& op) {
  if (axis < -shape.rank() || axis >= shape.rank())
    fail(ErrorKind::shape, op + ": axis " + std::to_string(axis) + " is out of range for shape " + to_string(shape));
  return axis < 0 ? axis + shape.rank() : axis;
}

std::vector<std::int64_t> normalize_axes(const std::vector<int>& axes, const Shape& shape, const std::string& op) {
  std::vector<std::int64_t> result;
  if (axes.empty())
    for (int i = 0; i < shape.rank(); ++i) result.push_back(i);
  for (int axis : axes) result.push_back(normalize_axis(axis, shape, op));
  std::sort(result.begin(), result.end());
  if (const auto twice = std::adjacent_find(result.begin(), result.end()); twice != result.end())
    fail(ErrorKind::shape, op + ": axis " + std::to_string(*twice) + " is named twice");
  return result;
}

Shape reduced_shape(const Shape& shape, const std::vector<std::int64_t>& axes, bool keepdims) {
  std::vector<std::int64_t> extents;
  for (int i = 0; i < shape.rank(); ++i)
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) extents.push_back(shape[i]);
    else if (keepdims) extents.push_back(1);
  return Shape(extents);
}

std::int64_t count_along(const Shape& shape, const std::vector<std::int64_t>& axes) {
  std::int64_t count = 1;
  for (std::int64_t axis : axes) count *= shape[static_cast<int>(axis)];
  return count;
}

Tensor scalar(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

void promote(Tensor& a, Tensor& b, std::string_view op) {
  if (!a.defined() || !b.defined() || a.dtype() == b.dtype()) return;
  if (is_number(b)) take_dtype(b, a.dtype(), op);
  else if (is_number(a)) take_dtype(a, b.dtype(), op);
}

Tensor restore_axes(const Tensor& reduced, const Shape& full, const std::vector<std::int64_t>& axes) {
  const Shape shape = reduced_shape(full, axes, true);
  return reduced.shape() == shape ? reduced : reshape(reduced, shape);
}

Tensor zeros_like(const Tensor& x) {
  const Tensor zero = scalar(0, x);
  return x.rank() == 0 ? zero : broadcast_to(zero, x.shape());
}

}  // namespace candor::rules
