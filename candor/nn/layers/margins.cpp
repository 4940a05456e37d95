#include "candor/nn/layers/margins.h"

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/manipulate.h"

namespace candor::detail {
namespace {

std::string class_name(bool cuts, int axes) { return std::string(cuts ? "Cropping" : "ZeroPadding") + std::to_string(axes) + "D"; }
const char* option_name(bool cuts) { return cuts ? "cropping" : "padding"; }

class MarginBody final : public SpatialBody {
 public:
  MarginBody(bool cuts, int axes, const Margins& margins, MarginOptions options)
      : SpatialBody(options.name, axes, options.data_format, class_name(cuts, axes)), cuts_(cuts), margins_(margins.expand(axes, class_name(cuts, axes) + ": " + option_name(cuts))) {
    // Keras's Cropping1D has no data_format; its ZeroPadding1D has.
    if (cuts_ && axes_ == 1 && channels_first(data_format_)) fail(ErrorKind::invalid_argument, "Cropping1D: takes channels_last alone, as in Keras");
  }
  std::string kind() const override { return class_name(cuts_, axes_); }
  Config options() const override {
    Config c = Config::map();
    c.set(option_name(cuts_), axes_ == 1 ? Config::integers({margins_[0].first, margins_[0].second}) : margins_config(margins_));
    return cuts_ && axes_ == 1 ? c : c.set("data_format", data_format_);
  }

 protected:
  Tensor apply_last(const Tensor& x, Mode) override {
    if (!cuts_) {
      Padding width{{0, 0}};
      width.insert(width.end(), margins_.begin(), margins_.end());
      width.emplace_back(0, 0);
      return pad(x, width);
    }
    Tensor y = x;
    for (int axis = 1; axis <= axes_; ++axis) {
      const auto [before, after] = margins_[static_cast<std::size_t>(axis - 1)];
      const std::int64_t extent = x.shape(axis);
      if (before + after >= extent) {
        complain(ErrorKind::shape, "cuts " + std::to_string(before) + " and " + std::to_string(after) + " off an axis of " + std::to_string(extent) + " places of the input " +
                                       to_string(channels_first(data_format_) ? channels_to_first(x).shape() : x.shape()) + "; nothing would be left");
      }
      if (before > 0 || after > 0) y = narrow(y, axis, before, extent - after);
    }
    return y;
  }

 private:
  bool cuts_;
  Padding margins_;
};

Layer make(bool cuts, int axes, const Margins& margins, MarginOptions options) { return Layer(std::make_shared<MarginBody>(cuts, axes, margins, std::move(options))); }

Layer from_config(bool cuts, int axes, const Config& c) {
  const Config* given = c.find(option_name(cuts));
  const Margins fallback = cuts && axes == 2 ? 0 : 1;
  return make(cuts, axes, given && !given->is_null() ? Margins::from_config(*given) : fallback, {.data_format = data_format_from(c), .name = config_name(c)});
}

}  // namespace

}  // namespace candor::detail

namespace candor {

Cropping1D::Cropping1D(const Margins& cropping, MarginOptions options) : Layer(detail::make(true, 1, cropping, std::move(options))) {}
Layer Cropping1D::from_config(const Config& options) { return detail::from_config(true, 1, options); }
Cropping2D::Cropping2D(const Margins& cropping, MarginOptions options) : Layer(detail::make(true, 2, cropping, std::move(options))) {}
Layer Cropping2D::from_config(const Config& options) { return detail::from_config(true, 2, options); }
Cropping3D::Cropping3D(const Margins& cropping, MarginOptions options) : Layer(detail::make(true, 3, cropping, std::move(options))) {}
Layer Cropping3D::from_config(const Config& options) { return detail::from_config(true, 3, options); }
ZeroPadding1D::ZeroPadding1D(const Margins& padding, MarginOptions options) : Layer(detail::make(false, 1, padding, std::move(options))) {}
Layer ZeroPadding1D::from_config(const Config& options) { return detail::from_config(false, 1, options); }
ZeroPadding2D::ZeroPadding2D(const Margins& padding, MarginOptions options) : Layer(detail::make(false, 2, padding, std::move(options))) {}
Layer ZeroPadding2D::from_config(const Config& options) { return detail::from_config(false, 2, options); }
ZeroPadding3D::ZeroPadding3D(const Margins& padding, MarginOptions options) : Layer(detail::make(false, 3, padding, std::move(options))) {}
Layer ZeroPadding3D::from_config(const Config& options) { return detail::from_config(false, 3, options); }

}  // namespace candor
