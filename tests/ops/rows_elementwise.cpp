// Rows of elementwise arithmetic, comparison and choice.
#include <cmath>

#include "candor/graph/autodiff.h"
#include "candor/ops/elementwise.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

using Two = Tensor (*)(const Tensor&, const Tensor&);
using One = Tensor (*)(const Tensor&);

OpRow only_f32(OpRow row) {
  row.dtypes.clear();
  return row;
}

const AddRows binary({
    with_integers(binary_row("add", Two(add))),
    with_integers(binary_row("subtract", Two(subtract))),
    with_integers(binary_row("multiply", Two(multiply))),
    binary_row("divide", Two(divide), 0.5, 2.5),
    with_integers(without_gradient(binary_row("divide_integers", Two(divide), 1, 3))),
    with_integers(distinct(binary_row("maximum", Two(maximum)))),
    with_integers(distinct(binary_row("minimum", Two(minimum)))),
    binary_row("power", Two(power), 0.3, 2.5),
    with_integers(without_gradient(binary_row("power_integers", Two(power), 1, 1.5))),
    only_f32(binary_row("fmod", Two(fmod), 0.4, 1.1)),
    only_f32(binary_row("mod", Two(mod), 0.4, 1.1)),
    only_f32(without_gradient(with_integers(binary_row("mod_integers", Two(mod), 1, 3)))),
    binary_row("arctan2", Two(arctan2), 0.3, 2),
});

const AddRows comparison({
    with_integers(without_gradient(binary_row("equal", Two(equal)))),
    with_integers(without_gradient(binary_row("not_equal", Two(not_equal)))),
    with_integers(without_gradient(binary_row("less", Two(less)))),
    with_integers(without_gradient(binary_row("less_equal", Two(less_equal)))),
    with_integers(without_gradient(binary_row("greater", Two(greater)))),
    with_integers(without_gradient(binary_row("greater_equal", Two(greater_equal)))),
});

OpRow logic(const char* name, Two f) {
  OpRow row = without_gradient(binary_row(name, f));
  for (Input& input : row.inputs) input.fill = Fill::boolean;
  row.dtypes.clear();
  return row;
}
OpRow logical_not_row() {
  OpRow row = without_gradient(unary_row("logical_not", One(logical_not)));
  row.inputs[0].fill = Fill::boolean;
  row.dtypes.clear();
  return row;
}
const AddRows logical({logic("logical_and", logical_and), logic("logical_or", logical_or), logic("logical_xor", logical_xor), logical_not_row()});

const AddRows unary({
    with_integers(unary_row("negative", One(negative))),
    with_integers(distinct(unary_row("abs", One(abs)))),
    with_integers(unary_row("square", One(square))),
    unary_row("sqrt", One(sqrt), 0.3, 4),
    unary_row("rsqrt", One(rsqrt), 0.3, 4),
    unary_row("reciprocal", One(reciprocal), 0.4, 3),
    unary_row("exp", One(exp)),
    unary_row("expm1", One(expm1)),
    unary_row("log", One(log), 0.3, 4),
    unary_row("log1p", One(log1p), -0.6, 4),
    unary_row("log2", One(log2), 0.3, 4),
    unary_row("sin", One(sin), -7, 7),
    unary_row("cos", One(cos), -7, 7),
    unary_row("tan", One(tan), -1.1, 1.1),
    unary_row("arcsin", One(arcsin), -0.8, 0.8),
    unary_row("arccos", One(arccos), -0.8, 0.8),
    unary_row("arctan", One(arctan)),
    unary_row("sinh", One(sinh)),
    unary_row("cosh", One(cosh)),
    unary_row("tanh", One(tanh)),
    unary_row("arcsinh", One(arcsinh)),
    unary_row("arccosh", One(arccosh), 1.4, 4),
    unary_row("arctanh", One(arctanh), -0.8, 0.8),
    unary_row("erf", One(erf)),
    unary_row("erfc", One(erfc)),
    unary_row("lgamma", One(lgamma), 0.4, 6),
    unary_row("lgamma_negative", One(lgamma), -1.8, -1.2),
    unary_row("digamma", One(digamma), 0.4, 6),
    unary_row("digamma_negative", One(digamma), -1.8, -1.2),
});

// Halves and their neighbourhoods would round either way in a narrow dtype: only f32 and f64 are compared.
const AddRows steps({
    with_integers(without_gradient(unary_row("sign", One(sign)))),
    only_f32(without_gradient(unary_row("floor", One(floor), -5, 5))),
    only_f32(without_gradient(unary_row("ceil", One(ceil), -5, 5))),
    only_f32(without_gradient(unary_row("round", One(round), -5, 5))),
    only_f32(without_gradient(unary_row("trunc", One(trunc), -5, 5))),
    with_integers(without_gradient(unary_row("isfinite", One(isfinite)))),
    with_integers(without_gradient(unary_row("isnan", One(isnan)))),
});

OpRow where_row() {
  OpRow row;
  row.name = "where";
  row.inputs = {{{3, 4}, 0, 1, Fill::boolean}, {{3, 4}}, {{3, 4}}};
  row.f = [](std::span<const Tensor> in) { return std::vector<Tensor>{where(in[0], in[1], in[2])}; };
  row.sizes = {{{4}, {3, 1}, {2, 1, 1}}, {{0, 1}, {1}, {5}}, {{}, {}, {}}, {{2, 3}, {}, {3}}};
  row.large = {{67, 1031}, {1031}, {67, 1}};
  return with_integers(row);
}
OpRow stop_row() {
  OpRow row;
  row.name = "stop_gradient";
  row.inputs = {{{3, 4}}};
  row.f = [](std::span<const Tensor> in) { return std::vector<Tensor>{stop_gradient(in[0])}; };
  return without_gradient(row);
}
Tensor number(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }

const AddRows choice({
    where_row(),
    stop_row(),
    with_integers(unary_row("clip", [](const Tensor& x) { return clip(x, -1, 1.5); })),
    unary_row("clip_below", [](const Tensor& x) { return clip(x, 0.25, INFINITY); }),
    unary_row("cast_there_and_back", [](const Tensor& x) { return cast(cast(x, DType::f64), x.dtype()) * x; }),
    with_integers(without_gradient(unary_row("cast_to_i32", [](const Tensor& x) { return cast(x, DType::i32); }))),
    with_integers(without_gradient(unary_row("cast_to_bool", [](const Tensor& x) { return cast(x, DType::boolean); }))),
    with_integers(without_gradient(unary_row("cast_to_f32", [](const Tensor& x) { return cast(x, DType::f32); }))),
    // A value used twice, a broadcast inside a chain, and a chain long enough to be fused.
    unary_row("chain", [](const Tensor& x) { return tanh(x * x + number(0.5, x)) * exp(-x) / (number(1, x) + square(x)); }),
    binary_row("chain_broadcast", [](const Tensor& a, const Tensor& b) { return where(greater(a, b), a * b, exp(b) - a) * sin(a); }),
});

}  // namespace
}  // namespace candor::testing
