#include "candor/nn/model.h"

#include <algorithm>
#include <set>

#include "candor/nn/model_body.h"

namespace candor {

LossList::LossList(int, const Loss& loss) : losses_{loss} {}
LossList::LossList(std::initializer_list<Loss> losses) : losses_(losses) {}
LossList::LossList(std::vector<Loss> losses) : losses_(std::move(losses)) {}
bool LossList::empty() const { return losses_.empty(); }
std::size_t LossList::size() const { return losses_.size(); }
const Loss& LossList::operator[](std::size_t output) const { return losses_.size() == 1 ? losses_.front() : losses_.at(output); }

namespace detail {

const void* ModelBody::this_thread() {
  static thread_local const char mark = 0;
  return &mark;
}

void ModelBody::require_at_rest(const std::string& what) const {
  const void* by = trained_by.load();
  if (by == nullptr || by == this_thread()) return;
  fail(ErrorKind::invalid_argument, shown_name() + ": " + what + ": the model is being trained on another thread; do it in a callback, between two steps, or after fit");
}

std::vector<Tensor> ModelBody::compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) {
  std::vector<Tensor> masks;
  for (const Tensor& out : outputs) masks.push_back(out.mask());
  return masks;
}

std::vector<TensorType> ModelBody::input_types() const {
  std::vector<TensorType> types;
  for (const TensorType& type : built_for()) types.push_back({type.shape.without(0), type.dtype});
  return types;
}

void ModelBody::name_layers() {
  std::set<std::string> taken;
  for (const Layer& layer : layers_) {
    if (layer.body().named_by_user() && !taken.insert(layer.name()).second) {
      fail(ErrorKind::invalid_argument, shown_name() + ": two layers are called '" + layer.name() + "'; names within a model must differ");
    }
  }
  for (const Layer& layer : layers_) {
    LayerBody& body = layer.body();
    if (body.named_by_user()) continue;
    const std::string base = body.default_name();
    // A name that another model gave stays if it can.
    if (!body.name().empty() && taken.insert(body.name()).second) continue;
    std::string name = base;
    for (int i = 1; !taken.insert(name).second; ++i) name = base + "_" + std::to_string(i);
    body.set_name(name);
  }
}

void ModelBody::label_weights() {
  if (labelled_) return;
  labelled_ = true;
  for (const Layer& layer : layers_) {
    for (const auto& [path, variable] : layer.named_variables()) variable.rename(layer.name() + "/" + path);
  }
}

}  // namespace detail

namespace {
detail::ModelBody& body_of(const Model& model) { return static_cast<detail::ModelBody&>(model.body()); }
}  // namespace

Model::Model(std::shared_ptr<detail::ModelBody> body) : Layer(std::move(body)) {}
Model::Model(const Symbol& input, const Symbol& output, ModelOptions options)
    : Model(std::vector<Symbol>{input}, std::vector<Symbol>{output}, std::move(options)) {}
Model::Model(const std::vector<Symbol>& inputs, const std::vector<Symbol>& outputs, ModelOptions options)
    : Model(std::make_shared<detail::FunctionalBody>(inputs, outputs, std::move(options.name))) {}

Model::Model(const Layer& layer) : Layer(layer) {
  if (!std::dynamic_pointer_cast<detail::ModelBody>(layer.handle())) {
    fail(ErrorKind::invalid_argument, "model: a " + layer.kind() + " layer is no model; put it into Sequential{...}");
  }
}

void Model::compile(CompileOptions options) const {
  const std::string who = body_of(*this).shown_name() + ": compile: ";
  for (std::size_t i = 0; i < options.loss.size(); ++i) {
    if (!options.loss[i].defined()) fail(ErrorKind::invalid_argument, who + "the loss is empty");
    if (options.loss[i].reduction() == Reduction::none) {
      fail(ErrorKind::invalid_argument, who + "the loss " + options.loss[i].name() + " is not reduced to one number; use sum_over_batch_size or sum");
    }
  }
  for (const MetricList* list : {&options.metrics, &options.weighted_metrics}) {
    for (const Metric& metric : *list) {
      if (!metric.defined()) fail(ErrorKind::invalid_argument, who + "a metric is empty");
    }
    const auto require_names = [&](const std::vector<Metric>& metrics) {
      std::set<std::string> names;
      for (const Metric& metric : metrics) {
        if (!names.insert(metric.name()).second) fail(ErrorKind::invalid_argument, who + "two metrics are called '" + metric.name() + "'; give one the option name");
      }
    };
    if (list->each().empty()) require_names({list->begin(), list->end()});
    for (const std::vector<Metric>& metrics : list->each()) require_names(metrics);
    if (options.loss.size() == 1) {
      for (const Metric& metric : *list) metric.set_from_logits(options.loss[0].from_logits());
    }
  }
  body_of(*this).compiled = std::make_shared<const CompileOptions>(std::move(options));
  body_of(*this).programs = nullptr;
}

bool Model::compiled() const { return body_of(*this).compiled != nullptr; }

const CompileOptions& Model::compile_options() const {
  if (!compiled()) {
    fail(ErrorKind::invalid_argument, body_of(*this).shown_name() + ": not compiled; call compile({.loss = ..., .optimizer = ...}) first");
  }
  return *body_of(*this).compiled;
}

void Model::build(const Shape& sample, DType dtype) const { Layer::build({sample.inserted(0, 2), dtype}); }

std::vector<Layer> Model::layers() const { return body().children(); }

Layer Model::layer(const std::string& wanted) const {
  std::string names;
  for (const Layer& layer : layers()) {
    if (layer.name() == wanted) return layer;
    names += (names.empty() ? "" : ", ") + layer.name();
  }
  fail(ErrorKind::not_found, body_of(*this).shown_name() + ": no layer is called '" + wanted + "'; there are " + names);
}

std::vector<TensorType> Model::input_types() const {
  const std::vector<TensorType> types = body_of(*this).input_types();
  if (types.empty()) fail(ErrorKind::invalid_argument, body_of(*this).shown_name() + ": the shape of its input is not known yet; call build(shape) or fit it");
  return types;
}

std::vector<TensorType> Model::output_types() const {
  std::vector<TensorType> batch;
  for (const TensorType& type : input_types()) batch.push_back({type.shape.inserted(0, 2), type.dtype});
  std::vector<TensorType> out = detail::infer_types([&](std::span<const Tensor> in) { return call(in, inference); }, batch);
  for (TensorType& type : out) type.shape = type.shape.without(0);
  return out;
}

std::vector<std::string> Model::output_names() const {
  std::vector<std::string> names;
  for (const Layer& layer : body_of(*this).output_layers()) names.push_back(layer.defined() ? layer.name() : "input");
  return names;
}

std::vector<Tensor> Model::weights() const {
  body_of(*this).require_at_rest("weights");
  std::vector<Tensor> out;
  for (const Variable& variable : variables()) out.push_back(variable.tensor().clone());
  return out;
}

void Model::set_weights(const std::vector<Tensor>& weights) const {
  body_of(*this).require_at_rest("set_weights");
  const std::vector<NamedVariable> own = named_variables();
  if (weights.size() != own.size()) {
    fail(ErrorKind::shape, body_of(*this).shown_name() + ": set_weights: it has " + std::to_string(own.size()) + " weights, " + std::to_string(weights.size()) + " were given");
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!(weights[i].shape() == own[i].second.shape())) {
      fail(ErrorKind::shape, body_of(*this).shown_name() + ": set_weights: " + own[i].first + " is " + to_string(own[i].second.shape()) + ", the given weight " + to_string(weights[i].shape()));
    }
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    const DType dtype = own[i].second.type().dtype;
    own[i].second.tensor().copy_from((weights[i].dtype() == dtype ? weights[i] : weights[i].to(dtype)).contiguous());
  }
}

}  // namespace candor
