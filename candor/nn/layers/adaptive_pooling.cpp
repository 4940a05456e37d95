#include "candor/nn/layers/adaptive_pooling.h"

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/resize.h"

namespace candor::detail {
namespace {

std::string class_name(bool max, int axes) { return std::string("Adaptive") + (max ? "Max" : "Average") + "Pooling" + std::to_string(axes) + "D"; }

class AdaptivePoolingBody final : public SpatialBody {
 public:
  AdaptivePoolingBody(bool max, int axes, const Extents& output_size, AdaptivePoolingOptions options)
      : SpatialBody(options.name, axes, options.data_format, class_name(max, axes)), max_(max), size_(output_size.expand(axes, class_name(max, axes) + ": output_size")) {
    require_positive(kind().c_str(), "output_size", size_);
  }
  std::string kind() const override { return class_name(max_, axes_); }
  Config options() const override { return Config::map().set("output_size", Config::integers(size_)).set("data_format", data_format_); }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = max_ ? input : to_dtype(input, compute_dtype(input.dtype()));
    return max_ ? adaptive_max_pool(x, size_) : adaptive_average_pool(x, size_);
  }

 private:
  bool max_;
  Ints size_;
};

}  // namespace

std::shared_ptr<LayerBody> make_adaptive_pooling(bool max, int axes, const Extents& output_size, AdaptivePoolingOptions options) {
  return std::make_shared<AdaptivePoolingBody>(max, axes, output_size, std::move(options));
}

Layer adaptive_pooling_from_config(bool max, int axes, const Config& c) {
  c.at("output_size");
  return Layer(make_adaptive_pooling(max, axes, extents_from(c, "output_size"), {.data_format = data_format_from(c), .name = config_name(c)}));
}

}  // namespace candor::detail
