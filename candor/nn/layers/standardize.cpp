#include "candor/nn/layers/standardize.h"

#include <algorithm>

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

class StandardizeBody final : public detail::SimpleLayerBody {
 public:
  explicit StandardizeBody(StandardizeOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) {}
  std::string kind() const override { return "Standardize"; }
  Config options() const override { return Config::map().set("axis", -1); }

  void build(std::span<const TensorType> in) override {
    if (in[0].shape.rank() < 2) complain(ErrorKind::shape, "needs a batch of rows, [rows, features], and was given " + to_string(in[0].shape));
    const Shape shape{in[0].shape[-1]};
    const DType dtype = detail::compute_dtype(in[0].dtype);
    mean_ = add_weight("mean", shape, Zeros{}, dtype, false);
    variance_ = add_weight("variance", shape, Ones{}, dtype, false);
    if (options_.mean.defined()) set(mean_, options_.mean);
    if (options_.variance.defined()) set(variance_, options_.variance);
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::to_dtype(input, mean_.type().dtype);
    if (x.rank() < 2 || x.shape(-1) != mean_.shape()[0]) {
      complain(ErrorKind::shape, "features differ: " + to_string(x.shape()) + " with mean " + to_string(mean_.shape()) + "; " +
                                     detail::built_for(*this, std::to_string(mean_.shape()[0]) + " features", x));
    }
    const Tensor variance = variance_.value(), zero = Tensor::zeros({}, mean_.type().dtype), one = Tensor::full({}, 1, mean_.type().dtype);
    return (x - mean_.value()) / where(greater(variance, zero), sqrt(variance), one);
  }

 private:
  void set(const Variable& weight, const Tensor& value) {
    if (value.shape() != weight.shape()) {
      complain(ErrorKind::shape, "was fitted to " + to_string(value.shape()) + " features and is built for " + to_string(weight.shape()));
    }
    // The weights may be made while a trace is open: the storage itself is filled, nothing is recorded.
    weight.tensor().copy_from(value.to(weight.type().dtype).contiguous());
  }
  StandardizeOptions options_;
  Variable mean_, variance_;
};

}  // namespace

Standardize::Standardize(StandardizeOptions options) : Layer(std::make_shared<StandardizeBody>(std::move(options))) {}

Standardize Standardize::fitted(const Tensor& rows, std::string name) {
  if (rows.rank() < 2 || rows.size() == 0) {
    fail(ErrorKind::invalid_argument, "Standardize::fitted: needs rows of features, [rows, features], and was given " + to_string(rows.shape()));
  }
  const std::int64_t width = rows.shape(-1), count = rows.size() / width, all = rows.shape(0);
  Tensor mean = Tensor::zeros({width}, DType::f64), variance = Tensor::zeros({width}, DType::f64);
  double *m = mean.mutable_data<double>(), *v = variance.mutable_data<double>();
  // A few rows at a time: as numbers of eight bytes, pictures of one byte a pixel may not fit into memory.
  const std::int64_t at_once = std::max<std::int64_t>(1, (std::int64_t{1} << 18) / (rows.size() / all));
  const auto pass = [&](auto add) {
    for (std::int64_t from = 0; from < all; from += at_once) {
      const Tensor values = rows.view_slice(0, from, std::min(all, from + at_once)).to(DType::f64).contiguous();
      const double* x = values.data<double>();
      for (std::int64_t i = 0; i < values.size() / width; ++i)
        for (std::int64_t j = 0; j < width; ++j) add(j, x[i * width + j]);
    }
  };
  pass([&](std::int64_t j, double x) { m[j] += x; });
  for (std::int64_t j = 0; j < width; ++j) m[j] /= static_cast<double>(count);
  pass([&](std::int64_t j, double x) { v[j] += (x - m[j]) * (x - m[j]); });
  for (std::int64_t j = 0; j < width; ++j) v[j] /= static_cast<double>(count);
  return Standardize({.mean = mean, .variance = variance, .name = std::move(name)});
}

Layer Standardize::from_config(const Config& c) { return Standardize({.name = detail::config_name(c)}); }

}  // namespace candor
