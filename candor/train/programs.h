// The compiled steps of a model: one for training, one for evaluation, one for prediction, each with a Program for every signature it met.
#pragma once

#include "candor/graph/compile.h"
#include "candor/graph/program.h"
#include "candor/nn/model_body.h"

namespace candor::detail {

/// A metric that counts one output, under the name that is shown.
struct OutputMetric {
  Metric metric;
  std::size_t output;
  std::string name;
};

/// What a step's results are: the total loss, then the loss of each output when there are several, then the predictions that metrics over
/// the whole set need.
struct StepResults {
  std::size_t losses = 1;
  std::vector<std::size_t> kept_outputs;
};

class TrainPrograms {
 public:
  /// The programs of a model, made anew after compile() and when other layers were frozen.
  static std::shared_ptr<TrainPrograms> of(const Model& model);

  /// Arguments: inputs and targets of all rows, weights [rows] when `weighted`, row numbers i64 [batch].
  Program& train_step(std::span<const TensorType> arguments, bool weighted);
  /// Arguments: inputs and targets of a batch, weights [batch] when `weighted`.
  Program& evaluate_step(std::span<const TensorType> arguments, bool weighted);
  /// Arguments: inputs of a batch. Results: the outputs.
  Program& predict_step(std::span<const TensorType> arguments);
  /// Arguments as train_step. Results: for each weight and each layer's output, in order of `names`, whether all of it is finite.
  Program& finite_step(std::span<const TensorType> arguments, bool weighted, std::vector<std::string>& names) const;

  StepResults results() const;
  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return output_names_.size(); }
  const std::vector<std::string>& output_names() const { return output_names_; }
  const std::vector<OutputMetric>& train_metrics() const { return train_metrics_; }
  const std::vector<OutputMetric>& evaluate_metrics() const { return evaluate_metrics_; }
  const Model& model() const { return model_; }

  TrainPrograms(const Model& model, std::size_t inputs);

 private:
  std::vector<Tensor> forward(std::span<const Tensor> x, std::span<const Tensor> y, const Tensor& weight, Mode mode, const std::vector<OutputMetric>& metrics);
  std::vector<Tensor> gather(std::span<const Tensor> arguments) const;
  std::vector<Tensor> train(std::span<const Tensor> arguments, bool weighted);
  std::vector<Tensor> evaluate(std::span<const Tensor> arguments, bool weighted);

  Model model_;
  std::size_t inputs_;
  std::vector<std::string> output_names_;
  std::vector<OutputMetric> train_metrics_, evaluate_metrics_;
  std::vector<Variable> parameters_;
  CompiledFunction train_[2], evaluate_[2], predict_;
  mutable std::vector<std::unique_ptr<Program>> finite_;
};

/// Targets in the shape the loss wants, where the numbers are the same: [batch] for an output [batch, 1], and class numbers [batch, 1] for
/// scores [batch, classes].
Tensor align_targets(const Loss& loss, const Tensor& y_true, const Tensor& y_pred);

/// Throws Error (invalid_argument, shape) unless inputs and targets are defined and have the same number of rows, at least one. Returns it.
std::int64_t check_rows(const std::string& who, std::span<const Tensor> x, std::span<const Tensor> y, const Tensor& sample_weight);

}  // namespace candor::detail
