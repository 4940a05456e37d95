// Cross-entropies: rows softmax_cross_entropy, sparse_softmax_cross_entropy, their gradients as rows of their own (so that the
// softmax is computed once), and sigmoid_cross_entropy.
#include "candor/ops/loss.h"

#include <cmath>
#include <limits>

#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

constexpr const char* dense_name = "softmax_cross_entropy";
constexpr const char* sparse_name = "sparse_softmax_cross_entropy";

Shape rows_of(const TensorType& logits, const char* op) {
  if (logits.shape.rank() == 0) fail(ErrorKind::shape, std::string(op) + ": logits need an axis of classes, got " + to_string(logits));
  if (logits.shape[-1] == 0) fail(ErrorKind::shape, std::string(op) + ": there are no classes in " + to_string(logits));
  return logits.shape.without(-1);
}

std::vector<TensorType> infer_dense(std::span<const TensorType> in, const Attrs&) {
  rules::expect_floating(in[0], dense_name, "logits");
  rules::expect_same_dtype(in[0], in[1], dense_name);
  rules::expect_same_shape(in[0], in[1], dense_name, "logits and targets");
  return {{rows_of(in[0], dense_name), in[0].dtype}};
}
std::vector<TensorType> infer_sparse(std::span<const TensorType> in, const Attrs&) {
  rules::expect_floating(in[0], sparse_name, "logits");
  rules::expect_index(in[1], sparse_name, "labels");
  const Shape rows = rows_of(in[0], sparse_name);
  if (in[1].shape != rows)
    fail(ErrorKind::shape, std::string(sparse_name) + ": logits " + to_string(in[0].shape) + " need labels of shape " + to_string(rows) +
                               ", got " + to_string(in[1].shape));
  return {{rows, in[0].dtype}};
}
std::vector<TensorType> infer_gradient(std::span<const TensorType> in, const Attrs&) { return {in[0]}; }

// Largest logit and log of the sum of exp(x - largest) of one row.
template <class T>
std::pair<double, double> row_statistics(const T* x, std::int64_t classes) {
  double largest = -std::numeric_limits<double>::infinity(), total = 0;
  for (std::int64_t c = 0; c < classes; ++c) {
    const auto v = static_cast<double>(reference::load(x[c]));
    largest = largest != largest || v <= largest ? largest : v;
  }
  for (std::int64_t c = 0; c < classes; ++c) total += std::exp(static_cast<double>(reference::load(x[c])) - largest);
  return {largest, std::log(total)};
}

template <class I>
std::int64_t checked_label(I label, std::int64_t row, std::int64_t classes) {
  if (label < 0 || label >= classes)
    fail(ErrorKind::invalid_argument, std::string(sparse_name) + ": label " + std::to_string(label) + " in row " + std::to_string(row) +
                                          " is outside [0, " + std::to_string(classes) + ")");
  return label;
}

void dense_kernel(const KernelArgs& args) {
  const std::int64_t classes = args.node->in[0].shape[-1], rows = args.node->out[0].size();
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *x = args.input<T>(0), *targets = args.input<T>(1);
    for (std::int64_t row = 0; row < rows; ++row, x += classes, targets += classes) {
      const auto [largest, log_total] = row_statistics(x, classes);
      double loss = 0;
      for (std::int64_t c = 0; c < classes; ++c) {
        const auto target = static_cast<double>(reference::load(targets[c]));
        loss -= target * (static_cast<double>(reference::load(x[c])) - largest - log_total);
      }
      reference::store(args.output<T>(0)[row], loss);
    }
  });
}

void sparse_kernel(const KernelArgs& args) {
  const std::int64_t classes = args.node->in[0].shape[-1], rows = args.node->out[0].size();
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    reference::visit_index(args.node->in[1].dtype, [&](auto label) {
      using T = decltype(zero);
      const T* x = args.input<T>(0);
      const auto* labels = args.input<decltype(label)>(1);
      for (std::int64_t row = 0; row < rows; ++row, x += classes) {
        const std::int64_t c = checked_label(labels[row], row, classes);
        const auto [largest, log_total] = row_statistics(x, classes);
        reference::store(args.output<T>(0)[row], log_total - (static_cast<double>(reference::load(x[c])) - largest));
      }
    });
  });
}

// (softmax(x) sum(targets) - targets) ct
void dense_gradient_kernel(const KernelArgs& args) {
  const std::int64_t classes = args.node->in[0].shape[-1], rows = args.node->in[2].size();
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const T *x = args.input<T>(0), *targets = args.input<T>(1), *ct = args.input<T>(2);
    T* out = args.output<T>(0);
    for (std::int64_t row = 0; row < rows; ++row, x += classes, targets += classes, out += classes) {
      const auto [largest, log_total] = row_statistics(x, classes);
      double mass = 0;
      for (std::int64_t c = 0; c < classes; ++c) mass += static_cast<double>(reference::load(targets[c]));
      for (std::int64_t c = 0; c < classes; ++c) {
        const double p = std::exp(static_cast<double>(reference::load(x[c])) - largest - log_total);
        reference::store(out[c], (p * mass - static_cast<double>(reference::load(targets[c]))) * static_cast<double>(reference::load(ct[row])));
      }
    }
  });
}

// (softmax(x) - one_hot(label)) ct
void sparse_gradient_kernel(const KernelArgs& args) {
  const std::int64_t classes = args.node->in[0].shape[-1], rows = args.node->in[2].size();
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    reference::visit_index(args.node->in[1].dtype, [&](auto label) {
      using T = decltype(zero);
      const T *x = args.input<T>(0), *ct = args.input<T>(2);
      const auto* labels = args.input<decltype(label)>(1);
      T* out = args.output<T>(0);
      for (std::int64_t row = 0; row < rows; ++row, x += classes, out += classes) {
        const std::int64_t hit = checked_label(labels[row], row, classes);
        const auto [largest, log_total] = row_statistics(x, classes);
        for (std::int64_t c = 0; c < classes; ++c) {
          const double p = std::exp(static_cast<double>(reference::load(x[c])) - largest - log_total);
          reference::store(out[c], (p - (c == hit)) * static_cast<double>(reference::load(ct[row])));
        }
      }
    });
  });
}

Tensor column(const Tensor& rows) { return expand_dims(rows, rows.rank()); }

std::vector<Tensor> dense_gradient(const GradientArgs& args) {
  const Tensor &x = args.in[0], &targets = args.in[1], &ct = args.cotangents[0];
  std::vector<Tensor> result(2);
  if (args.wanted[0]) result[0] = apply("softmax_cross_entropy_gradient", {x, targets, ct});
  if (args.wanted[1]) result[1] = -(log_softmax(x) * column(ct));
  return result;
}

std::vector<Tensor> sparse_gradient(const GradientArgs& args) {
  return {apply("sparse_softmax_cross_entropy_gradient", {args.in[0], args.in[1], args.cotangents[0]}), Tensor()};
}

// With p = softmax(x), m = sum(targets) and h the cotangent: p's own Jacobian p (h - sum(h p)), times m ct.
std::vector<Tensor> second_gradient(const GradientArgs& args) {
  const Tensor &x = args.in[0], &ct = args.in[2], &h = args.cotangents[0];
  const bool sparse = args.node.in[1].dtype != args.node.in[0].dtype;
  const Tensor p = softmax(x);
  const Tensor targets = sparse ? one_hot(args.in[1], x.shape(-1), -1, x.dtype()) : args.in[1];
  const Tensor mass = sparse ? Tensor() : sum(targets, {-1}, true), hp = sum(h * p, {-1}, true);
  std::vector<Tensor> result(3);
  const Tensor inner = column(ct) * (p * (h - hp));
  if (args.wanted[0]) result[0] = sparse ? inner : inner * mass;
  if (args.wanted[1] && !sparse) result[1] = column(ct) * (hp - h);
  if (args.wanted[2]) result[2] = sum(h * ((sparse ? p : p * mass) - targets), {-1});
  return result;
}

std::vector<TensorType> infer_sigmoid(std::span<const TensorType> in, const Attrs&) {
  rules::expect_inputs(in, 2, "sigmoid_cross_entropy");
  rules::expect_floating(in[0], "sigmoid_cross_entropy", "logits");
  rules::expect_same_dtype(in[0], in[1], "sigmoid_cross_entropy");
  rules::expect_same_shape(in[0], in[1], "sigmoid_cross_entropy", "logits and targets");
  return {in[0]};
}

void sigmoid_kernel(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    reference::map2<decltype(zero), decltype(zero)>(args, [](auto x, auto z) {
      return (x > 0 ? x : x != x ? x : decltype(x)(0)) - x * z + std::log1p(std::exp(-std::abs(x)));
    });
  });
}

std::vector<Tensor> sigmoid_gradient(const GradientArgs& args) {
  const Tensor &x = args.in[0], &z = args.in[1], &ct = args.cotangents[0];
  return {args.wanted[0] ? (sigmoid(x) - z) * ct : Tensor(), args.wanted[1] ? -(x * ct) : Tensor()};
}

double flops(const NodeInfo& node) { return 5 * static_cast<double>(node.in[0].size()); }

}  // namespace

void register_loss() {
  register_op({.name = dense_name, .infer = infer_dense, .gradient = dense_gradient, .reference = dense_kernel, .flops = flops});
  register_op({.name = sparse_name, .infer = infer_sparse, .gradient = sparse_gradient, .reference = sparse_kernel, .flops = flops});
  register_op({.name = "softmax_cross_entropy_gradient", .infer = infer_gradient, .gradient = second_gradient, .reference = dense_gradient_kernel, .flops = flops});
  register_op({.name = "sparse_softmax_cross_entropy_gradient", .infer = infer_gradient, .gradient = second_gradient, .reference = sparse_gradient_kernel, .flops = flops});
  register_op({.name = "sigmoid_cross_entropy", .infer = infer_sigmoid, .gradient = sigmoid_gradient, .reference = sigmoid_kernel, .elementwise = true});
}

Tensor sparse_softmax_cross_entropy(const Tensor& logits, const Tensor& labels) { return apply(sparse_name, {logits, labels}); }
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& targets) { return apply(dense_name, {logits, targets}); }
Tensor sigmoid_cross_entropy(const Tensor& logits, const Tensor& targets) { return apply("sigmoid_cross_entropy", {logits, targets}); }

}  // namespace candor
