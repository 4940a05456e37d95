// How much memory a training step works in, with and without checkpoints.
#pragma once

#include "candor/nn/model.h"

namespace candor {
/// Bytes that a step of training needs besides weights and optimizer state.
struct TrainingMemory {
  std::size_t bytes = 0;                ///< of the arena of forward and backward pass
  std::size_t without_checkpoints = 0;  ///< the same if everything were kept
};

/// Plans forward and backward pass (of the mean of the outputs; no loss, no optimizer) of a batch and counts; nothing is computed. The model
/// is built. Throws Error (invalid_argument) when it is not.
TrainingMemory training_memory(const Model& model, std::int64_t batch_size = 32);

namespace detail {
/// That step as a function of the model's inputs: the loss and the gradients to all parameters.
std::vector<Tensor> forward_and_backward(const Model& model, std::span<const Tensor> inputs);
/// The layers whose checkpoint flag is set, by name, models within models included.
std::vector<std::string> checkpointed_layers(const Layer& model);
}  // namespace detail

}  // namespace candor
