#include "candor/nn/layers/pooling.h"

#include "candor/nn/layers/image_layout.h"

namespace candor::detail {
namespace {

std::string class_name(bool max, int axes) { return std::string(max ? "Max" : "Average") + "Pooling" + std::to_string(axes) + "D"; }

class PoolingBody final : public SpatialBody {
 public:
  PoolingBody(bool max, int axes, const Extents& pool_size, PoolingOptions options)
      : SpatialBody(options.name, axes, options.data_format, class_name(max, axes)), max_(max), padding_(options.padding), count_(options.count_include_pad) {
    const std::string layer = kind();
    size_ = pool_size.expand(axes, layer + ": pool_size");
    strides_ = options.strides.empty() ? size_ : options.strides.expand(axes, layer + ": strides");
    require_positive(layer.c_str(), "pool_size", size_);
    require_positive(layer.c_str(), "strides", strides_);
    padding_.check(layer, axes, {"valid", "same"});
    if (count_ && max_) fail(ErrorKind::invalid_argument, layer + ": count_include_pad is an option of average pooling");
  }
  std::string kind() const override { return class_name(max_, axes_); }
  Config options() const override {
    Config c = Config::map();
    c.set("pool_size", Config::integers(size_)).set("padding", padding_.config(axes_)).set("strides", Config::integers(strides_)).set("data_format", data_format_);
    if (count_) c.set("count_include_pad", true);
    return c;
  }

 protected:
  Tensor apply_last(const Tensor& input, Mode) override {
    const Tensor x = max_ ? input : to_dtype(input, compute_dtype(input.dtype()));
    const Ints spatial = spatial_extents(x.shape()), ones(size_.size(), 1);
    const Padding ends = padding_.resolve(spatial, size_, strides_, ones);
    for (std::size_t i = 0; i < size_.size(); ++i) {
      const auto [before, after] = ends[i];
      if (size_[i] > spatial[i] + before + after) {
        complain(ErrorKind::shape, "the window " + to_string(Shape(size_)) + " does not fit into the input " + to_string(x.shape()) +
                                       "; use padding \"same\" or a smaller pool_size");
      }
      if (!padding_.is("same") && std::max(before, after) >= size_[i]) {
        complain(ErrorKind::invalid_argument, "padding of " + std::to_string(std::max(before, after)) + " leaves a window of " + std::to_string(size_[i]) + " outside the input");
      }
    }
    const PoolOptions how{.size = size_, .strides = strides_, .padding = ends};
    return max_ ? max_pool(x, how) : average_pool(x, how, count_);
  }

 private:
  bool max_;
  Ints size_, strides_;
  WindowPadding padding_;
  bool count_;
};

}  // namespace

std::shared_ptr<LayerBody> make_pooling(bool max, int axes, const Extents& pool_size, PoolingOptions options) {
  return std::make_shared<PoolingBody>(max, axes, pool_size, std::move(options));
}

Layer pooling_from_config(bool max, int axes, const Config& c) {
  return Layer(make_pooling(max, axes, extents_from(c, "pool_size", 2),
                            {.strides = extents_from(c, "strides", {}),
                             .padding = WindowPadding::from_config(c.find("padding")),
                             .data_format = data_format_from(c),
                             .count_include_pad = c.get("count_include_pad", false),
                             .name = config_name(c)}));
}

}  // namespace candor::detail
