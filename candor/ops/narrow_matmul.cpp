// Row narrow_matmul, and the rounding of weights for it.
#include "candor/ops/narrow_matmul.h"

#include <cmath>
#include <cstring>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/rules.h"
#include "candor/ops/reference.h"

namespace candor {
namespace {

constexpr const char* narrow_name = "narrow_matmul";

std::vector<TensorType> infer_narrow(std::span<const TensorType> in, const Attrs&) {
  if (in.size() != 2 && in.size() != 3) rules::expect_inputs(in, 2, narrow_name);
  const std::string who = std::string(narrow_name) + ": ";
  const TensorType &x = in[0], &w = in[1];
  if (x.dtype != DType::f32 && x.dtype != DType::f64) fail(ErrorKind::dtype, who + "x must be f32 or f64, got " + to_string(x));
  if (w.dtype != DType::i8 && w.dtype != DType::bf16) fail(ErrorKind::dtype, who + "weights are i8 or bf16, got " + to_string(w));
  if (x.shape.rank() < 1 || w.shape.rank() != 2 || x.shape[-1] != w.shape[1])
    fail(ErrorKind::shape, who + "x is [..., inputs] and the weights [outputs, inputs], got " + to_string(x.shape) + " and " + to_string(w.shape));
  if ((in.size() == 3) != (w.dtype == DType::i8)) fail(ErrorKind::invalid_argument, who + "i8 weights need a factor for each row, bf16 has none");
  if (in.size() == 3 && (in[2].dtype != DType::f32 || in[2].shape != Shape{w.shape[0]}))
    fail(ErrorKind::shape, who + "there must be an f32 factor for each of the " + std::to_string(w.shape[0]) + " outputs, got " + to_string(in[2]));
  return {{x.shape.with(-1, w.shape[0]), x.dtype}};
}

void narrow_kernel(const KernelArgs& args) {
  const std::int64_t outputs = args.node->in[1].shape[0], inputs = args.node->in[1].shape[1], rows = args.node->in[0].size() / std::max<std::int64_t>(inputs, 1);
  const float* factors = args.node->in.size() == 3 ? args.input<float>(2) : nullptr;
  if (inputs == 0) {
    std::memset(args.out[0], 0, args.node->out[0].bytes());
    return;
  }
  const auto multiplied = [&]<class T>(const auto* w, const T* x, T* y) {
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t j = 0; j < outputs; ++j) {
        double sum = 0;
        for (std::int64_t i = 0; i < inputs; ++i) sum += static_cast<double>(x[r * inputs + i]) * static_cast<double>(reference::load(w[j * inputs + i]));
        y[r * outputs + j] = static_cast<T>(factors ? sum * static_cast<double>(factors[j]) : sum);
      }
  };
  const auto run = [&](const auto* w) {
    if (args.node->in[0].dtype == DType::f64) multiplied(w, args.input<double>(0), args.output<double>(0));
    else multiplied(w, args.input<float>(0), args.output<float>(0));
  };
  if (args.node->in[1].dtype == DType::i8) run(args.input<std::int8_t>(1));
  else run(args.input<bf16_t>(1));
}

std::vector<Tensor> narrow_gradient(const GradientArgs& args) {
  std::vector<Tensor> result(args.in.size());
  if (!args.cotangents[0].defined() || !args.wanted[0]) return result;
  Tensor ct = args.cotangents[0];
  if (args.in.size() == 3) ct = ct * cast(args.in[2], ct.dtype());
  std::int64_t rows = 1;
  for (int axis = 0; axis + 1 < ct.rank(); ++axis) rows *= ct.shape(axis);
  result[0] = reshape(matmul(reshape(ct, Shape{rows, ct.shape(-1)}), cast(args.in[1], ct.dtype())), args.in[0].shape());
  return result;
}

double narrow_flops(const NodeInfo& node) { return 2 * static_cast<double>(node.out[0].size()) * static_cast<double>(node.in[1].shape[1]); }

}  // namespace

void register_narrow_matmul() { register_op({.name = narrow_name, .infer = infer_narrow, .gradient = narrow_gradient, .reference = narrow_kernel, .flops = narrow_flops}); }

NarrowWeights narrow_rows(const Tensor& given, DType dtype) {
  const std::string who = "narrow_rows: ";
  if (given.symbolic()) fail(ErrorKind::invalid_argument, who + "the weights must be there; in a trace they are not yet known");
  if (given.dtype() != DType::f32) fail(ErrorKind::dtype, who + "takes f32 weights, got " + to_string(given.type()));
  if (given.rank() != 2) fail(ErrorKind::shape, who + "takes weights [outputs, inputs], got " + to_string(given.shape()));
  if (dtype == DType::bf16) return {given.to(dtype), {}};
  if (dtype != DType::i8) fail(ErrorKind::dtype, who + "weights can become i8 or bf16, not " + std::string(to_string(dtype)));
  const Tensor w = given.contiguous();
  const std::int64_t outputs = w.shape(0), inputs = w.shape(1);
  NarrowWeights narrow{Tensor::empty(w.shape(), DType::i8), Tensor::empty({outputs}, DType::f32)};
  std::int8_t* to = narrow.rows.mutable_data<std::int8_t>();
  float* factors = narrow.factors.mutable_data<float>();
  const float* from = w.data<float>();
  for (std::int64_t j = 0; j < outputs; ++j, from += inputs, to += inputs) {
    float largest = 0;
    for (std::int64_t i = 0; i < inputs; ++i) {
      if (!std::isfinite(from[i])) fail(ErrorKind::invalid_argument, who + "number " + std::to_string(i) + " of row " + std::to_string(j) + " is not finite");
      largest = std::max(largest, std::abs(from[i]));
    }
    // A row so small that its factor would be no normal number is 0.
    const float factor = largest / 127;
    factors[j] = std::isnormal(factor) ? factor : 0;
    for (std::int64_t i = 0; i < inputs; ++i) to[i] = factors[j] > 0 ? static_cast<std::int8_t>(std::lround(std::clamp(from[i] / factor, -127.f, 127.f))) : std::int8_t{0};
  }
  return narrow;
}

Tensor narrow_matmul(const Tensor& x, const NarrowWeights& weights) {
  if (!weights.rows.defined()) fail(ErrorKind::invalid_argument, "narrow_matmul: there are no weights");
  if (weights.factors.defined()) return apply(narrow_name, {x, weights.rows, weights.factors});
  return apply(narrow_name, {x, weights.rows});
}

}  // namespace candor
