#include "candor/nn/layers/rescale.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

class RescaleBody final : public detail::SimpleLayerBody {
 public:
  RescaleBody(double scale, double offset, RescaleOptions options)
      : SimpleLayerBody(options.name), scale_(scale), offset_(offset), dtype_(options.dtype) {
    if (!is_floating(dtype_)) fail(ErrorKind::dtype, "Rescale: dtype must be floating, not " + std::string(to_string(dtype_)));
  }
  std::string kind() const override { return "Rescaling"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("scale", scale_).set("offset", offset_).set("dtype", to_string(dtype_));
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = is_floating(input.dtype()) ? input : cast(input, dtype_);
    // A float such as 1 / 255.f must not cost a float64 network its precision, so the numbers enter as tensors of x's dtype.
    const Tensor y = scale_ == 1 ? x : x * Tensor::full({}, scale_, x.dtype());
    return offset_ == 0 ? y : y + Tensor::full({}, offset_, x.dtype());
  }

 private:
  double scale_, offset_;
  DType dtype_;
};

}  // namespace

Rescale::Rescale(double scale, double offset, RescaleOptions options) : Layer(std::make_shared<RescaleBody>(scale, offset, std::move(options))) {}

Layer Rescale::from_config(const Config& c) {
  return Rescale(c.at("scale").number(), c.get("offset", 0.0),
                 {.dtype = detail::config_dtype(c), .name = detail::config_name(c)});
}

}  // namespace candor
