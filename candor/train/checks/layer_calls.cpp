#include "candor/train/checks/layer_calls.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "candor/nn/model_body.h"

namespace candor::detail {
namespace {

template <std::size_t n>
bool among(const std::array<std::string_view, n>& list, const std::string& kind) {
  return std::find(list.begin(), list.end(), kind) != list.end();
}

bool starts_with(const std::string& text, std::string_view start) { return text.compare(0, start.size(), start) == 0; }

constexpr std::array<std::string_view, 14> linear_layers{"Dense",           "EinsumDense",     "Conv1D",          "Conv2D",          "Conv3D",          "Conv1DTranspose", "Conv2DTranspose",
                                                         "Conv3DTranspose", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D", "BatchNormalization", "LayerNormalization"};

/// What function ends the layer; empty: not known.
std::string activation_of(const Layer& layer) {
  const std::string kind = layer.kind();
  if (kind == "ReLU" || kind == "LeakyReLU" || kind == "ELU" || kind == "PReLU" || kind == "Softmax") {
    std::string name;
    for (const char c : kind) name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    return name == "leakyrelu" ? "leaky_relu" : name;
  }
  if (kind == "Rescaling" || kind == "Standardize" || kind == "Normalization" || kind == "GroupNormalization" || kind == "RMSNormalization") return "linear";
  if (kind == "TimeDistributed") {
    const std::vector<Layer> inside = layer.body().children();
    return inside.size() == 1 ? activation_of(inside.front()) : "";
  }
  if (kind != "Activation" && !among(linear_layers, kind)) return "";
  try {
    const Config options = layer.body().options();
    const Config* found = options.find("activation");
    if (!found || found->is_null()) return kind == "Activation" ? "" : "linear";
    return found->is_text() ? found->text() : "";
  } catch (const Error&) {
    return "";  // a function of one's own
  }
}

class Walk {
 public:
  explicit Walk(LayerCalls& out) : out_(out) {}

  std::vector<int> model(ModelBody& body, const std::vector<int>& inputs, const std::string& path) {
    if (auto* stack = dynamic_cast<SequentialBody*>(&body)) {
      std::vector<int> last = inputs;
      for (const Layer& layer : stack->stack()) last = call(layer, last, 1, path);
      return last;
    }
    auto* functional = dynamic_cast<FunctionalBody*>(&body);
    if (!functional) return {};
    std::vector<int> of_slot(static_cast<std::size_t>(functional->slot_count()), -1);
    std::copy(inputs.begin(), inputs.end(), of_slot.begin());
    for (const FunctionalBody::Step& step : functional->steps()) {
      std::vector<int> from;
      for (const int slot : step.inputs) from.push_back(of_slot[static_cast<std::size_t>(slot)]);
      const std::vector<int> given = call(step.layer, from, step.outputs, path);
      for (int i = 0; i < step.outputs; ++i) of_slot[static_cast<std::size_t>(step.first_output + i)] = given[static_cast<std::size_t>(std::min<int>(i, static_cast<int>(given.size()) - 1))];
    }
    std::vector<int> given;
    for (const int slot : functional->output_slots()) given.push_back(of_slot[static_cast<std::size_t>(slot)]);
    return given;
  }

 private:
  std::vector<int> call(const Layer& layer, const std::vector<int>& from, int outputs, const std::string& path) {
    const std::string name = layer.name().empty() ? layer.body().default_name() : layer.name();
    const std::string own = path.empty() ? name : path + "/" + name;
    if (auto* inside = dynamic_cast<ModelBody*>(&layer.body())) {
      std::vector<int> given = model(*inside, from, own);
      if (!given.empty()) return given;
    }
    out_.calls.push_back({layer, layer.kind(), own, activation_of(layer), from});
    return std::vector<int>(static_cast<std::size_t>(std::max(outputs, 1)), static_cast<int>(out_.calls.size()) - 1);
  }

  LayerCalls& out_;
};

}  // namespace

std::vector<int> LayerCalls::readers(int call) const {
  std::vector<int> found;
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (std::find(calls[i].from.begin(), calls[i].from.end(), call) != calls[i].from.end()) found.push_back(static_cast<int>(i));
  return found;
}

LayerCalls layer_calls(const Model& model) {
  LayerCalls out;
  auto& body = static_cast<ModelBody&>(model.body());
  const std::size_t inputs = std::max<std::size_t>(body.input_types().size(), 1);
  out.outputs = Walk(out).model(body, std::vector<int>(inputs, -1), body.shown_name());
  if (auto* functional = dynamic_cast<FunctionalBody*>(&body)) {
    for (std::size_t i = 0; i < functional->input_names().size(); ++i) {
      const auto slot = static_cast<int>(i);
      bool read = std::find(functional->output_slots().begin(), functional->output_slots().end(), slot) != functional->output_slots().end();
      for (const FunctionalBody::Step& step : functional->steps()) read |= std::find(step.inputs.begin(), step.inputs.end(), slot) != step.inputs.end();
      if (!read) out.unused_inputs.push_back(functional->input_names()[i]);
    }
  }
  return out;
}

Config options_of(const Layer& layer) {
  try {
    return layer.body().options();
  } catch (const Error&) {
    return Config::map();
  }
}

bool only_moves(const std::string& kind) {
  constexpr std::array<std::string_view, 6> list{"Flatten", "Reshape", "Permute", "Identity", "RepeatVector", "Masking"};
  return among(list, kind) || starts_with(kind, "Cropping");
}

bool only_in_training(const std::string& kind) {
  return starts_with(kind, "Gaussian") || kind.find("Dropout") != std::string::npos || kind == "ActivityRegularization" || kind == "StochasticDepth";
}

bool is_linear_map(const std::string& kind) { return kind == "Dense" || kind == "EinsumDense" || (starts_with(kind, "Conv") && kind.find("LSTM") == std::string::npos); }

int source_of(const LayerCalls& model, int call) {
  while (call >= 0) {
    const LayerCall& at = model.calls[static_cast<std::size_t>(call)];
    if ((!only_moves(at.kind) && !only_in_training(at.kind)) || at.from.size() != 1) break;
    call = at.from.front();
  }
  return call;
}

std::string short_name(const LayerCall& call) {
  const std::size_t slash = call.path.rfind('/');
  return slash == std::string::npos ? call.path : call.path.substr(slash + 1);
}

}  // namespace candor::detail
