#include "candor/candid/series/forecast_network.h"

#include "candor/nn/layers.h"

namespace candor::candid {
namespace {

// The two halves of the input: what was seen [own], and the calendar of each step [horizon, ahead].
struct Halves {
  Symbol own, ahead;
};
Halves halves_of(const Symbol& x, const DirectLinear& linear) {
  const std::int64_t rest = linear.horizon * linear.ahead, all = linear.own + rest;
  const Symbol column = Reshape{{all, 1}}(x);
  return {Reshape{{linear.own}}(Cropping1D{{{0, static_cast<int>(rest)}}}(column)), Reshape{{linear.horizon, linear.ahead}}(Cropping1D{{{static_cast<int>(linear.own), 0}}}(column))};
}

}  // namespace

Model residual_network(const DirectLinear& linear, std::int64_t width) {
  const Symbol x = Input({linear.own + linear.horizon * linear.ahead});
  const Halves in = halves_of(x, linear);
  const Symbol seen = RepeatVector{linear.horizon}(Dense{width}(in.own)), day = Dense{width, {.use_bias = false}}(in.ahead);
  Symbol y = ReLU{}(Add{}({seen, day}));
  y = Dense{width / 2, {.activation = relu}}(Dropout{.1}(y));
  // It starts as nothing: the linear part is what it improves on.
  y = Reshape{{linear.horizon}}(Dense{1, {.kernel_initializer = "zeros"}}(y));
  return Model{x, y};
}

Model forecast_network(const DirectLinear& linear, const std::vector<Model>& networks, double gain) {
  const Symbol x = Input({linear.own + linear.horizon * linear.ahead});
  const Halves in = halves_of(x, linear);
  const Dense own{linear.horizon};
  const EinsumDense ahead{"bhc,hc->bh", {linear.horizon}};
  Symbol y = Add{}({own(in.own), ahead(in.ahead)});
  if (!networks.empty()) {
    std::vector<Symbol> outputs;
    for (const Model& network : networks) outputs.push_back(network(x));
    const Symbol mean = outputs.size() == 1 ? outputs.front() : Average{}(outputs);
    y = Add{}({y, Rescale{gain}(mean)});
  }
  const Model model{x, y};
  model.build(x.shape());
  own.kernel().assign(Tensor::from(linear.weights, {linear.own, linear.horizon}));
  own.bias().assign(Tensor::from(linear.bias, {linear.horizon}));
  ahead.kernel().assign(Tensor::from(linear.calendar, {linear.horizon, linear.ahead}));
  return model;
}

}  // namespace candor::candid
