// What can be said of a model, its loss and its targets before the first step. fit asks unasked; check_model is for everyone else.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/nn/model.h"
#include "candor/train/checks/guarded.h"

namespace candor {

/// How check_model looks.
struct CheckModelOptions {
  std::int64_t batch_size = 32;  ///< of the training to come: what the model is tried with
  bool memorise = false;         ///< model.overfit-one-batch too: some hundred steps on one small batch; the weights are put back
};

/// What the model checks say: model.loss-activation, loss-shape, output-size, linear-stack, norm-order, dead-end, capacity, shape-advice; with
/// `memorise` also model.overfit-one-batch. The model is compiled; it is built when it is not. Nothing is trained.
/// Throws Error (invalid_argument) for a model without loss, or inputs and targets of other numbers of rows.
CheckNotes check_model(const Model& model, const std::vector<Tensor>& x, const std::vector<Tensor>& y, const CheckModelOptions& options = {});
CheckNotes check_model(const Model& model, const Tensor& x, const Tensor& y, const CheckModelOptions& options = {});

namespace detail {

/// What the checks on a model see.
struct ModelUnderCheck {
  const Model& model;
  std::vector<Tensor> x, y;       ///< contiguous
  std::int64_t rows = 0, batch = 32;
  std::vector<Tensor> other_y = {};  ///< targets of the validation rows, whose classes count as known; may be empty
  std::vector<Tensor> other_x = {};  ///< contiguous inputs of the validation rows; may be empty
  bool shuffled = true;              ///< rows come in a new order in each epoch
};

/// model.loss-activation and model.output-size, for each output.
void check_losses(const ModelUnderCheck& m, CheckNotes& notes);
/// model.linear-stack, model.norm-order.
void check_linear_stack(const ModelUnderCheck& m, CheckNotes& notes);
void check_norm_order(const ModelUnderCheck& m, CheckNotes& notes);
/// model.capacity, model.shape-advice.
void check_capacity(const ModelUnderCheck& m, CheckNotes& notes);
void check_shape_advice(const ModelUnderCheck& m, CheckNotes& notes);
/// model.dead-end, and train.mode as far as the graph tells it.
void check_graph(const ModelUnderCheck& m, CheckNotes& notes);
/// data.scale and data.duplicate-rows of validation rows beside training rows, from samples of both; models of one input.
void check_parts(const ModelUnderCheck& m, CheckNotes& notes);
/// data.constant, data.leak, data.scale and train.spike of the training rows by themselves; models of one input.
void check_rows(const ModelUnderCheck& m, CheckNotes& notes);
/// train.gradients as far as the layers tell it: sigmoids in a row. `learned`: the loss fell all the same, so that it is a note.
void check_sigmoid_chain(const Model& model, bool learned, CheckNotes& notes);
/// train.update-ratio as far as the optimizer tells it: a schedule that stood near 0 for most of `steps`, or a rate that moves weights by their own size.
void check_rate(const Model& model, std::int64_t steps, bool learned, CheckNotes& notes);
/// model.overfit-one-batch.
void check_memory(const ModelUnderCheck& m, CheckNotes& notes);

/// All but loss-shape and overfit-one-batch: what fit asks for. The model is built.
CheckNotes check_before_fit(const ModelUnderCheck& m);

}  // namespace detail
}  // namespace candor
