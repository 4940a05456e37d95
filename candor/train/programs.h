// The compiled steps of a model: one for training, one for evaluation, one for prediction, each with a Program for every signature it met.
#pragma once

#include "candor/graph/compile.h"
#include "candor/graph/program.h"
#include "candor/nn/model_body.h"
#include "candor/train/sample_weights.h"

namespace candor::detail {

/// A metric that counts one output, under the name that is shown.
struct OutputMetric {
  Metric metric;
  std::size_t output;
  std::string name;
  bool weighted = false;  ///< sample weights count in it
};

/// What a step's results are: the total loss, then the loss of each output when there are several, then the predictions that metrics over
/// the whole set need.
struct StepResults {
  std::size_t losses = 1;
  std::vector<std::size_t> kept_outputs;
};

class LayerStatistics;

/// What of the forward pass is made again for the backward pass, so that a step stays within its memory.
struct Rematerialisation {
  int parts = 0, marked = 0;     ///< of so many stretches the first so many; 0: nothing
  double again = 0;              ///< share of the forward pass's work
  std::size_t bytes = 0;         ///< of a step, weights and optimizer included
  std::size_t without = 0;       ///< the same if everything were kept
};

class TrainPrograms {
 public:
  /// The programs of a model, made anew after compile() and when other layers were frozen.
  static std::shared_ptr<TrainPrograms> of(const Model& model);

  /// Arguments: inputs, targets and `weights` sample weights (0, 1 or one an output) of all rows, row numbers i64 [batch].
  Program& train_step(std::span<const TensorType> arguments, std::size_t weights);
  /// Arguments: inputs, targets and sample weights of a batch.
  Program& evaluate_step(std::span<const TensorType> arguments, std::size_t weights);
  /// Arguments: inputs of a batch. Results: the outputs.
  Program& predict_step(std::span<const TensorType> arguments);
  /// Arguments as train_step. Results: for each weight and each layer's output, in order of `names`, whether all of it is finite.
  Program& finite_step(std::span<const TensorType> arguments, std::size_t weights, std::vector<std::string>& names) const;

  /// Bytes that a step of training may take for weights, optimizer and what lies between its kernels; 0: any. Steps made from now on keep to it, or
  /// train_step throws Error (memory) with the least that would do. Layers' own checkpoints are left as they are.
  void set_memory(std::int64_t bytes);
  /// What was chosen for the largest step so far.
  const Rematerialisation& rematerialisation() const { return chosen_; }

  /// What the layers do in a training step, for arguments of these types; made once and kept while they stay the same.
  LayerStatistics& statistics(std::span<const TensorType> arguments, std::size_t weights);

  StepResults results() const;
  std::size_t inputs() const { return inputs_; }
  std::size_t outputs() const { return output_names_.size(); }
  const std::vector<std::string>& output_names() const { return output_names_; }
  const std::vector<OutputMetric>& train_metrics() const { return train_metrics_; }
  const std::vector<OutputMetric>& evaluate_metrics() const { return evaluate_metrics_; }
  const Model& model() const { return model_; }

  TrainPrograms(const Model& model, std::size_t inputs, const PlanOptions& plan = {});

  /// What train_on_batch and test_on_batch have seen since reset_metrics(): sums of the losses, by row.
  struct Tally {
    std::vector<double> sums;
    std::int64_t rows = 0;
  };
  Tally trained, tested;
  bool looked_at = false;  ///< the checks on the model have been made since compile()

 private:
  void add_metrics(const MetricList& list, bool weighted);
  std::vector<Tensor> forward(std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, Mode mode, const std::vector<OutputMetric>& metrics);
  void make_train_functions();
  Rematerialisation within_memory(std::span<const TensorType> arguments, std::size_t weights);
  CompiledFunction& of_weights(std::vector<CompiledFunction>& functions, std::size_t weights);
  std::vector<Tensor> gather(std::span<const Tensor> arguments) const;
  std::vector<Tensor> train(std::span<const Tensor> arguments, std::size_t weights);
  std::vector<Tensor> evaluate(std::span<const Tensor> arguments, std::size_t weights);

  Model model_;
  std::size_t inputs_;
  std::vector<std::string> output_names_;
  std::vector<OutputMetric> train_metrics_, evaluate_metrics_;
  std::vector<Variable> parameters_;
  std::vector<CompiledFunction> train_, evaluate_;  ///< without weights, with one, with one an output
  CompiledFunction predict_;
  mutable std::vector<std::unique_ptr<Program>> finite_;
  std::shared_ptr<LayerStatistics> statistics_;
  PlanOptions plan_;
  std::int64_t memory_ = 0;
  std::vector<std::pair<std::vector<TensorType>, Rematerialisation>> decided_;  ///< one a signature
  Rematerialisation chosen_, tried_;  ///< tried_: what train() marks in the trace that is under way
};

/// Throws Error (invalid_argument, shape) unless inputs and targets are defined and have the same number of rows, at least one. Returns it.
std::int64_t check_rows(const std::string& who, std::span<const Tensor> x, std::span<const Tensor> y, const SampleWeights& sample_weight = {});

/// Sample weights as the programs take them: contiguous floating tensors, none, one, or one for each of `outputs`. Throws Error (invalid_argument,
/// dtype) for another number of them, or for whole numbers that are no weights.
std::vector<Tensor> sample_weights(const std::string& who, const SampleWeights& weights, std::int64_t rows, std::size_t outputs);
/// The weight of each row's class. Targets are class numbers, 0 and 1, or one-hot [rows, classes]. Throws Error (invalid_argument) naming the row for
/// a class that has no weight.
Tensor class_weights(const std::string& who, const std::vector<double>& weights, std::span<const Tensor> targets);

}  // namespace candor::detail
