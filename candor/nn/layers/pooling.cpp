#include "candor/nn/layers/pooling.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/reduce.h"

namespace candor::detail {
namespace {

std::string class_name(bool global, bool max, int axes) {
  return std::string(global ? "Global" : "") + (max ? "Max" : "Average") + "Pooling" + std::to_string(axes) + "D";
}

class PoolingBody final : public SimpleLayerBody {
 public:
  PoolingBody(bool max, int axes, const Extents& pool_size, PoolingOptions options)
      : SimpleLayerBody(options.name), max_(max), axes_(axes), padding_(options.padding) {
    const std::string layer = kind();
    size_ = pool_size.expand(axes, layer + ": pool_size");
    strides_ = options.strides.empty() ? size_ : options.strides.expand(axes, layer + ": strides");
    require_positive(layer.c_str(), "pool_size", size_);
    require_positive(layer.c_str(), "strides", strides_);
    require_one_of(layer.c_str(), "padding", padding_, {"valid", "same"});
  }
  std::string kind() const override { return class_name(false, max_, axes_); }
  Config options() const override {
    Config c = Config::map();
    c.set("pool_size", Config::integers(size_)).set("padding", padding_).set("strides", Config::integers(strides_)).set("data_format", "channels_last");
    return c;
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = max_ ? input : to_dtype(input, compute_dtype(input.dtype()));
    if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes [batch, " + std::to_string(axes_) + " spatial axes, channels]; the input is " + to_string(x.shape()));
    const Ints spatial(x.shape().begin() + 1, x.shape().end() - 1);
    if (padding_ == "valid") {
      for (std::size_t i = 0; i < size_.size(); ++i) {
        if (size_[i] > spatial[i]) {
          complain(ErrorKind::shape, "the window " + to_string(Shape(size_)) + " does not fit into the input " + to_string(x.shape()) +
                                         "; use padding \"same\" or a smaller pool_size");
        }
      }
    }
    PoolOptions how{.size = size_, .strides = strides_, .padding = {}};
    how.padding = resolve_padding(padding_, spatial, size_, strides_, Ints(size_.size(), 1));
    return max_ ? max_pool(x, how) : average_pool(x, how);
  }

 private:
  bool max_;
  int axes_;
  Ints size_, strides_;
  std::string padding_;
};

class GlobalPoolingBody final : public SimpleLayerBody {
 public:
  GlobalPoolingBody(bool max, int axes, GlobalPoolingSettings options) : SimpleLayerBody(options.name), max_(max), axes_(axes), keepdims_(options.keepdims) {}
  std::string kind() const override { return class_name(true, max_, axes_); }
  Config options() const override {
    Config c = Config::map();
    return c.set("data_format", "channels_last").set("keepdims", keepdims_);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = max_ ? input : to_dtype(input, compute_dtype(input.dtype()));
    if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes [batch, " + std::to_string(axes_) + " spatial axes, channels]; the input is " + to_string(x.shape()));
    Axes over;
    for (int axis = 1; axis <= axes_; ++axis) over.push_back(axis);
    return max_ ? max(x, over, keepdims_) : mean(x, over, keepdims_);
  }

 private:
  bool max_;
  int axes_;
  bool keepdims_;
};

void require_channels_last(const std::string& layer, const Config& c) {
  if (c.get("data_format", "channels_last") != "channels_last") {
    fail(ErrorKind::unsupported, layer + ": data_format '" + c.at("data_format").text() + "' is not supported; transpose to channels_last");
  }
}

Extents extents_from(const Config* c, const Extents& fallback) {
  if (!c || c->is_null()) return fallback;
  return c->is_list() ? Extents(c->to_integers()) : Extents(static_cast<int>(c->integer()));
}

}  // namespace

std::shared_ptr<LayerBody> make_pooling(bool max, int axes, const Extents& pool_size, PoolingOptions options) {
  return std::make_shared<PoolingBody>(max, axes, pool_size, std::move(options));
}

Layer pooling_from_config(bool max, int axes, const Config& c) {
  require_channels_last(class_name(false, max, axes), c);
  return Layer(make_pooling(max, axes, extents_from(c.find("pool_size"), 2),
                            {.strides = extents_from(c.find("strides"), {}), .padding = c.get("padding", "valid"), .name = config_name(c)}));
}

std::shared_ptr<LayerBody> make_global_pooling(bool max, int axes, GlobalPoolingSettings options) {
  return std::make_shared<GlobalPoolingBody>(max, axes, std::move(options));
}

Layer global_pooling_from_config(bool max, int axes, const Config& c) {
  require_channels_last(class_name(true, max, axes), c);
  return Layer(make_global_pooling(max, axes, {.keepdims = c.get("keepdims", false), .name = config_name(c)}));
}

}  // namespace candor::detail
