#include "candor/nn/layers/upsampling.h"

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/resize.h"
#include "candor/ops/resize_image.h"

namespace candor {
namespace {

std::string class_name(int axes) { return "UpSampling" + std::to_string(axes) + "D"; }

class UpSamplingBody final : public detail::SpatialBody {
 public:
  UpSamplingBody(int axes, const Extents& size, std::string name, std::string data_format, std::string interpolation)
      : SpatialBody(std::move(name), axes, std::move(data_format), class_name(axes)), size_(size.expand(axes, class_name(axes) + ": size")), interpolation_(std::move(interpolation)) {
    detail::require_positive(kind().c_str(), "size", size_);
    detail::require_one_of(kind().c_str(), "interpolation", interpolation_, {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"});
  }
  std::string kind() const override { return class_name(axes_); }
  Config options() const override {
    if (axes_ == 1) return Config::map().set("size", size_[0]);
    Config c = Config::map().set("size", Config::integers(size_)).set("data_format", data_format_);
    return axes_ == 2 ? c.set("interpolation", interpolation_) : c;
  }

 protected:
  Tensor apply_last(const Tensor& x, Mode) override {
    if (interpolation_ == "nearest") return upsample(x, size_);
    Ints out = detail::spatial_extents(x.shape());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= size_[i];
    if (interpolation_.starts_with("lanczos")) return resize_image(detail::to_dtype(x, detail::compute_dtype(x.dtype())), out[0], out[1], interpolation_, false);
    // At the edges TensorFlow leaves out the places beyond and scales the others up; that is what antialias does where an axis grows.
    const bool cubic = interpolation_ == "bicubic";
    return resize(detail::to_dtype(x, detail::compute_dtype(x.dtype())), out, {.interpolation = interpolation_, .antialias = cubic, .cubic_coefficient = -0.5});
  }

 private:
  Ints size_;
  std::string interpolation_;
};

}  // namespace

UpSampling1D::UpSampling1D(int size, UpSampling1DOptions o) : Layer(std::make_shared<UpSamplingBody>(1, size, std::move(o.name), "channels_last", "nearest")) {}
Layer UpSampling1D::from_config(const Config& c) { return UpSampling1D(static_cast<int>(c.get("size", 2)), {.name = detail::config_name(c)}); }

UpSampling2D::UpSampling2D(const Extents& size, UpSampling2DOptions o)
    : Layer(std::make_shared<UpSamplingBody>(2, size, std::move(o.name), std::move(o.data_format), std::move(o.interpolation))) {}
Layer UpSampling2D::from_config(const Config& c) {
  return UpSampling2D(detail::extents_from(c, "size", 2), {.data_format = detail::data_format_from(c), .interpolation = c.get("interpolation", "nearest"), .name = detail::config_name(c)});
}

UpSampling3D::UpSampling3D(const Extents& size, UpSampling3DOptions o)
    : Layer(std::make_shared<UpSamplingBody>(3, size, std::move(o.name), std::move(o.data_format), "nearest")) {}
Layer UpSampling3D::from_config(const Config& c) {
  return UpSampling3D(detail::extents_from(c, "size", 2), {.data_format = detail::data_format_from(c), .name = detail::config_name(c)});
}

}  // namespace candor
