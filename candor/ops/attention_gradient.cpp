// Row dot_product_attention_gradient: inputs are those of dot_product_attention, then its outputs and the cotangent of the result; outputs
// the gradients of query, key and value and, with the attribute bias_gradient, of the scores.
#include "candor/ops/activation.h"
#include "candor/ops/attention.h"
#include "candor/ops/attention_form.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
void register_attention_forward();  // in attention.cpp
void register_cached_attention();   // in cached_attention.cpp

namespace {

using attention::Form;

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  std::vector<TensorType> out(in.begin(), in.begin() + 3);
  if (attrs.flag("bias_gradient")) out.push_back({Shape{in[0].shape[0], in[0].shape[2], in[0].shape[1], in[1].shape[1]}, in[0].dtype});
  return out;
}

// With P the distribution, dV = P^T G, dP = G V^T, dS = P (dP - sum(dP P)), dQ = scale dS K, dK = scale dS^T Q.
void kernel(const KernelArgs& args) {
  const Form f(*args.node);
  const bool bias = args.node->attrs.flag("bias_gradient");
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    // Sums are wider than what is stored: what is 0 by symmetry comes out as the rounding of the stored numbers alone.
    using W = std::conditional_t<std::is_same_v<T, double>, long double, double>;
    const T *q = args.input<T>(0), *k = args.input<T>(1), *v = args.input<T>(2), *g = args.input<T>(f.behind + 2);
    const auto number = [](const T& x) { return static_cast<double>(reference::load(x)); };
    const auto cells = static_cast<std::size_t>(f.queries * f.keys);
    std::vector<double> weights(cells);
    std::vector<W> slope(cells);
    std::vector<bool> open(cells);
    std::vector<W> dk(static_cast<std::size_t>(f.keys * f.head)), dv(static_cast<std::size_t>(f.keys * f.value_head));
    for (std::int64_t b = 0; b < f.batch; ++b)
      for (std::int64_t h = 0; h < f.heads; ++h) {
        const std::int64_t kh = h / f.group();
        const auto row = [&](std::int64_t s, std::int64_t width) { return ((b * f.keys + s) * f.key_heads + kh) * width; };
        if (h % f.group() == 0) std::fill(dk.begin(), dk.end(), W(0)), std::fill(dv.begin(), dv.end(), W(0));
        attention::reference_weights<T>(args, f, b, h, weights, open);
        for (std::int64_t t = 0; t < f.queries; ++t) {
          const T* gt = g + ((b * f.queries + t) * f.heads + h) * f.value_head;
          W mean = 0;
          for (std::int64_t s = 0; s < f.keys; ++s) {
            const auto at = static_cast<std::size_t>(t * f.keys + s);
            slope[at] = 0;
            for (std::int64_t i = 0; i < f.value_head; ++i) {
              slope[at] += W(number(gt[i])) * number(v[row(s, f.value_head) + i]);
              dv[static_cast<std::size_t>(s * f.value_head + i)] += weights[at] * number(gt[i]);
            }
            mean += slope[at] * weights[at];
          }
          // A row adds up to nothing; what rounding left of it is taken back, or gradients that are 0, such as that of a key's bias, gather it.
          W left = 0;
          for (std::int64_t s = 0; s < f.keys; ++s) {
            const auto at = static_cast<std::size_t>(t * f.keys + s);
            slope[at] = open[at] ? weights[at] * (slope[at] - mean) : 0;
            left += slope[at];
          }
          for (std::int64_t s = 0; s < f.keys; ++s) {
            const auto at = static_cast<std::size_t>(t * f.keys + s);
            if (open[at]) slope[at] -= weights[at] * left;
            if (bias) reference::store(args.output<T>(3)[(b * f.heads + h) * f.queries * f.keys + t * f.keys + s], static_cast<double>(slope[at]));
          }
          for (std::int64_t i = 0; i < f.head; ++i) {
            const std::int64_t at = ((b * f.queries + t) * f.heads + h) * f.head + i;
            W dq = 0;
            for (std::int64_t s = 0; s < f.keys; ++s) {
              const W d = f.scale * slope[static_cast<std::size_t>(t * f.keys + s)];
              dq += d * number(k[row(s, f.head) + i]);
              dk[static_cast<std::size_t>(s * f.head + i)] += d * number(q[at]);
            }
            reference::store(args.output<T>(0)[at], static_cast<double>(dq));
          }
        }
        if (h % f.group() + 1 < f.group()) continue;
        for (std::int64_t s = 0; s < f.keys; ++s) {
          for (std::int64_t i = 0; i < f.head; ++i) reference::store(args.output<T>(1)[row(s, f.head) + i], static_cast<double>(dk[static_cast<std::size_t>(s * f.head + i)]));
          for (std::int64_t i = 0; i < f.value_head; ++i) reference::store(args.output<T>(2)[row(s, f.value_head) + i], static_cast<double>(dv[static_cast<std::size_t>(s * f.value_head + i)]));
        }
      }
  });
}

// The gradients as functions of query, key, value and cotangent, differentiated by hand. For cotangents a, b, c, e of dQ, dK, dV, dS:
// U = scale (a K^T + Q b^T) + e is the cotangent of dS, W = P (U - u) with u = sum(U P) that of dP, Z = U (dP - r) - u dP + G c^T with
// r = sum(dP P) that of P, Y = P (Z - sum(Z P)) that of S. Masked places of U and Y are 0.
std::vector<Tensor> second_gradient(const GradientArgs& args) {
  const Form f(args.node);
  const auto heads_first = [&](const Tensor& x) { return transpose(f.group() > 1 && x.shape(2) == f.key_heads ? repeat(x, f.group(), 2) : x, {0, 2, 1, 3}); };
  const auto back = [&](const Tensor& x) { return transpose(x, {0, 2, 1, 3}); };
  const auto back_to_keys = [&](const Tensor& x) {
    if (f.group() == 1) return back(x);
    return back(sum(reshape(x, Shape{f.batch, f.key_heads, f.group(), f.keys, x.shape(3)}), {2}));
  };
  const auto row_sum = [](const Tensor& x) { return sum(x, {-1}, true); };
  const auto plus = [](const Tensor& x, const Tensor& y) { return x.defined() ? y.defined() ? x + y : x : y; };
  const Tensor scale = rules::scalar(f.scale, args.in[0]), zero = rules::scalar(0, args.in[0]);

  Tensor open = f.has_mask ? args.in[f.mask_at] : Tensor();
  if (f.causal) open = open.defined() ? logical_and(open, causal_mask(f.queries, f.keys)) : causal_mask(f.queries, f.keys);
  const auto closed_to_zero = [&](const Tensor& x) { return open.defined() ? where(open, x, zero) : x; };

  const Tensor p = attention_weights(args.in[0], args.in[1], {.bias = f.has_bias ? args.in[3] : Tensor(), .mask = f.has_mask ? args.in[f.mask_at] : Tensor(), .scale = f.scale, .is_causal = f.causal});
  const Tensor q = heads_first(args.in[0]), k = heads_first(args.in[1]), v = heads_first(args.in[2]), g = transpose(args.in[f.behind + 2], {0, 2, 1, 3});
  const Tensor dp = matmul(g, v, false, true), r = row_sum(dp * p), ds = closed_to_zero(p * (dp - r));
  const auto given = [&](std::size_t i) { return i < args.cotangents.size() && args.cotangents[i].defined() ? args.cotangents[i] : Tensor(); };
  const Tensor a = given(0).defined() ? transpose(given(0), {0, 2, 1, 3}) : Tensor(), b = given(1).defined() ? heads_first(given(1)) : Tensor();
  const Tensor c = given(2).defined() ? heads_first(given(2)) : Tensor();

  Tensor u_all = plus(a.defined() ? scale * matmul(a, k, false, true) : Tensor(), b.defined() ? scale * matmul(q, b, false, true) : Tensor());
  u_all = plus(u_all, given(3));
  Tensor z, w;
  if (u_all.defined()) {
    u_all = closed_to_zero(u_all);
    const Tensor u = row_sum(u_all * p);
    w = p * (u_all - u);
    z = u_all * (dp - r) - u * dp;
  }
  if (c.defined()) z = plus(z, matmul(g, c, false, true));
  std::vector<Tensor> result(args.in.size());
  if (!z.defined()) return result;
  const Tensor y = closed_to_zero(p * (z - row_sum(z * p)));
  if (args.wanted[0]) result[0] = back(scale * plus(matmul(y, k), b.defined() ? matmul(ds, b) : Tensor()));
  if (args.wanted[1]) result[1] = back_to_keys(scale * plus(matmul(y, q, true), a.defined() ? matmul(ds, a, true) : Tensor()));
  if (args.wanted[2] && w.defined()) result[2] = back_to_keys(matmul(w, g, true));
  if (f.has_bias && args.wanted[3]) {
    Axes axes;
    for (int i = 0; i < 4; ++i)
      if (args.in[3].shape(i) == 1 && y.shape(i) != 1) axes.push_back(i);
    result[3] = axes.empty() ? y : sum(y, axes, true);
  }
  if (args.wanted[f.behind + 2]) result[f.behind + 2] = back(plus(w.defined() ? matmul(w, v) : Tensor(), c.defined() ? matmul(p, c) : Tensor()));
  return result;
}

double flops(const NodeInfo& node) {
  const Form f(node);
  return static_cast<double>(f.scores().size()) * (2 * static_cast<double>(3 * f.head + 2 * f.value_head) + 8) * (f.causal ? 0.5 : 1);
}

}  // namespace

void register_attention() {
  register_attention_forward();
  register_cached_attention();
  register_op({.name = attention::gradient_name, .infer = infer, .gradient = second_gradient, .reference = kernel, .flops = flops});
}

}  // namespace candor
