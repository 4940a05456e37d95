#include "candor/formats/model_file.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/file.h"
#include "candor/base/text.h"
#include "candor/formats/config_json.h"
#include "candor/formats/safetensors.h"
#include "candor/nn/model_body.h"
#include "candor/nn/weight_budget.h"

namespace candor::formats {
namespace {

// No network of one program has more; a file that claims more is made to hurt.
constexpr std::size_t max_inputs = 1024;

Config texts(const std::vector<std::string>& values) { return Config(Config::List(values.begin(), values.end())); }

std::vector<std::string> to_texts(const Config* config) {
  std::vector<std::string> out;
  if (!config || config->is_null()) return out;
  for (const Config& item : config->items()) out.push_back(item.text());
  return out;
}

// One part of the metadata, read and, when it must be there, asked for.
Config part(const Safetensors& file, const std::string& key, bool needed) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end()) {
    if (needed) fail(ErrorKind::corrupt, file.name() + ": not a model file: its metadata has no '" + key + "'");
    return {};
  }
  return config_from_json(found->second, file.name() + ": " + key);
}

std::vector<TensorType> read_inputs(const Config& config) {
  std::vector<TensorType> inputs;
  if (config.items().empty() || config.items().size() > max_inputs) fail(ErrorKind::corrupt, "inputs: between 1 and 1024 are possible");
  for (const Config& item : config.items()) {
    std::vector<std::int64_t> extents = item.at("shape").to_integers();
    if (extents.size() >= Shape::max_rank) fail(ErrorKind::corrupt, "inputs: at most 7 axes are possible beside the batch");
    inputs.push_back({Shape(extents), dtype_from_string(item.at("dtype").text())});
    if (inputs.back().shape.size() == 0) fail(ErrorKind::corrupt, "inputs: the shape " + to_string(inputs.back().shape) + " is empty");
  }
  return inputs;
}

void read_weights(const Safetensors& file, const Layer& model) {
  const std::vector<NamedVariable> weights = model.named_variables();
  for (const auto& [name, variable] : weights) {
    if (!file.contains(name)) fail(ErrorKind::corrupt, "the weight " + candor::quoted(name) + " of the network is not in the file");
    const Tensor value = file.tensor(name);
    if (value.type() != variable.type()) {
      fail(ErrorKind::corrupt, "the weight " + candor::quoted(name) + " is " + to_string(value.type()) + " in the file, the network needs " + to_string(variable.type()));
    }
    variable.assign(value);
  }
  if (file.entries().size() != weights.size()) {
    for (const auto& [name, entry] : file.entries()) {
      if (std::none_of(weights.begin(), weights.end(), [&n = name](const NamedVariable& w) { return w.first == n; })) {
        fail(ErrorKind::corrupt, "the tensor " + candor::quoted(name) + " belongs to no layer of the network");
      }
    }
  }
}

Config compiled_config(const CompileOptions& options) {
  Config::List losses;
  for (std::size_t i = 0; i < options.loss.size(); ++i) losses.push_back(options.loss[i].config());
  Config config = Config::map();
  config.set("loss", losses).set("metrics", options.metrics.config()).set("loss_weights", Config::numbers(options.loss_weights));
  if (!options.weighted_metrics.empty()) config.set("weighted_metrics", options.weighted_metrics.config());
  if (options.optimizer.defined()) config.set("optimizer", options.optimizer.config());
  return config;
}

void compile_as(const Model& model, const Config& config) {
  if (config.is_null()) return;
  CompileOptions options;
  std::vector<Loss> losses;
  for (const Config& loss : config.at("loss").items()) losses.push_back(loss_from_config(loss));
  options.loss = losses;
  options.metrics = MetricList::from_config(config.at("metrics"));
  if (const Config* weighted = config.find("weighted_metrics")) options.weighted_metrics = MetricList::from_config(*weighted);
  options.loss_weights = config.at("loss_weights").to_numbers();
  if (const Config* optimizer = config.find("optimizer")) options.optimizer = optimizer_from_config(*optimizer);
  model.compile(options);
}

ModelFile read(const Safetensors& file) {
  const Config head = part(file, "candor", true);
  const std::int64_t version = head.at("version").integer();
  if (version < 1) fail(ErrorKind::corrupt, "version " + std::to_string(version) + " does not exist");
  if (version > model_file_version) {
    fail(ErrorKind::unsupported, "written in version " + std::to_string(version) + " of the model file, this program reads up to " +
                                     std::to_string(model_file_version) + "; use a newer candor");
  }
  ModelFile out;
  out.task = head.get("task", "");
  out.class_names = to_texts(head.find("class_names"));
  out.feature_names = to_texts(head.find("feature_names"));
  out.target_names = to_texts(head.find("target_names"));
  out.preprocessing = part(file, "preprocessing", false);
  out.record = part(file, "record", false);

  const std::vector<TensorType> inputs = read_inputs(part(file, "inputs", true));
  std::size_t bytes = 0;
  for (const auto& [name, entry] : file.entries()) bytes += entry.end - entry.begin;
  // The network may ask for no more memory than the file has weights: units of 10^12 are found before they are made.
  const candor::detail::WeightBudget budget(bytes);
  const Layer layer = layer_from_config(part(file, "model", true));
  out.model = Model(layer);
  if (!layer.built()) {
    if (inputs.size() != 1) fail(ErrorKind::corrupt, "inputs: a stack of layers has one");
    layer.build({inputs[0].shape.inserted(0, 1), inputs[0].dtype});
  }
  if (out.model.input_types() != inputs) fail(ErrorKind::corrupt, "inputs: they are not those of the network");
  read_weights(file, out.model);
  compile_as(out.model, part(file, "compiled", false));
  return out;
}

}  // namespace

bool ModelFile::gives_logits() const {
  return model.compiled() && model.compile_options().loss.size() > 0 && model.compile_options().loss[0].from_logits();
}

void write_model_file(const std::string& path, const ModelFile& file) {
  static_cast<const candor::detail::ModelBody&>(file.model.body()).require_at_rest("save");
  Config::List inputs;
  for (const TensorType& type : file.model.input_types()) {
    Config input = Config::map();
    inputs.push_back(input.set("shape", Config::integers(type.shape.to_vector())).set("dtype", to_string(type.dtype)));
  }
  Config head = Config::map();
  head.set("version", model_file_version).set("task", file.task).set("class_names", texts(file.class_names));
  head.set("feature_names", texts(file.feature_names)).set("target_names", texts(file.target_names));
  std::map<std::string, std::string> metadata{{"format", "candor"},
                                              {"candor", to_json(head)},
                                              {"inputs", to_json(Config(inputs))},
                                              {"model", to_json(file.model.config())},
                                              {"preprocessing", to_json(file.preprocessing)},
                                              {"record", to_json(file.record)}};
  if (file.model.compiled()) metadata["compiled"] = to_json(compiled_config(file.model.compile_options()));
  std::vector<std::pair<std::string, Tensor>> weights;
  for (const auto& [name, variable] : file.model.named_variables()) weights.emplace_back(name, variable.tensor());
  save_safetensors(path, weights, metadata);
}

ModelFile parse_model_file(std::span<const std::byte> bytes, std::shared_ptr<const void> keep, const std::string& name) {
  const Safetensors file = Safetensors::parse(bytes, std::move(keep), name);
  try {
    return read(file);
  } catch (const Error& e) {
    // Whatever a layer or option says of a configuration from a file, it is the file that is at fault.
    if (e.message().rfind(name, 0) == 0) throw;
    const ErrorKind kind = e.kind() == ErrorKind::unsupported ? e.kind() : ErrorKind::corrupt;
    fail(kind, name + ": " + e.what());
  }
}

ModelFile read_model_file(const std::string& path) {
  const MappedFile file = [&] {
    try {
      return MappedFile(path);
    } catch (Error& e) {
      if (e.kind() != ErrorKind::not_found) throw;
      fail(ErrorKind::not_found, path + ": there is no such model file; `candor train DATA` and Model::save write one");
    }
  }();
  // A table or a picture in the place of the model is likelier than a damaged model.
  constexpr std::size_t first = 8;  // of the header, behind its length
  if (file.size() <= first || file.text()[first] != '{')
    fail(ErrorKind::corrupt, path + ": this is no model file; one that `candor train` or Model::save wrote is expected here (and data behind it)");
  return parse_model_file(file.bytes(), file.owner(), path);
}

}  // namespace candor::formats

namespace candor {

void Model::save(const std::string& path) const {
  formats::ModelFile file;
  file.model = *this;
  formats::write_model_file(path, file);
}

Model load_model(const std::string& path) { return formats::read_model_file(path).model; }

}  // namespace candor
