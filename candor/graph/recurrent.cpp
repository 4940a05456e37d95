// The rows of ops/recurrent.h with their gradients. The backward pass is an op that gives the cotangents of all steps' gates at once, so that
// the weights' gradients are single products of matrices. What is differentiated a second time is written as a scan.
#include "candor/graph/autodiff.h"
#include "candor/graph/control.h"
#include "candor/graph/graph_ops.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/recurrent.h"
#include "candor/ops/recurrent_rules.h"
#include "candor/ops/reduce.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

using Form = Tensors (*)(std::span<const Tensor> in, const Attrs& attrs);

/// Gradients of an op that `form` computes from the same inputs in ops that can be differentiated again. Traced apart: inputs may be made
/// of one another, and only what the op itself does with them counts here.
Tensors gradient_by(Form form, const GradientArgs& args) {
  std::vector<TensorType> types;
  Tensors arguments(args.in.begin(), args.in.end());
  std::vector<std::size_t> floating, outputs;
  for (std::size_t i = 0; i < args.in.size(); ++i) {
    types.push_back(args.in[i].type());
    if (is_floating(args.in[i].dtype())) floating.push_back(i);
  }
  for (std::size_t o = 0; o < args.cotangents.size(); ++o) {
    if (!args.cotangents[o].defined()) continue;
    outputs.push_back(o);
    arguments.push_back(args.cotangents[o]);
    types.push_back(args.cotangents[o].type());
  }
  const auto backward = [&](std::span<const Tensor> in) {
    const std::span<const Tensor> own = in.subspan(0, args.in.size());
    const Tensors all = form(own, args.node.attrs);
    Tensors ys, wanted;
    for (std::size_t o : outputs) ys.push_back(all[o]);
    for (std::size_t i : floating) wanted.push_back(own[i]);
    return gradients(ys, in.subspan(args.in.size()), wanted);
  };
  const Tensors found = inline_graph(*trace(backward, types), arguments);
  Tensors result(args.in.size());
  for (std::size_t i = 0; i < floating.size(); ++i) result[floating[i]] = found[i];
  return result;
}

Tensor by_time(const Tensor& x) { return x.rank() == 2 ? transpose(x, {1, 0}) : transpose(x, {1, 0, 2}); }

/// The mask as slices of scan: [time, batch, 1].
void add_mask(Tensors& xs, std::span<const Tensor> in, const Attrs& attrs) {
  if (attrs.flag("mask")) xs.push_back(expand_dims(by_time(in.back()), 2));
}

/// States before each step, in the places of the steps: the first state and all states but the last, in the order of the steps.
Tensor states_before(const Tensor& states, const Tensor& first, bool reverse) {
  const std::int64_t time = states.shape(1);
  const Tensor start = expand_dims(first, 1);
  if (time <= 1) return time == 1 ? start : states;
  return reverse ? concatenate({narrow(states, 1, 1, time), start}, 1) : concatenate({start, narrow(states, 1, 0, time - 1)}, 1);
}

Tensor rows(const Tensor& x) { return reshape(x, std::vector<std::int64_t>{-1, x.shape(-1)}); }

/// The gradient of U: over all rows and steps, the state before times the cotangent of what U gave.
Tensor kernel_gradient(const Tensor& before, const Tensor& cotangent) { return matmul(rows(before), rows(cotangent), true, false); }

Tensor or_zeros(const Tensor& cotangent, const Tensor& like) { return cotangent.defined() ? cotangent : rules::zeros_like(like); }

Attrs with_cell(const Attrs& attrs, bool cell) { return Attrs(attrs).set("cell", cell); }

// ---- the forms: the same ops as scans

Tensors lstm_form(std::span<const Tensor> in, const Attrs& attrs) {
  Tensors xs{by_time(in[0])};
  add_mask(xs, in, attrs);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const Tensors a = split(x[0] + matmul(state[0], in[1]), 4, 1);
    const Tensor i = sigmoid(a[0]), f = sigmoid(a[1]), g = tanh(a[2]), o = sigmoid(a[3]);
    Tensor c = f * state[1] + i * g, h = o * tanh(c);
    if (x.size() > 1) h = where(x[1], h, state[0]), c = where(x[1], c, state[1]);
    return std::pair{Tensors{h, c}, Tensors{h, c, concatenate({i, f, g, o}, 1)}};
  };
  const Tensors ys = scan(step, {in[2], in[3]}, xs, {.reverse = attrs.flag("reverse")}).second;
  return {by_time(ys[0]), by_time(ys[1]), by_time(ys[2])};
}

Tensors gru_form(std::span<const Tensor> in, const Attrs& attrs) {
  Tensors xs{by_time(in[0])};
  add_mask(xs, in, attrs);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const Tensors inner = split(matmul(state[0], in[1]) + in[2], 3, 1), a = split(x[0], 3, 1);
    const Tensor z = sigmoid(a[0] + inner[0]), r = sigmoid(a[1] + inner[1]), n = tanh(a[2] + r * inner[2]);
    Tensor h = z * state[0] + (1 - z) * n;
    if (x.size() > 1) h = where(x[1], h, state[0]);
    return std::pair{Tensors{h}, Tensors{h, concatenate({z, r, n, inner[2]}, 1)}};
  };
  const Tensors ys = scan(step, {in[3]}, xs, {.reverse = attrs.flag("reverse")}).second;
  return {by_time(ys[0]), by_time(ys[1])};
}

Tensors rnn_gradient_form(std::span<const Tensor> in, const Attrs& attrs) {
  Tensors xs{by_time(in[0]), by_time(in[1])};
  add_mask(xs, in, attrs);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const Tensor dh = state[0] + x[0];
    Tensor dx = dh * (1 - square(x[1]));
    if (x.size() > 2) dx = where(x[2], dx, rules::zeros_like(dx));
    Tensor carry = matmul(dx, in[2], false, true);
    if (x.size() > 2) carry = where(x[2], carry, dh);
    return std::pair{Tensors{carry}, Tensors{dx}};
  };
  const Tensor zero = broadcast_to(rules::scalar(0, in[0]), in[0].shape().without(1));
  const auto [last, ys] = scan(step, {zero}, xs, {.reverse = !attrs.flag("reverse")});
  return {by_time(ys[0]), last[0]};
}

Tensors lstm_gradient_form(std::span<const Tensor> in, const Attrs& attrs) {
  const bool cell = attrs.flag("cell");
  const std::size_t mask_at = cell ? 5 : 4;
  Tensors xs{by_time(in[0]), by_time(in[1]), by_time(in[2]), by_time(states_before(in[2], in[4], attrs.flag("reverse")))};
  if (cell) xs.push_back(by_time(in[5]));
  add_mask(xs, in, attrs);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const Tensor dh = state[0] + x[0], dc = cell ? state[1] + x[4] : state[1];
    const Tensors gates = split(x[1], 4, 1);
    const Tensor &i = gates[0], &f = gates[1], &g = gates[2], &o = gates[3], tc = tanh(x[2]);
    const Tensor d = dc + dh * o * (1 - square(tc));
    Tensor dx = concatenate({d * g * i * (1 - i), d * x[3] * f * (1 - f), d * i * (1 - square(g)), dh * tc * o * (1 - o)}, 1);
    const bool masked = x.size() > mask_at;
    if (masked) dx = where(x[mask_at], dx, rules::zeros_like(dx));
    Tensor h_carry = matmul(dx, in[3], false, true), c_carry = d * f;
    if (masked) h_carry = where(x[mask_at], h_carry, dh), c_carry = where(x[mask_at], c_carry, dc);
    return std::pair{Tensors{h_carry, c_carry}, Tensors{dx}};
  };
  const Tensor zero = rules::zeros_like(in[4]);
  const auto [last, ys] = scan(step, {zero, zero}, xs, {.reverse = !attrs.flag("reverse")});
  return {by_time(ys[0]), last[0], last[1]};
}

Tensors gru_gradient_form(std::span<const Tensor> in, const Attrs& attrs) {
  Tensors xs{by_time(in[0]), by_time(in[1]), by_time(states_before(in[2], in[4], attrs.flag("reverse")))};
  add_mask(xs, in, attrs);
  const auto step = [&](std::span<const Tensor> state, std::span<const Tensor> x) {
    const Tensor dh = state[0] + x[0];
    const Tensors gates = split(x[1], 4, 1);
    const Tensor &z = gates[0], &r = gates[1], &n = gates[2], &m = gates[3];
    const Tensor dz = dh * (x[2] - n) * z * (1 - z), dn = dh * (1 - z) * (1 - square(n)), dr = dn * m * r * (1 - r);
    Tensor dx = concatenate({dz, dr, dn}, 1), inner = concatenate({dz, dr, dn * r}, 1);
    const bool masked = x.size() > 3;
    if (masked) dx = where(x[3], dx, rules::zeros_like(dx)), inner = where(x[3], inner, rules::zeros_like(inner));
    Tensor carry = dh * z + matmul(inner, in[3], false, true);
    if (masked) carry = where(x[3], carry, dh);
    return std::pair{Tensors{carry}, Tensors{dx, inner}};
  };
  const auto [last, ys] = scan(step, {rules::zeros_like(in[4])}, xs, {.reverse = !attrs.flag("reverse")});
  return {by_time(ys[0]), by_time(ys[1]), last[0]};
}

// ---- the gradients

std::vector<Tensor> apply_gradient(const char* name, Tensors inputs, const GradientArgs& args, const Attrs& attrs) {
  if (attrs.flag("mask")) inputs.push_back(args.in.back());
  return apply_all(op(name), inputs, attrs);
}

std::vector<Tensor> rnn_gradient(const GradientArgs& args) {
  const Attrs& attrs = args.node.attrs;
  const Tensor h = args.out[0];
  const Tensors d = apply_gradient("rnn_sequence_gradient", {args.cotangents[0], h, args.in[1]}, args, attrs);
  Tensors result(args.in.size());
  result[0] = d[0];
  if (args.wanted[1]) result[1] = kernel_gradient(states_before(h, args.in[2], attrs.flag("reverse")), d[0]);
  result[2] = d[1];
  return result;
}

std::vector<Tensor> lstm_gradient(const GradientArgs& args) {
  if (args.cotangents[2].defined()) return gradient_by(lstm_form, args);
  const Attrs& attrs = args.node.attrs;
  const Tensor &h = args.out[0], &c = args.out[1];
  Tensors inputs{or_zeros(args.cotangents[0], h), args.out[2], c, args.in[1], args.in[3]};
  if (args.cotangents[1].defined()) inputs.push_back(args.cotangents[1]);
  const Tensors d = apply_gradient("lstm_sequence_gradient", inputs, args, with_cell(attrs, args.cotangents[1].defined()));
  Tensors result(args.in.size());
  result[0] = d[0];
  if (args.wanted[1]) result[1] = kernel_gradient(states_before(h, args.in[2], attrs.flag("reverse")), d[0]);
  result[2] = d[1];
  result[3] = d[2];
  return result;
}

std::vector<Tensor> gru_gradient(const GradientArgs& args) {
  if (args.cotangents[1].defined()) return gradient_by(gru_form, args);
  const Attrs& attrs = args.node.attrs;
  const Tensor& h = args.out[0];
  const Tensors d = apply_gradient("gru_sequence_gradient", {args.cotangents[0], args.out[1], h, args.in[1], args.in[3]}, args, attrs);
  Tensors result(args.in.size());
  result[0] = d[0];
  if (args.wanted[1]) result[1] = kernel_gradient(states_before(h, args.in[3], attrs.flag("reverse")), d[1]);
  if (args.wanted[2]) result[2] = sum(d[1], {0, 1});
  result[3] = d[2];
  return result;
}

template <Form form>
std::vector<Tensor> second(const GradientArgs& args) { return gradient_by(form, args); }

}  // namespace

void register_recurrent() {
  namespace r = recurrent;
  register_op({.name = "rnn_sequence", .infer = r::infer_rnn, .gradient = rnn_gradient, .reference = r::rnn_reference, .flops = r::flops});
  register_op({.name = "lstm_sequence", .infer = r::infer_lstm, .gradient = lstm_gradient, .reference = r::lstm_reference, .flops = r::flops});
  register_op({.name = "gru_sequence", .infer = r::infer_gru, .gradient = gru_gradient, .reference = r::gru_reference, .flops = r::flops});
  register_op({.name = "rnn_sequence_gradient", .infer = r::infer_rnn_gradient, .gradient = second<rnn_gradient_form>, .reference = r::rnn_gradient_reference, .flops = r::flops});
  register_op({.name = "lstm_sequence_gradient", .infer = r::infer_lstm_gradient, .gradient = second<lstm_gradient_form>, .reference = r::lstm_gradient_reference, .flops = r::flops});
  register_op({.name = "gru_sequence_gradient", .infer = r::infer_gru_gradient, .gradient = second<gru_gradient_form>, .reference = r::gru_gradient_reference, .flops = r::flops});
}

}  // namespace candor
