#include "candor/train/programs.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "candor/graph/checkpoint.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/train/checks/layer_statistics.h"

namespace candor::detail {

namespace {
/// Losses and metrics count in f32 what the layers computed in 16 bits.
std::vector<Tensor> in_f32(std::vector<Tensor> outputs) {
  for (Tensor& out : outputs)
    if (out.dtype() == DType::bf16 || out.dtype() == DType::f16) out = cast(out, DType::f32).with_mask(out.mask());
  return outputs;
}

/// The model keeps its programs, so they must not keep the model.
Model without_owning(const Model& model) { return Model(Layer(std::shared_ptr<LayerBody>(std::shared_ptr<LayerBody>(), &model.body()))); }
}  // namespace

std::shared_ptr<TrainPrograms> TrainPrograms::of(const Model& model) {
  auto& body = static_cast<ModelBody&>(model.body());
  auto programs = std::static_pointer_cast<TrainPrograms>(body.programs);
  if (programs && model.built() && !programs->parameters_.empty()) {
    const std::vector<Variable> now = model.parameters();
    const bool same = std::equal(now.begin(), now.end(), programs->parameters_.begin(), programs->parameters_.end(), [](const Variable& a, const Variable& b) { return a.same(b); });
    if (!same) programs = nullptr;
  }
  if (!programs) {
    const std::size_t inputs = body.input_types().empty() ? 1 : body.input_types().size();
    programs = std::make_shared<TrainPrograms>(model, inputs);
    body.programs = programs;
  }
  return programs;
}

TrainPrograms::TrainPrograms(const Model& model, std::size_t inputs, const PlanOptions& plan)
    : model_(without_owning(model)),
      inputs_(inputs),
      output_names_(model.output_names()),
      predict_([this](std::span<const Tensor> a) { return in_f32(model_.call(a, inference)); }, plan),
      plan_(plan) {
  // Two outputs of one layer share its name.
  std::set<std::string> taken;
  for (std::string& name : output_names_) {
    const std::string base = name;
    for (int i = 1; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
  }
  if (!model.compiled()) return;
  add_metrics(model.compile_options().metrics, false);
  add_metrics(model.compile_options().weighted_metrics, true);
  make_train_functions();
  for (std::size_t weights : {std::size_t{0}, std::size_t{1}, outputs()}) {
    evaluate_.emplace_back([this, weights](std::span<const Tensor> a) { return evaluate(a, weights); }, plan);
  }
}

void TrainPrograms::make_train_functions() {
  train_.clear();
  for (std::size_t weights : {std::size_t{0}, std::size_t{1}, outputs()}) train_.emplace_back([this, weights](std::span<const Tensor> a) { return train(a, weights); }, plan_);
}

/// Names as Keras gives them: "price_mae" for one of several outputs, "weighted_mse" when mse is there without weights.
void TrainPrograms::add_metrics(const MetricList& list, bool weighted) {
  const CompileOptions& options = model_.compile_options();
  for (std::size_t i = 0; i < outputs(); ++i) {
    for (const Metric& metric : list.of(i, outputs())) {
      const std::string prefix = outputs() == 1 ? "" : output_names_[i] + "_";
      std::string name = prefix + metric.name();
      const auto taken = [&] { return std::any_of(train_metrics_.begin(), train_metrics_.end(), [&](const OutputMetric& m) { return m.name == name; }); };
      if (weighted && taken()) name = prefix + "weighted_" + metric.name();
      for (int k = 1; taken(); ++k) name = prefix + metric.name() + "_" + std::to_string(k);
      for (std::vector<OutputMetric>* metrics : {&train_metrics_, &evaluate_metrics_}) {
        metrics->push_back({metric.fresh(), i, name, weighted});
        if (options.loss.size() == 1 || i < options.loss.size()) metrics->back().metric.set_from_logits(options.loss[i].from_logits());
      }
    }
  }
}

StepResults TrainPrograms::results() const {
  StepResults r;
  r.losses = outputs() == 1 ? 1 : 1 + outputs();
  for (const OutputMetric& m : evaluate_metrics_) {
    if (m.metric.needs_all_predictions() && std::find(r.kept_outputs.begin(), r.kept_outputs.end(), m.output) == r.kept_outputs.end()) r.kept_outputs.push_back(m.output);
  }
  return r;
}

std::vector<Tensor> TrainPrograms::forward(std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, Mode mode,
                                           const std::vector<OutputMetric>& metrics) {
  const detail::LossCollector from_inside;
  const std::vector<Tensor> outputs = in_f32(model_.call(x, mode));
  if (outputs.size() != y.size()) {
    fail(ErrorKind::invalid_argument, model_.name() + ": has " + std::to_string(outputs.size()) + " outputs, " + std::to_string(y.size()) + " targets were given");
  }
  const CompileOptions& options = model_.compile_options();
  if (options.loss.empty()) fail(ErrorKind::invalid_argument, model_.name() + ": compile was given no loss");
  if (options.loss.size() != 1 && options.loss.size() != outputs.size()) {
    fail(ErrorKind::invalid_argument, model_.name() + ": compile was given " + std::to_string(options.loss.size()) + " losses for " + std::to_string(outputs.size()) + " outputs");
  }
  if (!options.loss_weights.empty() && options.loss_weights.size() != outputs.size()) {
    fail(ErrorKind::invalid_argument, model_.name() + ": compile was given " + std::to_string(options.loss_weights.size()) + " loss_weights for " + std::to_string(outputs.size()) + " outputs");
  }
  const auto weight_of = [&](std::size_t output) { return weights.empty() ? Tensor() : weights.size() == 1 ? weights[0] : weights[output]; };
  Tensor total;
  std::vector<Tensor> each;
  {
    const Scope scope("loss");
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Loss& loss = options.loss[i];
      Tensor value = loss(y[i], outputs[i], weight_of(i));
      each.push_back(value);
      if (!options.loss_weights.empty()) value = value * Tensor::full({}, options.loss_weights[i], value.dtype());
      total = total.defined() ? total + value : value;
    }
    const Tensor penalty = model_.regularization_loss();
    if (penalty.defined()) total = total + cast(penalty, total.dtype());
    const Tensor inside = from_inside.total();
    if (inside.defined()) total = total + cast(inside, total.dtype());
  }
  const Scope scope("metrics");
  for (const OutputMetric& m : metrics) {
    if (!m.metric.needs_all_predictions()) m.metric.update(y[m.output], outputs[m.output], m.weighted ? weight_of(m.output) : Tensor());
  }
  std::vector<Tensor> results{total};
  if (outputs.size() > 1) results.insert(results.end(), each.begin(), each.end());
  for (std::size_t i : this->results().kept_outputs) results.push_back(outputs[i]);
  return results;
}

std::vector<Tensor> TrainPrograms::gather(std::span<const Tensor> arguments) const {
  const Scope scope("batch");
  std::vector<Tensor> batch;
  for (const Tensor& all : arguments.first(arguments.size() - 1)) batch.push_back(take(all, arguments.back(), 0));
  return batch;
}

std::vector<Tensor> TrainPrograms::train(std::span<const Tensor> arguments, std::size_t weights) {
  const std::vector<Tensor> batch = gather(arguments);
  const std::span<const Tensor> all(batch), x = all.first(inputs_), y = all.subspan(inputs_, all.size() - inputs_ - weights);
  const Optimizer& optimizer = model_.compile_options().optimizer;
  if (!optimizer.defined()) fail(ErrorKind::invalid_argument, model_.name() + ": compile was given no optimizer");
  const std::vector<Tensor> results = forward(x, y, all.last(weights), training, train_metrics_);
  if (tried_.parts > 0) tried_.again = checkpoint_recorded(tried_.parts, tried_.marked);
  parameters_ = model_.parameters();
  std::vector<Tensor> values;
  for (const Variable& p : parameters_) values.push_back(p.value());
  const auto loss_again = [&]() -> Tensor { return forward(x, y, all.last(weights), training, {}).front(); };
  optimizer.apply(gradients(optimizer.scale_loss(results.front()), values), parameters_, loss_again);
  return results;
}

std::vector<Tensor> TrainPrograms::evaluate(std::span<const Tensor> arguments, std::size_t weights) {
  const std::span<const Tensor> x = arguments.first(inputs_), y = arguments.subspan(inputs_, arguments.size() - inputs_ - weights);
  return forward(x, y, arguments.last(weights), inference, evaluate_metrics_);
}

CompiledFunction& TrainPrograms::of_weights(std::vector<CompiledFunction>& functions, std::size_t weights) { return functions.at(std::min<std::size_t>(weights, 2)); }
Program& TrainPrograms::train_step(std::span<const TensorType> arguments, std::size_t weights) {
  if (memory_ > 0) {
    const auto known = std::find_if(decided_.begin(), decided_.end(), [&](const auto& d) { return std::equal(d.first.begin(), d.first.end(), arguments.begin(), arguments.end()); });
    if (known != decided_.end()) return of_weights(train_, weights).program(arguments);
    tried_ = within_memory(arguments, weights);
    decided_.emplace_back(std::vector<TensorType>(arguments.begin(), arguments.end()), tried_);
    if (tried_.without > chosen_.without) chosen_ = tried_;
  }
  Program& program = of_weights(train_, weights).program(arguments);
  tried_ = {};
  return program;
}
Program& TrainPrograms::evaluate_step(std::span<const TensorType> arguments, std::size_t weights) { return of_weights(evaluate_, weights).program(arguments); }
Program& TrainPrograms::predict_step(std::span<const TensorType> arguments) { return predict_.program(arguments); }

LayerStatistics& TrainPrograms::statistics(std::span<const TensorType> arguments, std::size_t weights) {
  if (statistics_ && std::equal(arguments.begin(), arguments.end(), statistics_->types().begin(), statistics_->types().end())) return *statistics_;
  const TensorFunction step = [&](std::span<const Tensor> in) {
    const std::vector<Tensor> batch = gather(in);
    const std::span<const Tensor> all(batch), x = all.first(inputs_), y = all.subspan(inputs_, all.size() - inputs_ - weights);
    std::vector<Tensor> results{forward(x, y, all.last(weights), training, {}).front()}, values;
    for (const Variable& p : model_.parameters()) values.push_back(p.value());
    for (Tensor& gradient : gradients(results.front(), values)) results.push_back(std::move(gradient));
    return results;
  };
  statistics_ = std::make_shared<LayerStatistics>(model_, step, arguments);
  return *statistics_;
}

Program& TrainPrograms::finite_step(std::span<const TensorType> arguments, std::size_t weights, std::vector<std::string>& names) const {
  names.clear();
  const auto check = [&](std::span<const Tensor> in) {
    std::vector<Tensor> flags;
    const std::vector<Tensor> batch = gather(in);
    for (std::size_t i = 0; i < batch.size() - weights; ++i) {
      if (!is_floating(batch[i].dtype())) continue;
      names.push_back(i < inputs_ ? "the input" : "the targets");
      flags.push_back(all(isfinite(batch[i])));
    }
    for (const auto& [name, variable] : model_.named_variables()) {
      names.push_back("the weight " + name);
      flags.push_back(all(isfinite(variable.value())));
    }
    const LayerObserver observer([&](const LayerBody&, const std::string& path, std::span<const Tensor> outputs) {
      for (const Tensor& out : outputs) {
        if (!is_floating(out.dtype())) continue;
        names.push_back("the output of " + path);
        flags.push_back(all(isfinite(out)));
      }
    });
    model_.call(std::span<const Tensor>(batch).first(inputs_), training);
    return flags;
  };
  finite_.push_back(std::make_unique<Program>(trace(check, arguments)));
  return *finite_.back();
}

std::int64_t check_rows(const std::string& who, std::span<const Tensor> x, std::span<const Tensor> y, const SampleWeights& sample_weight) {
  std::int64_t rows = -1;
  const auto check = [&](const Tensor& t, const std::string& what) {
    if (!t.defined()) fail(ErrorKind::invalid_argument, who + ": " + what + " are missing");
    if (t.symbolic()) fail(ErrorKind::invalid_argument, who + ": " + what + " are symbolic; inside compile() call the model itself");
    if (t.rank() == 0) fail(ErrorKind::shape, who + ": " + what + " are a scalar; rows stand along the first axis");
    if (rows >= 0 && t.shape(0) != rows) {
      fail(ErrorKind::shape, who + ": " + what + " " + to_string(t.shape()) + " have " + std::to_string(t.shape(0)) + " rows, the inputs " + to_string(x.front().shape()) + " have " +
                                 std::to_string(rows));
    }
    rows = t.shape(0);
  };
  if (x.empty()) fail(ErrorKind::invalid_argument, who + ": there are no inputs");
  for (const Tensor& t : x) check(t, "inputs");
  for (const Tensor& t : y) check(t, "targets");
  for (const Tensor& t : sample_weight.tensors()) {
    if (t.defined()) check(t, "sample weights");
  }
  if (rows < 1) fail(ErrorKind::invalid_argument, who + ": there are no rows");
  return rows;
}

std::vector<Tensor> sample_weights(const std::string& who, const SampleWeights& weights, std::int64_t rows, std::size_t outputs) {
  const std::vector<Tensor>& given = weights.tensors();
  if (given.size() > 1 && given.size() != outputs) {
    fail(ErrorKind::invalid_argument, who + ": there are " + std::to_string(given.size()) + " sample weights for " + std::to_string(outputs) + " outputs; give one for all, or one an output");
  }
  std::vector<Tensor> out;
  for (const Tensor& t : given) {
    if (!t.defined()) out.push_back(Tensor::full({rows}, 1, DType::f32));
    else out.push_back((is_floating(t.dtype()) ? t : t.to(DType::f32)).contiguous());
  }
  return out;
}

Tensor class_weights(const std::string& who, const std::vector<double>& weights, std::span<const Tensor> targets) {
  const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, who + ": class_weight " + what); };
  if (targets.size() != 1) bad("needs one output, the model has " + std::to_string(targets.size()) + "; use sample_weight, one tensor an output");
  const Tensor& y = targets[0];
  const std::int64_t rows = y.shape(0), columns = y.size() / std::max<std::int64_t>(rows, 1);
  const bool one_hot = y.rank() == 2 && columns > 1;
  if (columns != 1 && !one_hot) bad("needs one class a row as targets (class numbers, 0 and 1, or one-hot), not " + to_string(y.type()));
  const std::vector<double> values = y.to_vector<double>();
  std::vector<double> out(static_cast<std::size_t>(rows));
  for (std::size_t row = 0; row < out.size(); ++row) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(row) * columns;
    const double number = one_hot ? static_cast<double>(std::max_element(first, first + columns) - first) : *first;
    if (number != std::floor(number)) bad("needs whole class numbers, row " + std::to_string(row) + " has " + to_string(Config(number)));
    if (number < 0 || number >= static_cast<double>(weights.size())) {
      bad("has " + std::to_string(weights.size()) + " classes, row " + std::to_string(row) + " is of class " + std::to_string(static_cast<std::int64_t>(number)));
    }
    out[row] = weights[static_cast<std::size_t>(number)];
  }
  return Tensor::from(out).to(DType::f32);
}

}  // namespace candor::detail
