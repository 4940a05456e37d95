#include "candor/nn/layers/image_layout.h"
#include "candor/nn/layers/pooling.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor::detail {
namespace {

std::string class_name(bool max, int axes) { return std::string(max ? "GlobalMax" : "GlobalAverage") + "Pooling" + std::to_string(axes) + "D"; }

class GlobalPoolingBody final : public SpatialBody {
 public:
  GlobalPoolingBody(bool max, int axes, GlobalPoolingSettings options)
      : SpatialBody(options.name, axes, options.data_format, class_name(max, axes)), max_(max), keepdims_(options.keepdims) {}
  std::string kind() const override { return class_name(max_, axes_); }
  Config options() const override { return Config::map().set("data_format", data_format_).set("keepdims", keepdims_); }

 protected:
  bool keeps_places() const override { return keepdims_; }
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = max_ ? input : to_dtype(input, compute_dtype(input.dtype()));
    Axes over;
    for (int axis = 1; axis <= axes_; ++axis) over.push_back(axis);
    if (max_) return max(x, over, keepdims_);
    const Tensor mask = axes_ == 1 ? input.mask() : Tensor();
    if (!mask.defined() || mask.rank() != 2) return mean(x, over, keepdims_);
    const Tensor counts = expand_dims(mask, 2), zero = Tensor::zeros({}, x.dtype()), one = Tensor::full({}, 1, x.dtype());
    const Tensor steps = sum(where(counts, one, zero), over, keepdims_);
    return sum(where(counts, x, zero), over, keepdims_) / maximum(steps, one);
  }

 private:
  bool max_, keepdims_;
};

}  // namespace

std::shared_ptr<LayerBody> make_global_pooling(bool max, int axes, GlobalPoolingSettings options) {
  return std::make_shared<GlobalPoolingBody>(max, axes, std::move(options));
}

Layer global_pooling_from_config(bool max, int axes, const Config& c) {
  return Layer(make_global_pooling(max, axes, {.data_format = data_format_from(c), .keepdims = c.get("keepdims", false), .name = config_name(c)}));
}

}  // namespace candor::detail
