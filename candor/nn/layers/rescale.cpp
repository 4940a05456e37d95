#include "candor/nn/layers/rescale.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

class RescaleBody final : public detail::SimpleLayerBody {
 public:
  RescaleBody(std::vector<double> scale, std::vector<double> offset, RescaleOptions options)
      : SimpleLayerBody(options.name), scale_(std::move(scale)), offset_(std::move(offset)), dtype_(options.dtype) {
    if (!is_floating(dtype_)) fail(ErrorKind::dtype, "Rescale: dtype must be floating, not " + std::string(to_string(dtype_)));
    if (scale_.empty() || offset_.empty()) fail(ErrorKind::invalid_argument, "Rescale: scale and offset need at least one number each");
    if (scale_.size() > 1 && offset_.size() > 1 && scale_.size() != offset_.size())
      fail(ErrorKind::invalid_argument, "Rescale: " + std::to_string(scale_.size()) + " scales and " + std::to_string(offset_.size()) + " offsets; give as many, or one");
  }
  std::string kind() const override { return "Rescaling"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("scale", described(scale_)).set("offset", described(offset_)).set("dtype", detail::keras_dtype(dtype_));
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = is_floating(input.dtype()) ? input : cast(input, dtype_);
    for (const std::vector<double>* numbers : {&scale_, &offset_}) {
      if (numbers->size() > 1 && static_cast<std::int64_t>(numbers->size()) != x.shape(-1))
        complain(ErrorKind::shape, "has " + std::to_string(numbers->size()) + " numbers for a last axis of " + std::to_string(x.shape(-1)) + ", " + to_string(x.shape()));
    }
    // A float such as 1 / 255.f must not cost a float64 network its precision, so the numbers enter as tensors of x's dtype.
    const Tensor y = scale_ == std::vector<double>{1} ? x : x * numbers(scale_, x.dtype());
    return offset_ == std::vector<double>{0} ? y : y + numbers(offset_, x.dtype());
  }

 private:
  static Config described(const std::vector<double>& values) { return values.size() == 1 ? Config(values[0]) : Config::numbers(values); }
  static Tensor numbers(const std::vector<double>& values, DType dtype) {
    return values.size() == 1 ? Tensor::full({}, values[0], dtype) : Tensor::from(values).to(dtype);
  }
  std::vector<double> scale_, offset_;
  DType dtype_;
};

}  // namespace

Rescale::Rescale(double scale, double offset, RescaleOptions options) : Rescale(std::vector<double>{scale}, {offset}, std::move(options)) {}
Rescale::Rescale(std::vector<double> scale, std::vector<double> offset, RescaleOptions options)
    : Layer(std::make_shared<RescaleBody>(std::move(scale), std::move(offset), std::move(options))) {}

Layer Rescale::from_config(const Config& c) {
  const auto numbers = [](const Config& value) { return value.is_list() ? value.to_numbers() : std::vector<double>{value.number()}; };
  const Config* offset = c.find("offset");
  return Rescale(numbers(c.at("scale")), offset && !offset->is_null() ? numbers(*offset) : std::vector<double>{0},
                 {.dtype = detail::config_dtype(c), .name = detail::config_name(c)});
}

}  // namespace candor
