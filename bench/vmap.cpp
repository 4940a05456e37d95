// A hundred small networks trained at once by vmap, beside a loop over them: as one writes it, op by op, and with each network's step
// compiled, which is what vmap saves nothing but bookkeeping against. All do the same arithmetic on the same weights and data; the losses must agree.
#include <chrono>
#include <cmath>

#include "bench/measure.h"
#include "candor/base/clock.h"
#include "candor/base/threads.h"
#include "candor/graph/vmap.h"
#include "candor/ops/activation.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/loss.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/optimizer.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/random.h"

namespace candor::bench {
namespace {

using Tensors = std::vector<Tensor>;

constexpr std::int64_t networks = 100, inputs = 4, hidden = 16, classes = 2, weights = 4;

// One network: cross-entropy of input-relu-classes.
Tensor loss_of(std::span<const Tensor> in) {
  const Tensor h = relu(matmul(in[weights], in[0]) + in[1]);
  return mean(sparse_softmax_cross_entropy(matmul(h, in[2]) + in[3], in[weights + 1]));
}

struct State {
  std::vector<Variable> w, m, v;
  Variable step{Tensor(0.f), "step", false};

  explicit State(const Tensors& initial) {
    for (const Tensor& t : initial) {
      w.emplace_back(t, "w");
      m.emplace_back(Tensor::zeros(t.shape()), "m", false);
      v.emplace_back(Tensor::zeros(t.shape()), "v", false);
    }
  }
  static Tensors values(const std::vector<Variable>& variables) {
    Tensors all;
    for (const Variable& variable : variables) all.push_back(variable.value());
    return all;
  }
  void update(const Tensors& gradients) const {
    const Tensor count = step.value() + 1.f;
    const Tensors next = ops::adam_update(values(w), gradients, values(m), values(v), Tensor(1e-3f), count, {});
    for (std::size_t i = 0; i < w.size(); ++i) w[i].assign(next[i]), m[i].assign(next[w.size() + i]), v[i].assign(next[2 * w.size() + i]);
    step.assign(count);
  }
};

Tensors stacked_weights(std::uint64_t seed) {
  const auto drawn = [&](const Shape& shape, std::uint64_t salt) {
    const float limit = std::sqrt(6.f / static_cast<float>(shape[1] + shape[2]));
    return random_uniform(shape, -limit, limit, RandomStream{seed, salt});
  };
  return {drawn({networks, inputs, hidden}, 1), Tensor::zeros({networks, hidden}), drawn({networks, hidden, classes}, 2), Tensor::zeros({networks, classes})};
}

Tensor of_network(const Tensor& stacked, std::int64_t n) { return stacked.view_slice(0, n, n + 1).clone().view_reshape(stacked.shape().without(0)); }


template <class F>
double timed(F f) {
  const double start = seconds_now();
  f();
  return seconds_now() - start;
}

}  // namespace

std::vector<Measured> measure_vmap(const Case& c, const Settings& settings) {
  const Tensor x = random_uniform({networks, c.batch, inputs}, -1.f, 1.f, RandomStream{c.seed, 3});
  const Tensor y = cast(greater(sum(x, {2}), 0.f), DType::i64);
  const Tensors initial = stacked_weights(c.seed);

  const State together(initial);
  const auto step_all = compile([&](Tensor images, Tensor labels) {
    Tensors arguments = State::values(together.w);
    arguments.insert(arguments.end(), {images, labels});
    const auto each = vmap([](std::span<const Tensor> in) {
      const auto both = value_and_grad([&](std::span<const Tensor> w) {
        Tensors all(w.begin(), w.end());
        all.insert(all.end(), in.begin() + weights, in.end());
        return loss_of(all);
      })(in.subspan(0, weights));
      Tensors out{both.first};
      out.insert(out.end(), both.second.begin(), both.second.end());
      return out;
    });
    const Tensors out = each(arguments);
    together.update({out.begin() + 1, out.end()});
    return out[0];
  });

  const auto step_of = [](const State& state, const Tensor& in, const Tensor& label) {
    const auto [loss, gradients] = value_and_grad([&] {
      Tensors all = State::values(state.w);
      all.insert(all.end(), {in, label});
      return loss_of(all);
    }, state.w);
    state.update(gradients);
    return loss;
  };
  std::vector<State> states, plain;
  std::vector<Tensor> images, labels;
  std::vector<Compiled<Tensor, Tensor, Tensor>> steps;
  for (std::int64_t n = 0; n < networks; ++n) {
    Tensors own;
    for (const Tensor& t : initial) own.push_back(of_network(t, n));
    const State& state = states.emplace_back(own);
    plain.emplace_back(own);
    images.push_back(of_network(x, n));
    labels.push_back(of_network(y, n));
    steps.push_back(compile([state, step_of](Tensor in, Tensor label) { return step_of(state, in, label); }));
  }

  std::vector<double> of_vmap, of_compiled, of_loop;
  Tensor losses;
  std::vector<double> loop_losses(static_cast<std::size_t>(networks)), plain_losses = loop_losses;
  // Op by op takes a hundred times as long: fewer steps, timed for as many; its losses are those of its own steps.
  const std::int64_t few = std::max<std::int64_t>(1, c.steps / 50);
  const auto run_vmap = [&] {
    for (std::int64_t i = 0; i < c.steps; ++i) losses = step_all(x, y);
  };
  const auto run_loop = [&] {
    for (std::int64_t i = 0; i < few; ++i)
      for (std::size_t n = 0; n < plain.size(); ++n) plain_losses[n] = step_of(plain[n], images[n], labels[n]).item<double>();
  };
  const auto run_compiled = [&] {
    for (std::int64_t i = 0; i < c.steps; ++i)
      for (std::size_t n = 0; n < steps.size(); ++n) loop_losses[n] = steps[n](images[n], labels[n]).item<double>();
  };
  settings.say(c.name + ": " + std::to_string(settings.rounds) + " rounds");
  for (std::int64_t i = 0; i < few; ++i) losses = step_all(x, y);
  const std::vector<double> first = losses.to_vector<double>();
  run_loop();
  double parity = 0;
  const auto compare = [&](const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t n = 0; n < a.size(); ++n) parity = std::max(parity, std::abs(a[n] - b[n]) / std::max(std::abs(b[n]), 1e-3));
  };
  compare(first, plain_losses);
  for (std::int64_t i = few; i < c.steps; ++i) losses = step_all(x, y);
  run_compiled();
  for (int round = 0; round < settings.rounds; ++round) {
    of_vmap.push_back(c.value(timed(run_vmap)));
    of_compiled.push_back(c.value(timed(run_compiled)));
    of_loop.push_back(c.value(timed(run_loop)) * static_cast<double>(c.steps) / static_cast<double>(few));
  }
  compare(losses.to_vector<double>(), loop_losses);

  const auto row = [&](const char* system, std::vector<double>& values) {
    Measured result;
    result.test = c.name;
    result.system = system;
    result.unit = c.unit;
    result.threads = candor::threads();
    result.value = median(values);
    result.low = values.front();
    result.high = values.back();
    result.parity = parity;
    result.agrees = parity < 1e-3;
    return result;
  };
  std::vector<Measured> rows{row("Candor", of_vmap), row("a loop", of_loop)};
  rows[0].must = c.must;
  set_ratios(rows, false);
  rows.push_back(row("a loop of compiled steps", of_compiled));
  rows.back().ratio = rows[1].value / rows.back().value;
  return rows;
}

}  // namespace candor::bench
