#include "candor/explain/relevance.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/base/function.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor::explain {
namespace {

using Values = std::vector<double>;

/// What enters each step, and what its linear part makes of it.
struct Pass {
  std::vector<Tensor> in, out;
};

Pass forward(std::span<const ChainStep> steps, const Tensor& x) {
  if (steps.empty()) fail(ErrorKind::invalid_argument, "explain: a chain without steps");
  if (x.rank() < 2 || x.shape(0) != 1) fail(ErrorKind::shape, "explain: one example [1, ...] is wanted, and this is " + to_string(x.shape()));
  Pass pass;
  Tensor value = x;
  for (const ChainStep& step : steps) {
    pass.in.push_back(value);
    pass.out.push_back(step.linear(value));
    value = step.relu ? maximum(pass.out.back(), 0.0) : pass.out.back();
  }
  return pass;
}

/// 1 at the output, 0 elsewhere.
Values start(const Tensor& outputs, std::int64_t output) {
  if (output < 0 || outputs.rank() != 2 || output >= outputs.shape(1))
    fail(ErrorKind::invalid_argument, "explain: output " + std::to_string(output) + " of a network that gives " + to_string(outputs.shape()));
  Values one(static_cast<std::size_t>(outputs.shape(1)));
  one[static_cast<std::size_t>(output)] = 1;
  return one;
}

/// sum_j weights_j d out_j / d in_i at `in`.
Values back(const ChainStep& step, const Tensor& in, const Tensor& out, const Values& weights) {
  const CompiledFunction run([&](std::span<const Tensor> at) { return gradients(sum(step.linear(at[0]) * at[1]), at.first(1)); });
  const std::vector<Tensor> at{in, Tensor::from(weights, out.shape()).to(out.dtype())};
  return run(at)[0].to_vector<double>();
}

Tensor tensor_like(const Tensor& like, const Values& values) { return Tensor::from(values, like.shape()).to(like.dtype()); }

/// From the output to the input; `at_relu(step, z, gradient)` changes the gradient behind a ReLU into the one before it.
template <class AtRelu>
Tensor walk_back(std::span<const ChainStep> steps, const Pass& pass, std::int64_t output, AtRelu&& at_relu) {
  Values gradient = start(pass.out.back(), output);
  for (std::size_t k = steps.size(); k-- > 0;) {
    if (steps[k].relu) at_relu(k, pass.out[k].to_vector<double>(), gradient);
    gradient = back(steps[k], pass.in[k], pass.out[k], gradient);
  }
  return tensor_like(pass.in.front(), gradient);
}

}  // namespace

std::vector<Tensor> layer_relevance(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output, double epsilon) {
  const Pass pass = forward(steps, x);
  Values relevance = start(pass.out.back(), output);
  const Values last = pass.out.back().to_vector<double>();
  for (std::size_t j = 0; j < last.size(); ++j) relevance[j] *= last[j];
  std::vector<Tensor> all(steps.size());
  for (std::size_t k = steps.size(); k-- > 0;) {
    const Values z = pass.out[k].to_vector<double>(), a = pass.in[k].to_vector<double>();
    for (std::size_t j = 0; j < z.size(); ++j) {
      const double divisor = z[j] + (z[j] < 0 ? -epsilon : epsilon);
      relevance[j] = divisor == 0 ? 0 : relevance[j] / divisor;
    }
    relevance = back(steps[k], pass.in[k], pass.out[k], relevance);
    for (std::size_t i = 0; i < a.size(); ++i) relevance[i] *= a[i];
    all[k] = tensor_like(pass.in[k], relevance);
  }
  return all;
}

DeepLift deep_lift(std::span<const ChainStep> steps, const Tensor& x, const Tensor& reference, std::int64_t output) {
  if (reference.shape() != x.shape()) fail(ErrorKind::shape, "explain: the reference is " + to_string(reference.shape()) + ", the example " + to_string(x.shape()));
  const Pass pass = forward(steps, x), base = forward(steps, reference);
  DeepLift result;
  const Tensor gradient = walk_back(steps, pass, output, [&](std::size_t k, const Values& z, Values& g) {
    const Values z0 = base.out[k].to_vector<double>();
    Values multiplier(z.size());
    for (std::size_t j = 0; j < z.size(); ++j) {
      const double before = z[j] - z0[j], behind = std::max(z[j], 0.0) - std::max(z0[j], 0.0);
      multiplier[j] = std::abs(before) > 1e-12 ? behind / before : z[j] > 0 ? 1 : 0;
      g[j] *= multiplier[j];
    }
    result.multipliers.insert(result.multipliers.begin(), tensor_like(pass.out[k], multiplier));
  });
  result.contributions = gradient * (x - reference);
  return result;
}

Tensor guided_gradient(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output) {
  return walk_back(steps, forward(steps, x), output, [](std::size_t, const Values& z, Values& g) {
    for (std::size_t j = 0; j < g.size(); ++j) g[j] = z[j] > 0 ? std::max(g[j], 0.0) : 0;
  });
}

Tensor deconvolution_gradient(std::span<const ChainStep> steps, const Tensor& x, std::int64_t output) {
  return walk_back(steps, forward(steps, x), output, [](std::size_t, const Values&, Values& g) {
    for (double& value : g) value = std::max(value, 0.0);
  });
}

}  // namespace candor::explain
