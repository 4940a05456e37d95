// Models: layers put together, and what is done with them. A model is itself a layer and can be part of another.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <type_traits>

#include "candor/nn/layer.h"
#include "candor/nn/losses/loss.h"
#include "candor/nn/metrics/metric_list.h"
#include "candor/nn/optimizers/optimizer.h"

namespace candor {

namespace data {
struct Dataset;
}
class Sequential;
struct FitOptions;
struct EvaluateOptions;
struct PredictOptions;
struct BatchOptions;
class History;
class Scores;
namespace detail {
class ModelBody;
}

/// One loss for all outputs, or one for each: `.loss = MeanSquaredError{}` or `.loss = {MeanSquaredError{}, BinaryCrossentropy{}}`.
class LossList {
 public:
  LossList() = default;
  template <class L>
    requires std::is_convertible_v<const L&, Loss>
  LossList(const L& loss) : LossList(0, static_cast<Loss>(loss)) {}
  LossList(std::initializer_list<Loss> losses);
  LossList(std::vector<Loss> losses);
  bool empty() const;
  std::size_t size() const;
  const Loss& operator[](std::size_t output) const;

 private:
  LossList(int, const Loss& loss);
  std::vector<Loss> losses_;
};

struct CompileOptions {
  LossList loss{};
  Optimizer optimizer{};
  MetricList metrics{};                  ///< sample weights do not count in them
  std::vector<double> loss_weights{};    ///< one an output; empty: 1 each
  MetricList weighted_metrics{};         ///< sample and class weights count in them
};

/// How summary() shows a model; names are Keras's.
struct SummaryOptions {
  std::int64_t line_length = 0;  ///< characters a line, cells are wrapped to fit; 0: as many as the longest cells need
  bool expand_nested = false;    ///< layers of models inside, indented
  bool show_trainable = false;   ///< a column that says Y or N for layers with weights
};

struct ModelOptions { std::string name = {}; };

/// Layers from inputs to outputs, as the functional API built them:
///     Symbol x = Input({28, 28, 1});
///     Symbol y = Dense{10}(Flatten{}(x));
///     Model model{x, y};
class Model : public Layer {
 public:
  Model() = default;
  /// Throws Error (invalid_argument) when an output does not come from the inputs, or two layers have the same name.
  Model(const Symbol& input, const Symbol& output, ModelOptions options = {});
  Model(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, ModelOptions options = {});
  /// A handle of any model, e.g. of what layer_from_config gave. Throws Error (invalid_argument) when the layer is not a model.
  explicit Model(const Layer& layer);
  static Model from_config(const Config& options);

  /// What fit trains by. May be called again; the weights stay. Throws Error (invalid_argument) for a loss with reduction none.
  void compile(CompileOptions options) const;
  bool compiled() const;
  const CompileOptions& compile_options() const;

  /// Trains. Defined with options and results in train/fit.h. Inputs and targets of models with several are lists.
  History fit(const data::Dataset& dataset, const FitOptions& options) const;
  History fit(const Tensor& x, const Tensor& y, const FitOptions& options) const;
  History fit(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const FitOptions& options) const;
  /// Loss and metrics over a set: train/evaluate.h.
  Scores evaluate(const data::Dataset& dataset) const;
  Scores evaluate(const data::Dataset& dataset, const EvaluateOptions& options) const;
  Scores evaluate(const Tensor& x, const Tensor& y) const;
  Scores evaluate(const Tensor& x, const Tensor& y, const EvaluateOptions& options) const;
  Scores evaluate(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const EvaluateOptions& options) const;
  /// Outputs for all rows: train/predict.h.
  Tensor predict(const Tensor& x) const;
  Tensor predict(const Tensor& x, const PredictOptions& options) const;
  Tensor predict(const data::Dataset& dataset) const;
  std::vector<Tensor> predict(const std::vector<Tensor>& x, const PredictOptions& options) const;

  /// One step on one batch, with the options of train/on_batch.h. The scores are those of all batches since reset_metrics(), as in Keras.
  Scores train_on_batch(const Tensor& x, const Tensor& y) const;
  Scores train_on_batch(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const BatchOptions& options) const;
  Scores test_on_batch(const Tensor& x, const Tensor& y) const;
  Scores test_on_batch(const std::vector<Tensor>& x, const std::vector<Tensor>& y, const BatchOptions& options) const;
  /// The outputs for one batch.
  Tensor predict_on_batch(const Tensor& x) const;
  std::vector<Tensor> predict_on_batch(const std::vector<Tensor>& x) const;
  /// Forgets what train_on_batch and test_on_batch have counted; fit and evaluate do so too.
  void reset_metrics() const;

  /// Writes the model file: formats/model_file.h, which also has load_model.
  void save(const std::string& path) const;

  /// The weights alone, as a safetensors file of the names of named_variables(), and back. Throw Error: io, not_found; corrupt or shape naming the weight
  /// that does not fit.
  void save_weights(const std::string& path) const;
  void load_weights(const std::string& path) const;

  /// Makes all weights for samples of this shape (without the batch axis).
  using Layer::build;
  void build(const Shape& sample, DType dtype = DType::f32) const;
  /// A table of layers, output shapes and numbers of weights, as in Keras: for models that are no plain chain with what each layer is
  /// connected to (layer[call][output]; a shared layer has one row with all its calls), below it what trains, what does not, and
  /// what the optimizer keeps once it has been used. Shapes are known once the model is built. Throws Error (invalid_argument) for
  /// a line_length that is too short.
  std::string summary(const SummaryOptions& options = {}) const;
  /// The layers, in order.
  std::vector<Layer> layers() const;
  /// The layer of that name. Throws Error (not_found) that lists the names.
  Layer layer(const std::string& name) const;
  /// Types of one sample of each input and output. Throw Error (invalid_argument) when the model is not built.
  std::vector<TensorType> input_types() const;
  std::vector<TensorType> output_types() const;
  /// Names of the outputs: those of the layers that give them.
  std::vector<std::string> output_names() const;
  /// Copies of all weights, and back. Throws Error (shape) for weights of another model.
  std::vector<Tensor> weights() const;
  void set_weights(const std::vector<Tensor>& weights) const;

 protected:
  explicit Model(std::shared_ptr<detail::ModelBody> body);
  friend class detail::ModelBody;
};

/// A stack of layers with one input and one output:
///     Sequential model{Rescale{1 / 255.f}, Flatten{}, Dense{64, {.activation = relu}}, Dense{10}};
class Sequential : public Model {
 public:
  Sequential(std::initializer_list<Layer> layers, ModelOptions options = {});
  explicit Sequential(const std::vector<Layer>& layers = {}, ModelOptions options = {});
  /// Appends a layer. Throws Error (invalid_argument) once the model is built.
  void add(const Layer& layer) const;
  static Sequential from_config(const Config& options);
};

}  // namespace candor
