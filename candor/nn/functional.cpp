#include <algorithm>
#include <map>
#include <set>

#include "candor/nn/model.h"
#include "candor/nn/model_body.h"

namespace candor {
namespace detail {

FunctionalBody::FunctionalBody(std::vector<Symbol> inputs, std::vector<Symbol> outputs, std::string name)
    : ModelBody(std::move(name)), inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
  if (inputs_.empty() || outputs_.empty()) fail(ErrorKind::invalid_argument, shown_name() + ": a model needs at least one input and one output");
  std::set<std::string> taken;
  for (const Symbol& input : inputs_) {
    if (!input.defined() || input.node().layer.defined()) fail(ErrorKind::invalid_argument, shown_name() + ": an input must come from Input(shape)");
    if (std::any_of(slots_.begin(), slots_.end(), [&](const auto& s) { return s.first == &input.node(); })) {
      fail(ErrorKind::invalid_argument, shown_name() + ": an input is listed twice");
    }
    std::string label = input.node().name.empty() ? "input" : input.node().name;
    for (int i = 1; !taken.insert(label).second; ++i) label = (input.node().name.empty() ? "input" : input.node().name) + "_" + std::to_string(i);
    input_names_.push_back(label);
    slots_.emplace_back(&input.node(), slot_count_++);
  }
  for (const Symbol& output : outputs_) {
    if (!output.defined()) fail(ErrorKind::invalid_argument, shown_name() + ": an output is an empty Symbol");
    visit(output);
    output_slots_.push_back(slot_of(output));
  }
  for (const Step& step : steps_) {
    const bool known = std::any_of(layers_.begin(), layers_.end(), [&](const Layer& other) { return other.same(step.layer); });
    if (!known) layers_.push_back(step.layer);
  }
  name_layers();
  std::vector<std::string> names(static_cast<std::size_t>(slot_count_));
  for (std::size_t i = 0; i < input_names_.size(); ++i) names[i] = input_names_[i];
  for (Step& step : steps_) {
    std::vector<std::string>& from = feeds_.emplace_back();
    for (int slot : step.inputs) from.push_back(names[static_cast<std::size_t>(slot)]);
    for (const std::string& feed : from) step.before += (step.before.empty() ? "" : " and ") + feed;
    for (int i = 0; i < step.outputs; ++i) names[static_cast<std::size_t>(step.first_output + i)] = step.layer.name();
  }
  std::vector<TensorType> types;
  for (const TensorType& type : input_types()) types.push_back({type.shape.inserted(0, 2), type.dtype});
  build_once(types);
}

void FunctionalBody::visit(const Symbol& symbol) {
  // An explicit stack: deep models must not exhaust the call stack.
  std::vector<std::pair<const SymbolNode*, std::size_t>> open{{&symbol.node(), 0}};
  const auto done = [&](const SymbolNode* node) { return std::any_of(slots_.begin(), slots_.end(), [&](const auto& s) { return s.first == node; }); };
  while (!open.empty()) {
    const auto [node, next] = open.back();
    if (done(node)) {
      open.pop_back();
    } else if (!node->layer.defined()) {
      fail(ErrorKind::invalid_argument, shown_name() + ": an output depends on an Input" + (node->name.empty() ? std::string() : " '" + node->name + "'") +
                                            " that is not among the model's inputs");
    } else if (next < node->inputs.size()) {
      ++open.back().second;
      open.emplace_back(&node->inputs[next].node(), 0);
    } else {
      Step step{node->layer, {}, node->roles, node->options, slot_count_, static_cast<int>(node->outputs.size()), {}};
      for (const Symbol& in : node->inputs) step.inputs.push_back(slot_of(in));
      slots_.emplace_back(node, slot_count_);
      slot_count_ += step.outputs;
      steps_.push_back(std::move(step));
      open.pop_back();
    }
  }
}

int FunctionalBody::slot_of(const Symbol& symbol) const {
  for (const auto& [node, slot] : slots_) {
    if (node == &symbol.node()) return slot + symbol.output();
  }
  fail(ErrorKind::internal, "model: a value of the functional graph has no place");
}

std::vector<TensorType> FunctionalBody::input_types() const {
  std::vector<TensorType> types;
  for (const Symbol& input : inputs_) types.push_back({input.shape(), input.dtype()});
  return types;
}

std::vector<Layer> FunctionalBody::output_layers() const {
  std::vector<Layer> layers;
  for (const Symbol& output : outputs_) layers.push_back(output.node().layer);
  return layers;
}

std::vector<Tensor> FunctionalBody::apply(std::span<const Tensor> xs, Mode mode) {
  if (xs.size() != inputs_.size()) {
    complain(ErrorKind::shape, "takes " + std::to_string(inputs_.size()) + " inputs, " + std::to_string(xs.size()) + " were given");
  }
  std::vector<Tensor> values(static_cast<std::size_t>(slot_count_));
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (!(xs[i].shape().without(0) == inputs_[i].shape())) {
      complain(ErrorKind::shape, "its input " + input_names_[i] + " takes samples of " + to_string(inputs_[i].shape()) + ", the batch is " + to_string(xs[i].shape()) +
                                     " with samples of " + to_string(xs[i].shape().without(0)));
    }
    values[i] = xs[i];
  }
  for (const Step& step : steps_) {
    const PreviousLayer previous(&step.before);
    std::vector<Tensor> in;
    for (int slot : step.inputs) in.push_back(values[static_cast<std::size_t>(slot)]);
    std::vector<Tensor> out = call_with_roles(step.layer, in, step.roles, step.options, mode);
    for (std::size_t i = 0; i < out.size(); ++i) values[static_cast<std::size_t>(step.first_output) + i] = std::move(out[i]);
  }
  std::vector<Tensor> results;
  for (int slot : output_slots_) results.push_back(values[static_cast<std::size_t>(slot)]);
  return results;
}

Config FunctionalBody::options() const {
  // Values are numbered: inputs first, then the outputs of the calls in order.
  Config::List inputs, layers, calls, outputs;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    inputs.push_back({{"name", input_names_[i]}, {"shape", Config::integers(inputs_[i].shape().to_vector())}, {"dtype", to_string(inputs_[i].dtype())}});
  }
  for (const Layer& layer : layers_) layers.push_back(layer.config());
  for (const Step& step : steps_) {
    Config::List from(step.inputs.begin(), step.inputs.end());
    Config call = {{"layer", step.layer.name()}, {"inputs", from}};
    if (std::any_of(step.roles.begin(), step.roles.end(), [](const std::string& role) { return !role.empty(); })) {
      call.set("roles", Config::List(step.roles.begin(), step.roles.end()));
    }
    if (!step.options.is_null()) call.set("options", step.options);
    calls.push_back(call);
  }
  for (int slot : output_slots_) outputs.push_back(slot);
  Config c = Config::map();
  return c.set("inputs", inputs).set("layers", layers).set("calls", calls).set("outputs", outputs);
}

}  // namespace detail

Model Model::from_config(const Config& c) {
  std::vector<Symbol> inputs, outputs, values;
  for (const Config& item : c.at("inputs").items()) {
    inputs.push_back(Input(Shape(item.at("shape").to_integers()), {.dtype = dtype_from_string(item.at("dtype").text()), .name = item.get("name", "")}));
  }
  values = inputs;
  std::map<std::string, Layer> layers;
  for (const Config& item : c.at("layers").items()) {
    const Layer layer = layer_from_config(item);
    layers[layer.name()] = layer;
  }
  const auto value = [&](const Config& number) {
    const std::int64_t slot = number.integer();
    if (slot < 0 || slot >= static_cast<std::int64_t>(values.size())) fail(ErrorKind::corrupt, "configuration: the model has no value number " + std::to_string(slot));
    return values[static_cast<std::size_t>(slot)];
  };
  for (const Config& call : c.at("calls").items()) {
    const std::string& name = call.at("layer").text();
    const auto found = layers.find(name);
    if (found == layers.end()) fail(ErrorKind::corrupt, "configuration: the model calls a layer '" + name + "' that it does not have");
    std::vector<Symbol> in;
    SymbolCallOptions further;
    const Config* roles = call.find("roles");
    for (const Config& number : call.at("inputs").items()) {
      const std::size_t i = in.size() + further.tensors.size();
      const std::string role = roles && i < roles->items().size() ? roles->items()[i].text() : "";
      if (role.empty()) in.push_back(value(number));
      else further.tensors.emplace_back(role, value(number));
    }
    if (const Config* options = call.find("options")) further.options = *options;
    for (const Symbol& out : found->second.call(in, further)) values.push_back(out);
  }
  for (const Config& number : c.at("outputs").items()) outputs.push_back(value(number));
  return Model(inputs, outputs, {.name = c.get("name", "")});
}

}  // namespace candor
