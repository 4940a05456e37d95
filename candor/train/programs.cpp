#include "candor/train/programs.h"

#include <algorithm>
#include <set>

#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor::detail {

namespace {
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

TrainPrograms::TrainPrograms(const Model& model, std::size_t inputs)
    : model_(without_owning(model)),
      inputs_(inputs),
      output_names_(model.output_names()),
      train_{CompiledFunction([this](std::span<const Tensor> a) { return train(a, false); }), CompiledFunction([this](std::span<const Tensor> a) { return train(a, true); })},
      evaluate_{CompiledFunction([this](std::span<const Tensor> a) { return evaluate(a, false); }), CompiledFunction([this](std::span<const Tensor> a) { return evaluate(a, true); })},
      predict_([this](std::span<const Tensor> a) { return model_.call(a, inference); }) {
  // Two outputs of one layer share its name.
  std::set<std::string> taken;
  for (std::string& name : output_names_) {
    const std::string base = name;
    for (int i = 1; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
  }
  if (!model.compiled()) return;
  for (std::size_t i = 0; i < output_names_.size(); ++i) {
    for (const Metric& metric : model.compile_options().metrics) {
      const std::string name = output_names_.size() == 1 ? metric.name() : output_names_[i] + "_" + metric.name();
      train_metrics_.push_back({metric.fresh(), i, name});
      evaluate_metrics_.push_back({metric.fresh(), i, name});
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

std::vector<Tensor> TrainPrograms::forward(std::span<const Tensor> x, std::span<const Tensor> y, const Tensor& weight, Mode mode,
                                           const std::vector<OutputMetric>& metrics) {
  const detail::LossCollector from_inside;
  const std::vector<Tensor> outputs = model_.call(x, mode);
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
  Tensor total;
  std::vector<Tensor> each;
  std::vector<Tensor> targets;
  {
    const Scope scope("loss");
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Loss& loss = options.loss[i];
      targets.push_back(align_targets(loss, y[i], outputs[i]));
      Tensor value = loss(targets[i], outputs[i], weight);
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
    if (!m.metric.needs_all_predictions()) m.metric.update(targets[m.output], outputs[m.output], weight);
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

std::vector<Tensor> TrainPrograms::train(std::span<const Tensor> arguments, bool weighted) {
  const std::vector<Tensor> batch = gather(arguments);
  const std::span<const Tensor> all(batch), x = all.first(inputs_), y = all.subspan(inputs_, all.size() - inputs_ - (weighted ? 1 : 0));
  const Optimizer& optimizer = model_.compile_options().optimizer;
  if (!optimizer.defined()) fail(ErrorKind::invalid_argument, model_.name() + ": compile was given no optimizer");
  const std::vector<Tensor> results = forward(x, y, weighted ? batch.back() : Tensor(), training, train_metrics_);
  parameters_ = model_.parameters();
  std::vector<Tensor> values;
  for (const Variable& p : parameters_) values.push_back(p.value());
  const auto loss_again = [&]() -> Tensor { return forward(x, y, weighted ? batch.back() : Tensor(), training, {}).front(); };
  optimizer.apply(gradients(optimizer.scale_loss(results.front()), values), parameters_, loss_again);
  return results;
}

std::vector<Tensor> TrainPrograms::evaluate(std::span<const Tensor> arguments, bool weighted) {
  const std::span<const Tensor> x = arguments.first(inputs_), y = arguments.subspan(inputs_, arguments.size() - inputs_ - (weighted ? 1 : 0));
  return forward(x, y, weighted ? arguments.back() : Tensor(), inference, evaluate_metrics_);
}

Program& TrainPrograms::train_step(std::span<const TensorType> arguments, bool weighted) { return train_[weighted].program(arguments); }
Program& TrainPrograms::evaluate_step(std::span<const TensorType> arguments, bool weighted) { return evaluate_[weighted].program(arguments); }
Program& TrainPrograms::predict_step(std::span<const TensorType> arguments) { return predict_.program(arguments); }

Program& TrainPrograms::finite_step(std::span<const TensorType> arguments, bool weighted, std::vector<std::string>& names) const {
  names.clear();
  const auto check = [&](std::span<const Tensor> in) {
    std::vector<Tensor> flags;
    const std::vector<Tensor> batch = gather(in);
    for (std::size_t i = 0; i < batch.size() - (weighted ? 1 : 0); ++i) {
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

Tensor align_targets(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  const bool classes = loss.name() == "sparse_categorical_crossentropy";
  if (y_pred.rank() < 1 || y_true.rank() < 1) return y_true;
  const Shape rows = y_pred.shape().without(-1);
  if (classes && y_true.rank() == y_pred.rank() && y_true.shape() == y_pred.shape().with(-1, 1)) return reshape(y_true, rows);
  if (!classes && y_pred.shape(-1) == 1 && y_pred.rank() > 1 && y_true.shape() == rows) return reshape(y_true, y_pred.shape());
  return y_true;
}

std::int64_t check_rows(const std::string& who, std::span<const Tensor> x, std::span<const Tensor> y, const Tensor& sample_weight) {
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
  if (sample_weight.defined()) {
    check(sample_weight, "sample weights");
    if (sample_weight.rank() != 1) fail(ErrorKind::shape, who + ": sample weights " + to_string(sample_weight.shape()) + " must have one number a row");
  }
  if (rows < 1) fail(ErrorKind::invalid_argument, who + ": there are no rows");
  return rows;
}

}  // namespace candor::detail
