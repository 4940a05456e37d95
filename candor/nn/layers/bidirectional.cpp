#include "candor/nn/layers/bidirectional.h"

#include "candor/nn/layers/recurrent_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

using detail::RecurrentBody;

RecurrentBody& recurrent(const Layer& layer) {
  if (!layer.defined()) fail(ErrorKind::invalid_argument, "Bidirectional: the layer is empty; give a recurrent layer such as LSTM{64}");
  RecurrentBody* body = detail::recurrent_body(layer);
  if (!body) fail(ErrorKind::invalid_argument, "Bidirectional: needs a recurrent layer, " + layer.kind() + " is none; give LSTM, GRU, SimpleRNN, ConvLSTM or RNN");
  return *body;
}

std::string without(const std::string& name, const std::string& prefix) { return name.starts_with(prefix) ? name.substr(prefix.size()) : name; }

/// Those of `from` and of the layers inside. An undefined policy is written as a dtype, which would bind what is read back to it.
void take_policies(const Layer& to, const Layer& from) {
  to.set_dtype_policy(from.dtype_policy());
  const std::vector<Layer> ours = to.body().children(), theirs = from.body().children();
  for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) take_policies(ours[i], theirs[i]);
}

/// The layer again, with weights of its own, another name and, to go the other way, the other direction.
Layer copy_of(const Layer& layer, const std::string& prefix, bool other_way) {
  const Config described = layer.config();
  Config options = described.at("config");
  options.set("name", prefix + without(layer.name(), "forward_"));
  if (other_way) options.set("go_backwards", !options.get("go_backwards", false));
  const Layer copy = layer_from_config({{"class_name", described.at("class_name")}, {"config", options}});
  take_policies(copy, layer);
  return copy;
}

class BidirectionalBody final : public detail::LayerBody {
 public:
  BidirectionalBody(const Layer& layer, BidirectionalOptions options) : LayerBody(options.name), merge_(std::move(options.merge_mode)) {
    detail::require_one_of("Bidirectional", "merge_mode", merge_, {"concat", "sum", "mul", "ave", "none"});
    recurrent(layer);
    const bool given = options.backward_layer.defined();
    if (given) recurrent(options.backward_layer);
    // A layer with functions of one's own cannot be copied, and need not be when both are given.
    forward_ = given ? layer : copy_of(layer, "forward_", false);
    backward_ = given ? options.backward_layer : copy_of(layer, "backward_", true);
    if (given && forward_.same(backward_)) fail(ErrorKind::invalid_argument, "Bidirectional: backward_layer is the layer itself; make a second one with go_backwards");
    if (given) forward_.body().rename("forward_" + without(layer.name(), "forward_"));
    const RNNOptions &f = recurrent(forward_).settings(), &b = recurrent(backward_).settings();
    if (f.go_backwards == b.go_backwards) fail(ErrorKind::invalid_argument, "Bidirectional: layer and backward_layer run in the same direction; go_backwards must differ");
    const auto same = [](bool x, bool y, const char* what) {
      if (x != y) fail(ErrorKind::invalid_argument, std::string("Bidirectional: layer and backward_layer must have the same ") + what);
    };
    same(f.return_sequences, b.return_sequences, "return_sequences");
    same(f.return_state, b.return_state, "return_state");
    same(f.stateful, b.stateful, "stateful");
    for (const Layer* one : {&forward_, &backward_}) recurrent(*one).set_zero_output_for_mask(f.return_sequences);
  }
  std::string kind() const override { return "Bidirectional"; }
  Config options() const override {
    return Config::map().set("merge_mode", merge_ == "none" ? Config() : Config(merge_)).set("layer", forward_.config()).set("backward_layer", backward_.config());
  }
  std::vector<Layer> children() const override { return {forward_, backward_}; }
  std::vector<std::string> call_arguments() const override { return {"initial_state"}; }

  void build(std::span<const TensorType> in) override {
    forward_.body().build_once(in.subspan(0, 1));
    backward_.body().build_once(in.subspan(0, 1));
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    std::vector<Tensor> given = arguments("initial_state");
    if (!given.empty() && xs.size() > 1) complain(ErrorKind::invalid_argument, "initial states came both as inputs and as the argument initial_state");
    if (given.empty()) given.assign(xs.begin() + 1, xs.end());
    if (given.size() % 2 != 0) complain(ErrorKind::shape, "takes initial states for both directions, the forward ones first; " + std::to_string(given.size()) + " were given");
    const auto run = [&](const Layer& layer, std::size_t from) {
      CallOptions call{.mode = mode};
      for (std::size_t i = 0; i < given.size() / 2; ++i) call.tensors.emplace_back("initial_state", given[from + i]);
      return layer.call(xs.subspan(0, 1), call);
    };
    std::vector<Tensor> forward = run(forward_, 0), backward;
    const RNNOptions& settings = recurrent(backward_).settings();
    {
      const detail::InTimeOrder order(&recurrent(backward_));
      backward = run(backward_, given.size() / 2);
    }
    if (settings.return_sequences && !settings.go_backwards) backward[0] = flip(backward[0], {1});
    std::vector<Tensor> outputs = merged(forward[0], backward[0]);
    outputs.insert(outputs.end(), forward.begin() + 1, forward.end());
    outputs.insert(outputs.end(), backward.begin() + 1, backward.end());
    return outputs;
  }

  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override {
    std::vector<Tensor> masks(outputs.size());
    if (!recurrent(forward_).settings().return_sequences) return masks;
    masks[0] = xs[0].mask();
    if (merge_ == "none") masks[1] = masks[0];
    return masks;
  }

  void reset_state() const {
    recurrent(forward_).reset_state();
    recurrent(backward_).reset_state();
  }

 private:
  std::vector<Tensor> merged(const Tensor& a, const Tensor& b) const {
    if (merge_ == "none") return {a, b};
    if (merge_ == "concat") return {concatenate({a, b}, -1)};
    if (a.shape() != b.shape()) complain(ErrorKind::shape, "merge_mode '" + merge_ + "' needs outputs of one shape: " + to_string(a.shape()) + " and " + to_string(b.shape()));
    if (merge_ == "mul") return {a * b};
    return {merge_ == "sum" ? a + b : (a + b) / 2};
  }

  std::string merge_;
  Layer forward_, backward_;
};

}  // namespace

Bidirectional::Bidirectional(const Layer& layer, BidirectionalOptions options) : Layer(std::make_shared<BidirectionalBody>(layer, std::move(options))) {}
void Bidirectional::reset_state() const { static_cast<const BidirectionalBody&>(body()).reset_state(); }

Layer Bidirectional::from_config(const Config& c) {
  const Config *merge = c.find("merge_mode"), *backward = c.find("backward_layer");
  return Bidirectional(layer_from_config(c.at("layer")), {.merge_mode = !merge ? "concat" : merge->is_null() ? "none" : merge->text(),
                                                          .backward_layer = backward && !backward->is_null() ? layer_from_config(*backward) : Layer(),
                                                          .name = detail::config_name(c)});
}

}  // namespace candor
