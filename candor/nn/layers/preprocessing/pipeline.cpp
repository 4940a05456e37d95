#include "candor/nn/layers/preprocessing/pipeline.h"

#include "candor/nn/layers/check.h"

namespace candor {
namespace {

class PipelineBody final : public detail::LayerBody {
 public:
  PipelineBody(std::vector<Layer> layers, PipelineOptions o) : LayerBody(o.name), layers_(std::move(layers)) {
    if (layers_.empty()) fail(ErrorKind::invalid_argument, "Pipeline: needs at least one layer");
    for (const Layer& layer : layers_)
      if (!layer.defined()) fail(ErrorKind::invalid_argument, "Pipeline: one of its layers is empty; make it first");
  }
  std::string kind() const override { return "Pipeline"; }
  Config options() const override {
    Config::List list;
    for (const Layer& layer : layers_) list.push_back(layer.config());
    return Config::map().set("layers", list);
  }
  std::vector<Layer> children() const override { return layers_; }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    std::vector<Tensor> values(xs.begin(), xs.end());
    for (const Layer& layer : layers_) values = layer.call(values, mode);
    return values;
  }

 private:
  std::vector<Layer> layers_;
};

}  // namespace

Pipeline::Pipeline(std::vector<Layer> layers, PipelineOptions o) : Layer(std::make_shared<PipelineBody>(std::move(layers), std::move(o))) {}

Layer Pipeline::from_config(const Config& c) {
  std::vector<Layer> layers;
  for (const Config& layer : c.at("layers").items()) layers.push_back(layer_from_config(layer));
  return Pipeline(std::move(layers), {.name = detail::config_name(c)});
}

}  // namespace candor
