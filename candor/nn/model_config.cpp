// Functional models as Keras writes them ("layers" with their "inbound_nodes", "input_layers", "output_layers"), and back.
#include "candor/nn/model_config.h"

#include <algorithm>
#include <map>

#include "candor/base/error.h"
#include "candor/nn/layers/operation.h"

namespace candor::detail {
namespace {

/// Extent that stands for a free one while shapes are inferred: room for a few convolutions and poolings.
constexpr std::int64_t trial_extent = 32;
/// Lists in lists in a call's arguments; beyond it the file is not Keras's.
constexpr int deepest = 16;

[[noreturn]] void corrupt(const std::string& what) { fail(ErrorKind::corrupt, "configuration: " + what); }

bool is_keras_tensor(const Config& c) {
  const Config* kind = c.is_map() ? c.find("class_name") : nullptr;
  return kind && kind->is_text() && kind->text() == "__keras_tensor__";
}

/// [name, node, tensor], as in keras_history and output_layers.
struct Place {
  std::string layer;
  std::int64_t node, tensor;
  explicit Place(const Config& c) {
    const Config::List& items = c.items();
    if (items.size() < 3) corrupt("a tensor's place is [layer, node, tensor], found " + to_string(c));
    layer = items[0].text(), node = items[1].integer(), tensor = items[2].integer();
  }
};

class Reader {
 public:
  explicit Reader(const Config& config) : config_(config) {}

  Model read() {
    read_layers();
    connect();
    std::vector<Symbol> inputs, outputs;
    for (const Config& place : places("input_layers")) inputs.push_back(symbol(Place(place)));
    for (const Config& place : places("output_layers")) outputs.push_back(symbol(Place(place)));
    return Model(inputs, outputs, {.name = config_.get("name", "")});
  }

 private:
  struct Call {
    std::string name;
    Layer layer;
    const Config* node;
    std::int64_t index;
  };

  /// One place is written alone: ["dense", 0, 0].
  Config::List places(const char* key) const {
    const Config::List& list = config_.at(key).items();
    if (!list.empty() && list.front().is_text()) return {Config(list)};
    return list;
  }

  void read_layers() {
    for (const Config& item : config_.at("layers").items()) {
      const Config& options = item.at("config");
      const std::string name = item.get("name", options.get("name", ""));
      if (name.empty()) corrupt("a layer of a functional model has no name");
      if (!names_.insert(name).second) corrupt("two layers are called '" + name + "'");
      if (item.at("class_name").text() == "InputLayer") {
        values_[{name, 0}] = {keras_input(options)};
        continue;
      }
      const Layer layer = layer_from_config(item);
      std::int64_t index = 0;
      for (const Config& node : item.at("inbound_nodes").items()) calls_.push_back({name, layer, &node, index++});
    }
  }

  /// Calls in the order in which their inputs come to be; layers may be listed in any.
  void connect() {
    std::vector<Call> waiting = calls_;
    while (!waiting.empty()) {
      std::vector<Call> later;
      for (const Call& call : waiting) {
        if (ready(*call.node, 0)) apply(call);
        else later.push_back(call);
      }
      if (later.size() == waiting.size()) corrupt("the calls of '" + later.front().name + "' depend on layers that are not there, or on themselves");
      waiting = std::move(later);
    }
  }

  bool known(const Place& place) const { return values_.count({place.layer, place.node}) != 0; }

  /// Keras 2 writes [["dense", 0, 0, {}], ...]; Keras 3 {"args": [...], "kwargs": {...}} with tensors anywhere in them.
  bool ready(const Config& c, int depth) const {
    if (depth > deepest) corrupt("the arguments of a call are nested too deeply");
    if (is_keras_tensor(c)) return known(Place(c.at("config").at("keras_history")));
    if (is_keras2_tensor(c)) return known(Place(c));
    if (c.is_list()) return std::all_of(c.items().begin(), c.items().end(), [&](const Config& one) { return ready(one, depth + 1); });
    if (c.is_map()) return std::all_of(c.entries().begin(), c.entries().end(), [&](const auto& one) { return ready(one.second, depth + 1); });
    return true;
  }
  bool is_keras2_tensor(const Config& c) const {
    return c.is_list() && c.items().size() >= 3 && c.items()[0].is_text() && c.items()[1].is_integer() && c.items()[2].is_integer() && names_.count(c.items()[0].text()) != 0;
  }

  const Symbol& symbol(const Place& place) const {
    const auto found = values_.find({place.layer, place.node});
    if (found == values_.end()) corrupt("there is no call " + std::to_string(place.node) + " of a layer '" + place.layer + "'");
    if (place.tensor < 0 || place.tensor >= static_cast<std::int64_t>(found->second.size())) {
      corrupt("'" + place.layer + "' has no output " + std::to_string(place.tensor));
    }
    return found->second[static_cast<std::size_t>(place.tensor)];
  }

  /// All tensors in c, in order; `pattern` gets c with {"tensor": i} in their places.
  Config gather(const Config& c, std::vector<Symbol>& tensors) const {
    if (is_keras_tensor(c) || is_keras2_tensor(c)) {
      tensors.push_back(symbol(Place(is_keras_tensor(c) ? c.at("config").at("keras_history") : c)));
      return {{"tensor", static_cast<std::int64_t>(tensors.size()) - 1}};
    }
    if (!c.is_list()) return c;
    Config::List list;
    for (const Config& item : c.items()) list.push_back(gather(item, tensors));
    return list;
  }

  void add_argument(const std::string& name, const Config& value, SymbolCallOptions& options) const {
    if (value.is_null() || (name == "training" && value.is_bool() && !value.boolean())) return;  // as if not given
    std::vector<Symbol> tensors;
    const Config pattern = gather(value, tensors);
    for (const Symbol& tensor : tensors) options.tensors.emplace_back(name, tensor);
    if (tensors.empty()) options.options.set(name, pattern);
  }

  void apply(const Call& call) {
    std::vector<Symbol> inputs;
    SymbolCallOptions options;
    options.options = Config::map();
    Config pattern;
    if (call.node->is_map()) {
      pattern = gather(call.node->at("args"), inputs);
      if (const Config* kwargs = call.node->find("kwargs"); kwargs && !kwargs->is_null()) {
        for (const auto& [name, value] : kwargs->entries()) add_argument(name, value, options);
      }
    } else {
      const Config::List& items = call.node->items();
      const Config::List tensors = !items.empty() && items.front().is_text() ? Config::List{Config(items)} : items;
      for (const Config& tensor : tensors) {
        gather(tensor, inputs);
        if (tensor.items().size() < 4 || !tensor.items()[3].is_map()) continue;
        for (const auto& [name, value] : tensor.items()[3].entries()) add_argument(name, value, options);
      }
    }
    if (is_operation(call.layer)) options.options.set("args", pattern);
    if (inputs.empty()) corrupt("the layer '" + call.name + "' is called without an input");
    values_[{call.name, call.index}] = call.layer.call(inputs, options);
  }

  const Config& config_;
  std::vector<Call> calls_;
  std::set<std::string> names_;
  std::map<std::pair<std::string, std::int64_t>, std::vector<Symbol>> values_;
};

}  // namespace

Symbol keras_input(const Config& options) {
  const Config* batch = options.find("batch_shape");
  if (!batch || batch->is_null()) batch = options.find("batch_input_shape");
  if (!batch || batch->is_null()) corrupt("an InputLayer has neither batch_shape nor batch_input_shape");
  const Config::List& extents = batch->items();
  if (extents.empty()) corrupt("an InputLayer's batch_shape has no batch axis");
  std::vector<std::int64_t> shape;
  InputOptions input{.dtype = config_dtype(options), .name = options.get("name", ""), .free_axes = {}};
  for (std::size_t i = 1; i < extents.size(); ++i) {
    if (extents[i].is_null()) input.free_axes.push_back(static_cast<int>(i) - 1);
    shape.push_back(extents[i].is_null() ? trial_extent : extents[i].integer());
  }
  return Input(Shape(shape), std::move(input));
}

Config keras_batch_shape(const TensorType& sample, std::span<const int> free_axes) {
  Config::List shape{Config()};
  for (int axis = 0; axis < sample.shape.rank(); ++axis) {
    const bool free = std::find(free_axes.begin(), free_axes.end(), axis) != free_axes.end();
    shape.push_back(free ? Config() : Config(sample.shape[axis]));
  }
  return shape;
}

Config keras_input_layer(const TensorType& sample, std::span<const int> free_axes, const std::string& name) {
  const Config options = {{"batch_shape", keras_batch_shape(sample, free_axes)}, {"dtype", keras_dtype(sample.dtype)}, {"sparse", false}, {"ragged", false}, {"name", name}, {"optional", false}};
  return {{"module", "keras.layers"}, {"class_name", "InputLayer"}, {"config", options}, {"registered_name", Config()}};
}

Config keras_tensor(const TensorType& sample, std::span<const int> free_axes, const std::string& layer, std::int64_t node, std::int64_t tensor) {
  const Config options = {{"shape", keras_batch_shape(sample, free_axes)}, {"dtype", keras_dtype(sample.dtype)}, {"keras_history", Config::List{layer, node, tensor}}};
  return {{"class_name", "__keras_tensor__"}, {"config", options}};
}

Config fill_pattern(const Config& pattern, const Config::List& tensors) {
  if (const Config* place = pattern.is_map() ? pattern.find("tensor") : nullptr) return tensors.at(static_cast<std::size_t>(place->integer()));
  if (!pattern.is_list()) return pattern;
  Config::List list;
  for (const Config& item : pattern.items()) list.push_back(fill_pattern(item, tensors));
  return list;
}

bool is_keras_functional(const Config& config) { return config.find("input_layers") != nullptr && config.find("output_layers") != nullptr; }

Model functional_from_keras(const Config& config) { return Reader(config).read(); }

}  // namespace candor::detail
