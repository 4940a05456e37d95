// Recurrent layers of $CANDOR_FIXTURES/layers, written with the ops for whole sequences where they serve, step by step otherwise.
#include "candor/base/error.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/recurrent.h"
#include "tests/ops/layer_fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

/// One direction of one layer: what it is made of and its states, h and for an LSTM c.
struct Direction {
  std::string kind;  // "simple_rnn", "lstm", "gru"
  Tensor kernel, recurrent, bias;
  Tensors states;
  bool reverse = false;
};

Tensor activated(const FixtureCall& c, const char* which, const Tensor& x) {
  const std::string name = c.attrs.at(which);
  if (name == "tanh") return tanh(x);
  if (name == "relu") return relu(x);
  if (name == "sigmoid") return sigmoid(x);
  if (name == "hard_sigmoid") return hard_sigmoid(x);
  fail(ErrorKind::unsupported, "the activation \"" + name + "\" is not understood");
}

Tensor row(const Tensor& bias, std::int64_t i) { return bias.rank() == 1 ? bias : squeeze(narrow(bias, 0, i, i + 1), 0); }

Tensors step(const FixtureCall& c, const Direction& d, const Tensor& x) {
  const Tensor& h = d.states[0];
  if (d.kind == "simple_rnn") return {activated(c, "activation", x + matmul(h, d.recurrent))};
  if (d.kind == "lstm") {
    const Tensors a = split(x + matmul(h, d.recurrent), 4, 1);
    const Tensor cell = activated(c, "recurrent_activation", a[1]) * d.states[1] + activated(c, "recurrent_activation", a[0]) * activated(c, "activation", a[2]);
    return {activated(c, "recurrent_activation", a[3]) * activated(c, "activation", cell), cell};
  }
  const Tensors a = split(x, 3, 1), u = split(d.recurrent, 3, 1);
  const bool after = c.attrs.at("reset_after").get<bool>();
  const auto inner = [&](std::size_t i, const Tensor& with) { return after ? matmul(with, u[i]) + split(row(d.bias, 1), 3, 0)[i] : matmul(with, u[i]); };
  const Tensor z = activated(c, "recurrent_activation", a[0] + inner(0, h)), r = activated(c, "recurrent_activation", a[1] + inner(1, h));
  const Tensor n = activated(c, "activation", a[2] + (after ? r * inner(2, h) : inner(2, r * h)));
  return {z * h + (1 - z) * n};
}

/// Outputs of all steps; the states become the last ones.
Tensor run(const FixtureCall& c, Direction& d, const Tensor& x, const Tensor& mask) {
  const std::int64_t batch = x.shape(0), time = x.shape(1), units = d.recurrent.shape(0);
  const Tensor projected = reshape(matmul(reshape(x, {batch * time, x.shape(2)}), d.kernel) + row(d.bias, 0), {batch, time, -1});
  const bool usual = c.attrs.at("activation") == "tanh" && (d.kind == "simple_rnn" || c.attrs.at("recurrent_activation") == "sigmoid");
  const auto at = [](const Tensor& t, std::int64_t i) { return squeeze(narrow(t, 1, i, i + 1), 1); };
  Tensors all;
  if (usual && d.kind == "simple_rnn") {
    all = {rnn_sequence(projected, d.recurrent, d.states[0], mask, d.reverse)};
  } else if (usual && d.kind == "lstm") {
    const auto [h, cell, gates] = lstm_sequence(projected, d.recurrent, d.states[0], d.states[1], mask, d.reverse);
    all = {h, cell};
  } else if (usual && c.attrs.at("reset_after").get<bool>()) {
    all = {std::get<0>(gru_sequence(projected, d.recurrent, row(d.bias, 1), d.states[0], mask, d.reverse))};
  } else {
    Tensors outputs(static_cast<std::size_t>(time));
    for (std::int64_t i = 0; i < time; ++i) {
      const std::int64_t t = d.reverse ? time - 1 - i : i;
      Tensors next = step(c, d, at(projected, t));
      for (std::size_t s = 0; mask.defined() && s < next.size(); ++s) next[s] = where(narrow(mask, 1, t, t + 1), next[s], d.states[s]);
      d.states = next;
      outputs[static_cast<std::size_t>(t)] = next[0];
    }
    return reshape(stack(outputs, 1), {batch, time, units});
  }
  for (std::size_t s = 0; s < all.size(); ++s) d.states[s] = at(all[s], d.reverse ? 0 : time - 1);
  return all[0];
}

/// out, h and for an LSTM c; states are [layers * directions, batch, units].
template <int kind>
Tensors recurrent(const FixtureCall& c) {
  static constexpr const char* names[] = {"simple_rnn", "lstm", "gru"};
  Tensor x = c["x"], mask;
  const std::int64_t batch = x.shape(0), time = x.shape(1), units = c.attrs.at("units");
  const bool both = c.attrs.at("bidirectional"), backwards = c.attrs.value("go_backwards", false);
  if (c.has("lengths")) mask = less(reshape(Tensor::arange(time), {1, time}), reshape(cast(c["lengths"], DType::i64), {batch, 1}));
  const std::size_t kinds = kind == 1 ? 2 : 1;
  std::vector<Tensors> last(kinds);
  std::int64_t place = 0;
  for (int layer = 0; layer < c.attrs.at("layers").get<int>(); ++layer) {
    Tensors outputs;
    for (const bool reverse : both ? std::vector<bool>{false, true} : std::vector<bool>{backwards}) {
      const std::string name = "layer" + std::to_string(layer) + (both && reverse ? "_backward_" : "_forward_");
      Direction d{names[kind], c[name + "kernel"], c[name + "recurrent_kernel"], c[name + "bias"], {}, reverse};
      for (std::size_t k = 0; k < kinds; ++k) {
        const char* first = k == 0 ? "h0" : "c0";
        d.states.push_back(c.has(first) ? squeeze(narrow(c[first], 0, place, place + 1), 0) : Tensor::zeros({batch, units}, x.dtype()));
      }
      Tensor y = run(c, d, x, mask);
      if (mask.defined()) y = where(expand_dims(mask, 2), y, Tensor::zeros(y.shape(), y.dtype()));
      outputs.push_back(y);
      for (std::size_t k = 0; k < kinds; ++k) last[k].push_back(d.states[k]);
      ++place;
    }
    x = outputs.size() == 1 ? outputs[0] : concatenate(outputs, 2);
  }
  Tensors result{backwards && !both ? flip(x, {1}) : x};
  for (const Tensors& states : last) result.push_back(stack(states, 0));
  return result;
}

}  // namespace

void add_recurrent_layers(LayerTable& table) {
  table["simple_rnn"] = recurrent<0>;
  table["lstm"] = recurrent<1>;
  table["gru"] = recurrent<2>;
}

}  // namespace candor::testing
