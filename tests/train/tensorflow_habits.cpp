#include "tests/train/tensorflow_habits.h"

#include <algorithm>

#include "candor/graph/autodiff.h"
#include "candor/graph/compile.h"
#include "candor/nn/losses.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::testing {

Scores means_over_batches(const std::vector<Scores>& running, const std::vector<std::int64_t>& rows, const std::vector<std::string>& outputs) {
  Scores means = running.back();
  if (outputs.size() < 2) return means;
  for (const std::string& output : outputs) {
    double before = 0, seen = 0, sum = 0;
    for (std::size_t i = 0; i < running.size(); ++i) {
      const double total = running[i][output + "_loss"] * (seen + static_cast<double>(rows[i]));
      sum += (total - before) / static_cast<double>(rows[i]);
      before = total, seen += static_cast<double>(rows[i]);
    }
    means.set(output + "_loss", sum / static_cast<double>(running.size()));
  }
  return means;
}

void train_by_slices(const Model& model, const Tensor& x, const Tensor& y, int epochs, std::int64_t batch_size, double learning_rate, double initial_accumulator, double epsilon) {
  const std::vector<Layer> layers = model.layers();
  const std::vector<Variable> variables = model.parameters();
  std::vector<Variable> accumulators;
  for (const Variable& v : variables) accumulators.emplace_back(Tensor::full(v.shape(), initial_accumulator));
  const Shape table = variables[0].shape();
  const auto number = [](double value) { return Tensor::full({}, value); };
  const auto step = [&](std::span<const Tensor> in) {
    const Tensor slices = take(variables[0].value(), in[0], 0);
    Tensor out = slices.with_mask(not_equal(in[0], Tensor::zeros({}, in[0].dtype())));
    for (std::size_t i = 1; i < layers.size(); ++i) out = layers[i].call(std::vector<Tensor>{out}, training).front();
    const Tensor loss = BinaryCrossentropy{}(in[1], out);
    std::vector<Tensor> at{slices};
    for (std::size_t i = 1; i < variables.size(); ++i) at.push_back(variables[i].value());
    std::vector<Tensor> g = gradients(loss, at), squares;
    for (const Tensor& one : g) squares.push_back(square(one));
    const Tensor places = reshape(in[0], {in[0].size()});
    for (Tensor* one : {&g[0], &squares[0]}) *one = segment_sum(reshape(*one, {in[0].size(), table[1]}), places, table[0]);
    for (std::size_t i = 0; i < variables.size(); ++i) {
      const Tensor sum = accumulators[i].value() + squares[i];
      accumulators[i].assign(sum);
      variables[i].assign(variables[i].value() - number(learning_rate) * g[i] / sqrt(sum + number(epsilon)));
    }
    return std::vector<Tensor>{loss};
  };
  CompiledFunction compiled(step);
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (std::int64_t from = 0; from < x.shape(0); from += batch_size) {
      const std::int64_t to = std::min(from + batch_size, x.shape(0));
      const std::vector<Tensor> batch{x.view_slice(0, from, to).contiguous(), y.view_slice(0, from, to).contiguous()};
      compiled(batch);
    }
  }
}

}  // namespace candor::testing
