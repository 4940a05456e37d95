// jacobian and hessian: all rows (or columns) at once, by vmap over the unit vectors.
#include "candor/base/error.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/vmap.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;

Shape joined(const Shape& a, const Shape& b) {
  std::vector<std::int64_t> extents = a.to_vector();
  extents.insert(extents.end(), b.begin(), b.end());
  if (extents.size() > Shape::max_rank)
    fail(ErrorKind::shape, "jacobian: " + to_string(a) + " to " + to_string(b) + " makes " + std::to_string(extents.size()) + " axes, there may be " + std::to_string(Shape::max_rank) + "; reshape to fewer");
  return Shape(extents);
}

/// [n, shape...] with a single one in each.
Tensor unit_vectors(const TensorType& type) {
  const std::int64_t n = type.size();
  std::vector<double> units(static_cast<std::size_t>(n * n), 0.0);
  for (std::int64_t i = 0; i < n; ++i) units[static_cast<std::size_t>(i * n + i)] = 1;
  return Tensor::from(units, type.shape.inserted(0, n)).to(type.dtype);
}

Tensors reverse(const ScalarFunction& f, std::span<const Tensor> xs) {
  const Tensors inputs(xs.begin(), xs.end());
  const TensorType type = f(inputs).type();  // recorded, and dropped as nobody reads it
  const auto row = [&](std::span<const Tensor> ct) { return gradients(f(inputs), inputs, ct[0]); };
  Tensors rows = detail::vmap_list(row, {})(Tensors{unit_vectors(type)});
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = reshape(rows[i], joined(type.shape, xs[i].shape()));
  return rows;
}

Tensors forward(const ScalarFunction& f, std::span<const Tensor> xs) {
  const Tensors inputs(xs.begin(), xs.end());
  Tensors columns;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto column = [&](std::span<const Tensor> v) { return tangents(Tensors{f(inputs)}, std::span(&inputs[i], 1), v); };
    const Tensor all = detail::vmap_list(column, {})(Tensors{unit_vectors(inputs[i].type())})[0];  // [n, shape of y...]
    const Shape y = all.shape().without(0);
    const Tensor flat = transpose(reshape(all, Shape{all.shape(0), y.size()}), {1, 0});
    columns.push_back(reshape(flat, joined(y, inputs[i].shape())));
  }
  return columns;
}

}  // namespace

Tensors jacobian(const ScalarFunction& f, std::span<const Tensor> xs, JacobianMode mode) {
  for (const Tensor& x : xs)
    if (!is_floating(x.dtype())) fail(ErrorKind::dtype, "jacobian: " + to_string(x.type()) + " is not floating point and has no derivative");
  return detail::trace_or_run([&](std::span<const Tensor> in) { return mode == JacobianMode::reverse ? reverse(f, in) : forward(f, in); }, xs);
}

Tensor jacobian(const Function<Tensor(const Tensor&)>& f, const Tensor& x, JacobianMode mode) {
  return jacobian(ScalarFunction([&](std::span<const Tensor> in) { return f(in[0]); }), std::span(&x, 1), mode)[0];
}

Tensor hessian(const Function<Tensor(const Tensor&)>& f, const Tensor& x) {
  const auto gradient = grad([&](std::span<const Tensor> in) { return f(in[0]); });
  return jacobian(Function<Tensor(const Tensor&)>([&](const Tensor& at) { return gradient(std::span(&at, 1))[0]; }), x, JacobianMode::forward);
}

}  // namespace candor
