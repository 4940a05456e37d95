#include "candor/nn/losses/image.h"

#include <cmath>

#include "candor/base/error.h"
#include "candor/nn/losses/build.h"
#include "candor/ops/conv.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using detail::loss_number;

void require_pictures(const std::string& name, const Tensor& x) {
  if (x.rank() != 4 || !is_floating(x.dtype())) fail(ErrorKind::shape, name + ": needs pictures [batch, height, width, channels] of floating numbers, got " + to_string(x.type()));
}

Tensor gaussian(int size, double sigma, DType dtype) {
  std::vector<double> weights;
  double total = 0;
  for (int i = 0; i < size; ++i) {
    const double x = i - (size - 1) / 2.0;
    weights.push_back(std::exp(-x * x / (2 * sigma * sigma)));
    total += weights.back();
  }
  for (double& w : weights) w /= total;
  return Tensor::from(weights).to(dtype);
}

/// Means within the window at every place where it fits; x is [n, height, width, 1].
Tensor windowed(const Tensor& x, const Tensor& window) {
  const std::int64_t size = window.size();
  return conv(conv(x, reshape(window, Shape{size, 1, 1, 1})), reshape(window, Shape{1, size, 1, 1}));
}

}  // namespace

Tensor ssim(const Tensor& a, const Tensor& b, const SSIM& o) {
  require_pictures(o.name, b);
  const auto [t, p] = detail::fit_targets(o.name, a, b);
  if (p.shape(1) < o.filter_size || p.shape(2) < o.filter_size) {
    fail(ErrorKind::shape, o.name + ": pictures " + to_string(p.shape()) + " are smaller than the window of " + std::to_string(o.filter_size));
  }
  // Channels are pictures of their own.
  const auto planes = [](const Tensor& x) { return reshape(transpose(x, {0, 3, 1, 2}), Shape{x.shape(0) * x.shape(3), x.shape(1), x.shape(2), 1}); };
  const Tensor window = gaussian(o.filter_size, o.filter_sigma, p.dtype()), x = planes(t), y = planes(p);
  const auto squared = [](double v) { return v * v; };
  const Tensor c1 = loss_number(squared(o.k1 * o.max_value), p), c2 = loss_number(squared(o.k2 * o.max_value), p), two = loss_number(2, p);
  const Tensor mx = windowed(x, window), my = windowed(y, window), mxy = mx * my, m2 = square(mx) + square(my);
  const Tensor covariance = windowed(x * y, window) - mxy, variances = windowed(square(x) + square(y), window) - m2;
  const Tensor each = (mxy * two + c1) / (m2 + c1) * ((covariance * two + c2) / (variances + c2));
  return mean(reshape(mean(each, {1, 2, 3}), Shape{p.shape(0), p.shape(3)}), {1});
}

SSIM::operator Loss() const {
  detail::require_option(filter_size >= 1, "SSIM", "filter_size must be at least 1", filter_size);
  detail::require_option(filter_sigma > 0, "SSIM", "filter_sigma must be positive", filter_sigma);
  detail::require_option(max_value > 0, "SSIM", "max_value must be positive", max_value);
  const auto values = [o = *this](const Tensor& y_true, const Tensor& y_pred) { return SampleLosses{Tensor(1) - ssim(y_true, y_pred, o)}; };
  return detail::make_loss("SSIM", name, reduction,
                           {{"max_value", max_value}, {"filter_size", filter_size}, {"filter_sigma", filter_sigma}, {"k1", k1}, {"k2", k2}}, values);
}

Tensor total_variation(const Tensor& images) {
  require_pictures("total_variation", images);
  const auto along = [&](int axis) {
    const std::int64_t n = images.shape(axis);
    if (n < 2) return Tensor::zeros({images.shape(0)}, images.dtype());
    return sum(abs(narrow(images, axis, 1, n) - narrow(images, axis, 0, n - 1)), {1, 2, 3});
  };
  return along(1) + along(2);
}

TotalVariation::operator Loss() const {
  const auto values = [](const Tensor&, const Tensor& y_pred) { return SampleLosses{total_variation(y_pred)}; };
  return detail::make_loss("TotalVariation", name, reduction, Config::map(), values);
}

Tensor SSIM::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }
Tensor TotalVariation::operator()(const Tensor& y_true, const Tensor& y_pred, const Tensor& sample_weight) const { return Loss(*this)(y_true, y_pred, sample_weight); }

}  // namespace candor
