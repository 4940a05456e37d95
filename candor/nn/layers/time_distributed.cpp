#include "candor/nn/layers/time_distributed.h"

#include "candor/nn/layers/recurrent_body.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

/// Whether a layer, or one inside, does something else with one large batch than with its parts in turn.
bool sees_the_batch(const Layer& layer, Mode mode) {
  const detail::RecurrentBody* body = detail::recurrent_body(layer);
  if (body && body->settings().stateful) return true;
  if (mode == training && layer.kind() == "BatchNormalization") return true;
  for (const Layer& child : layer.body().children()) {
    if (sees_the_batch(child, mode)) return true;
  }
  return false;
}

class TimeDistributedBody final : public detail::LayerBody {
 public:
  TimeDistributedBody(Layer layer, std::string name) : LayerBody(std::move(name)), layer_(std::move(layer)) {
    if (!layer_.defined()) fail(ErrorKind::invalid_argument, "TimeDistributed: the layer is empty; make one such as Dense{64}");
  }
  std::string kind() const override { return "TimeDistributed"; }
  Config options() const override { return Config::map().set("layer", layer_.config()); }
  std::vector<Layer> children() const override { return {layer_}; }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    const Tensor& x = only(xs);
    if (x.rank() < 3) complain(ErrorKind::shape, "takes [batch, time, ...]; the input is " + to_string(x.shape()));
    const std::int64_t batch = x.shape(0), time = x.shape(1);
    if (time == 0) complain(ErrorKind::shape, "the input " + to_string(x.shape()) + " has no steps");
    if (sees_the_batch(layer_, mode)) {
      std::vector<Tensor> steps;
      for (std::int64_t t = 0; t < time; ++t) steps.push_back(layer_(squeeze(narrow(x, 1, t, t + 1), 1), mode));
      return {stack(steps, 1)};
    }
    std::vector<std::int64_t> together{batch * time};
    together.insert(together.end(), x.shape().begin() + 2, x.shape().end());
    const Tensor y = layer_(reshape(x.with_mask({}), together), mode);
    if (y.rank() == 0 || y.shape(0) != batch * time) complain(ErrorKind::shape, layer_.name() + " does not keep the batch: it gives " + to_string(y.shape()) + " for " + to_string(Shape(together)));
    std::vector<std::int64_t> apart{batch, time};
    apart.insert(apart.end(), y.shape().begin() + 1, y.shape().end());
    return {reshape(y, apart)};
  }

 private:
  Layer layer_;
};

}  // namespace

TimeDistributed::TimeDistributed(const Layer& layer, TimeDistributedOptions options) : Layer(std::make_shared<TimeDistributedBody>(layer, options.name)) {}

Layer TimeDistributed::from_config(const Config& c) { return TimeDistributed(layer_from_config(c.at("layer")), {.name = detail::config_name(c)}); }

}  // namespace candor
