#include "candor/ops/recurrent_rules.h"

#include "candor/ops/recurrent.h"
#include "candor/ops/rules.h"

namespace candor::recurrent {
namespace {

[[noreturn]] void misfit(const std::string& op, const std::string& what, const TensorType& got, const Shape& expected) {
  fail(ErrorKind::shape, op + ": " + what + " must be " + to_string(expected) + ", got " + to_string(got.shape));
}

void expect_shape(const std::string& op, const std::string& what, const TensorType& got, const Shape& expected) {
  if (got.shape != expected) misfit(op, what, got, expected);
}

/// Checks x [batch, time, gates * units] with recurrent [units, gates * units] and the mask, which comes last.
Walk check_sequence(const std::string& op, std::span<const TensorType> in, std::size_t inputs, std::int64_t gates, const Attrs& attrs) {
  rules::expect_inputs(in, inputs + (attrs.flag("mask") ? 1 : 0), op);
  rules::expect_floating(in[0], op);
  for (std::size_t i = 1; i < inputs; ++i) rules::expect_same_dtype(in[0], in[i], op);
  const Shape &x = in[0].shape, &recurrent = in[1].shape;
  if (recurrent.rank() != 2 || recurrent[1] != gates * recurrent[0])
    fail(ErrorKind::shape, op + ": the recurrent kernel must be [units, " + std::to_string(gates) + " * units], got " + to_string(recurrent));
  if (x.rank() != 3 || x[2] != recurrent[1])
    fail(ErrorKind::shape, op + ": x must be [batch, time, " + std::to_string(recurrent[1]) + "] for the recurrent kernel " + to_string(recurrent) + ", got " + to_string(x));
  if (attrs.flag("mask")) {
    rules::expect_bool(in.back(), op, "the mask");
    expect_shape(op, "the mask", in.back(), {x[0], x[1]});
  }
  return {x[0], x[1], recurrent[0], attrs.flag("reverse")};
}

}  // namespace

std::vector<TensorType> infer_rnn(std::span<const TensorType> in, const Attrs& attrs) {
  const Walk w = check_sequence("rnn_sequence", in, 3, 1, attrs);
  expect_shape("rnn_sequence", "the state h", in[2], {w.batch, w.units});
  return {in[0]};
}

std::vector<TensorType> infer_lstm(std::span<const TensorType> in, const Attrs& attrs) {
  const Walk w = check_sequence("lstm_sequence", in, 4, 4, attrs);
  expect_shape("lstm_sequence", "the state h", in[2], {w.batch, w.units});
  expect_shape("lstm_sequence", "the state c", in[3], {w.batch, w.units});
  const TensorType states{{w.batch, w.time, w.units}, in[0].dtype};
  return {states, states, in[0]};
}

std::vector<TensorType> infer_gru(std::span<const TensorType> in, const Attrs& attrs) {
  const Walk w = check_sequence("gru_sequence", in, 4, 3, attrs);
  expect_shape("gru_sequence", "the recurrent bias", in[2], {3 * w.units});
  expect_shape("gru_sequence", "the state h", in[3], {w.batch, w.units});
  return {{{w.batch, w.time, w.units}, in[0].dtype}, {{w.batch, w.time, 4 * w.units}, in[0].dtype}};
}

std::vector<TensorType> infer_rnn_gradient(std::span<const TensorType> in, const Attrs&) {
  const Shape& s = in[0].shape;
  return {in[0], {{s[0], s[2]}, in[0].dtype}};
}

std::vector<TensorType> infer_lstm_gradient(std::span<const TensorType> in, const Attrs&) { return {in[1], in[4], in[4]}; }

std::vector<TensorType> infer_gru_gradient(std::span<const TensorType> in, const Attrs&) {
  const Shape& s = in[0].shape;
  const TensorType gates{{s[0], s[1], 3 * s[2]}, in[0].dtype};
  return {gates, gates, in[4]};
}

Walk walk_of(const NodeInfo& node) {
  // The first output of the sequences, and the first input of the gradients, is [batch, time, units].
  const bool gradient = node.op->name.ends_with("_gradient");
  const Shape& s = gradient ? node.in[0].shape : node.out[0].shape;
  return {s[0], s[1], s[2], node.attrs.flag("reverse")};
}

int mask_input(const NodeInfo& node) { return node.attrs.flag("mask") ? static_cast<int>(node.in.size()) - 1 : -1; }

double flops(const NodeInfo& node) {
  const Walk w = walk_of(node);
  const double gates = node.op->name.starts_with("lstm") ? 4 : node.op->name.starts_with("gru") ? 3 : 1;
  const auto cells = static_cast<double>(w.batch * w.time * w.units);
  return cells * gates * (2 * static_cast<double>(w.units) + 8);
}

}  // namespace candor::recurrent

namespace candor {
namespace {

std::vector<Tensor> run(const char* name, std::vector<Tensor> inputs, const Tensor& mask, bool reverse) {
  if (mask.defined()) inputs.push_back(mask);
  return apply_all(op(name), inputs, Attrs{{"mask", mask.defined()}, {"reverse", reverse}});
}

}  // namespace

Tensor rnn_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& h, const Tensor& mask, bool reverse) {
  return run("rnn_sequence", {x, recurrent, h}, mask, reverse)[0];
}

std::tuple<Tensor, Tensor, Tensor> lstm_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& h, const Tensor& c, const Tensor& mask, bool reverse) {
  const std::vector<Tensor> out = run("lstm_sequence", {x, recurrent, h, c}, mask, reverse);
  return {out[0], out[1], out[2]};
}

std::tuple<Tensor, Tensor> gru_sequence(const Tensor& x, const Tensor& recurrent, const Tensor& recurrent_bias, const Tensor& h, const Tensor& mask, bool reverse) {
  const std::vector<Tensor> out = run("gru_sequence", {x, recurrent, recurrent_bias, h}, mask, reverse);
  return {out[0], out[1]};
}

}  // namespace candor
