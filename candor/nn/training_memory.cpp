#include "candor/nn/training_memory.h"

#include <optional>

#include "candor/graph/autodiff.h"
#include "candor/graph/checkpoint.h"
#include "candor/graph/program.h"
#include "candor/nn/layer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace detail {

std::vector<Tensor> forward_and_backward(const Model& model, std::span<const Tensor> inputs) {
  Tensor loss;
  for (const Tensor& out : model.call(inputs, training)) {
    if (!is_floating(out.dtype())) continue;
    const Tensor part = mean(square(size_of(out.dtype()) == 2 ? cast(out, DType::f32) : out));
    loss = loss.defined() ? loss + part : part;
  }
  std::vector<Tensor> weights, results;
  for (const Variable& v : model.parameters()) weights.push_back(v.value());
  if (!loss.defined() || weights.empty()) return results;
  results.push_back(loss);
  for (Tensor& gradient : gradients(loss, weights)) results.push_back(std::move(gradient));
  return results;
}

std::vector<std::string> checkpointed_layers(const Layer& model) {
  if (model.checkpoint()) return {model.name()};
  std::vector<std::string> names;
  for (const Layer& layer : model.body().children()) {
    if (layer.checkpoint()) names.push_back(layer.name());
    else for (const std::string& inner : checkpointed_layers(layer)) names.push_back(layer.name() + "/" + inner);
  }
  return names;
}

}  // namespace detail

TrainingMemory training_memory(const Model& model, std::int64_t batch_size) {
  std::vector<TensorType> types;
  for (const TensorType& type : model.input_types()) types.push_back({type.shape.inserted(0, batch_size), type.dtype});
  const auto arena = [&] { return Program(trace([&](std::span<const Tensor> x) { return detail::forward_and_backward(model, x); }, types), {.device = "null"}).arena_bytes(); };
  TrainingMemory memory{arena(), 0};
  const detail::NoCheckpoints off;
  memory.without_checkpoints = arena();
  return memory;
}

}  // namespace candor
