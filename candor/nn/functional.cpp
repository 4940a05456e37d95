#include <algorithm>
#include <map>
#include <set>

#include "candor/nn/model.h"
#include "candor/nn/layers/operation.h"
#include "candor/nn/model_body.h"
#include "candor/nn/step_cache.h"
#include "candor/nn/model_config.h"

namespace candor {
namespace detail {

namespace {

/// Whether a batch of this shape is one of the input's samples, whatever the free axes have.
bool fits(const Shape& batch, const Symbol& input) {
  const Shape& sample = input.shape();
  const std::vector<int>& free = input.node().free_axes;
  if (batch.rank() != sample.rank() + 1) return false;
  for (int axis = 0; axis < sample.rank(); ++axis) {
    if (batch[axis + 1] != sample[axis] && std::find(free.begin(), free.end(), axis) == free.end()) return false;
  }
  return true;
}

}  // namespace

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
  label_weights();
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
    const bool some_steps = StepCache::current() != nullptr;  // the next ones of a longer sequence
    if (!some_steps && !fits(xs[i].shape(), inputs_[i])) {
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
  // Where each value comes from, in Keras's words: the layer, which of its calls, which output.
  struct Origin {
    TensorType type;
    std::string layer;
    std::int64_t node = 0, tensor = 0;
    std::vector<int> free_axes;
  };
  std::vector<Origin> origins(static_cast<std::size_t>(slot_count_));
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    origins[i] = {{inputs_[i].shape(), inputs_[i].dtype()}, input_names_[i], 0, 0, inputs_[i].node().free_axes};
  }
  std::map<std::string, std::int64_t> calls;
  for (const Step& step : steps_) {
    const auto node = std::find_if(slots_.begin(), slots_.end(), [&](const auto& s) { return s.second == step.first_output; });
    const std::int64_t index = calls[step.layer.name()]++;
    for (int i = 0; i < step.outputs; ++i) {
      origins[static_cast<std::size_t>(step.first_output + i)] = {node->first->outputs[static_cast<std::size_t>(i)], step.layer.name(), index, i, {}};
    }
  }
  const auto tensor = [&](int slot) {
    const Origin& o = origins[static_cast<std::size_t>(slot)];
    return keras_tensor(o.type, o.free_axes, o.layer, o.node, o.tensor);
  };
  const auto place = [&](int slot) {
    const Origin& o = origins[static_cast<std::size_t>(slot)];
    return Config(Config::List{o.layer, o.node, o.tensor});
  };
  std::map<std::string, Config::List> nodes;
  for (const Step& step : steps_) {
    std::vector<Config> tensors;
    Config::List args;
    Config kwargs = Config::map();
    if (!step.options.is_null()) kwargs = step.options;
    std::map<std::string, Config::List> further;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      if (step.roles[i].empty()) args.push_back(tensor(step.inputs[i]));
      else further[step.roles[i]].push_back(tensor(step.inputs[i]));
    }
    for (const auto& [role, list] : further) kwargs.set(role, list.size() == 1 ? list.front() : Config(list));
    const bool separate = step.layer.kind() == "MultiHeadAttention" || step.layer.kind() == "GroupedQueryAttention";
    if (const Config* pattern = kwargs.find("args"); is_operation(step.layer) && pattern) {
      args = fill_pattern(*pattern, args).items();
      Config rest = Config::map();
      for (const auto& [key, value] : kwargs.entries()) {
        if (key != "args") rest.set(key, value);
      }
      kwargs = rest;
    } else if (args.size() > 1 && !separate) {
      args = {Config(args)};
    }
    nodes[step.layer.name()].push_back({{"args", args}, {"kwargs", kwargs}});
  }
  Config::List layers, input_layers, output_layers;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    Config item = keras_input_layer({inputs_[i].shape(), inputs_[i].dtype()}, inputs_[i].node().free_axes, input_names_[i]);
    layers.push_back(item.set("name", input_names_[i]).set("inbound_nodes", Config::list()));
    input_layers.push_back(place(static_cast<int>(i)));
  }
  for (const Layer& layer : layers_) {
    Config item = layer.config();
    layers.push_back(item.set("name", layer.name()).set("inbound_nodes", nodes[layer.name()]));
  }
  for (const int slot : output_slots_) output_layers.push_back(place(slot));
  // As Keras writes them: one place alone, several in a list.
  const auto places = [](const Config::List& list) { return list.size() == 1 ? list.front() : Config(list); };
  Config c = Config::map();
  return c.set("layers", layers).set("input_layers", places(input_layers)).set("output_layers", places(output_layers));
}

}  // namespace detail

Model Model::from_config(const Config& c) {
  if (detail::is_keras_functional(c)) return detail::functional_from_keras(c);
  // The form of Candor's first model files: values are numbered, inputs first, then the outputs of the calls in order.
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
