// Where Keras's numbers come from its TensorFlow backend alone (docs/decisions.md): what a run would have given there.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/model.h"
#include "candor/train/history.h"

namespace candor::testing {

/// The loss of one of several outputs is a mean over batches there, whatever their sizes. `running` holds the scores after each batch of an epoch,
/// means over samples; `rows` how many samples each batch had. Scores named after other things stay as they are.
Scores means_over_batches(const std::vector<Scores>& running, const std::vector<std::int64_t>& rows, const std::vector<std::string>& outputs);

/// How a Sequential model that begins with an Embedding ends after `epochs` of Adagrad, if the accumulator of the embeddings adds up the squares of
/// each place's gradient instead of the square of their sum (gradients of gathers come as slices there, and are squared before they meet).
/// `model` holds the initial weights and is left trained. Binary cross-entropy, no shuffling.
void train_by_slices(const Model& model, const Tensor& x, const Tensor& y, int epochs, std::int64_t batch_size, double learning_rate, double initial_accumulator, double epsilon);

}  // namespace candor::testing
