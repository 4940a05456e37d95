// What shape rules, gradient rules and public functions of ops share. Internal to the ops' .cpp files.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/base/error.h"
#include "candor/ops/op.h"

namespace candor::rules {

/// A string literal as a template argument: shape rules are plain functions and learn their op's name from it.
template <std::size_t N>
struct Name {
  char text[N]{};
  constexpr Name(const char (&literal)[N]) { std::copy_n(literal, N, text); }  // NOLINT: implicit on purpose
  std::string str() const { return text; }
};

/// Throws Error (internal) unless there are `count` inputs.
void expect_inputs(std::span<const TensorType> in, std::size_t count, const std::string& op);
/// Throw Error (dtype) that names the op, the input and what came.
void expect_floating(const TensorType& type, const std::string& op, std::string_view input = "x");
void expect_numeric(const TensorType& type, const std::string& op, std::string_view input = "x");
void expect_bool(const TensorType& type, const std::string& op, std::string_view input = "x");
void expect_index(const TensorType& type, const std::string& op, std::string_view input = "index");
void expect_same_dtype(const TensorType& a, const TensorType& b, const std::string& op);
/// Throws Error (shape) unless equal: "loss: shapes of logits and targets differ: [4, 3] and [4, 1]".
void expect_same_shape(const TensorType& a, const TensorType& b, const std::string& op, std::string_view names);

/// True when x may be answered with a view of its elements: it is concrete, no variable (those change), and nothing is traced
/// (a view would hide from gradients what it was made of).
bool may_be_viewed(const Tensor& x);

/// Axes made non-negative, sorted; empty means all. Throws Error (shape) for an axis out of range or named twice.
std::vector<std::int64_t> normalize_axes(const std::vector<int>& axes, const Shape& shape, const std::string& op);
int normalize_axis(int axis, const Shape& shape, const std::string& op);
/// `shape` with the (normalised) axes removed or, with keepdims, set to 1.
Shape reduced_shape(const Shape& shape, const std::vector<std::int64_t>& axes, bool keepdims);
/// Number of elements along the axes.
std::int64_t count_along(const Shape& shape, const std::vector<std::int64_t>& axes);

/// A scalar of `like`'s dtype, exact in f64 too.
Tensor scalar(double value, const Tensor& like);
/// A concrete f32 scalar takes the other side's dtype (see elementwise.h); other tensors stay as they are. Throws Error (dtype)
/// when a number with a fraction would become an integer.
void promote(Tensor& a, Tensor& b, std::string_view op);
/// Gives a reduced tensor its removed axes back (extent 1), so that it broadcasts against what was reduced.
Tensor restore_axes(const Tensor& reduced, const Shape& full, const std::vector<std::int64_t>& axes);
/// Zeros of a tensor's type, as an expression of constants alone.
Tensor zeros_like(const Tensor& x);

}  // namespace candor::rules
