#include "candor/nn/layers/dropout.h"

#include <cmath>

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

/// A layer that acts in training only and draws numbers, from its own seed when it has one.
class DropoutBase : public detail::SimpleLayerBody {
 public:
  DropoutBase(std::string name, std::optional<std::uint64_t> seed) : SimpleLayerBody(std::move(name)), seed_(seed) {}

 protected:
  virtual bool acts() const = 0;
  /// x is floating.
  virtual Tensor disturbed(const Tensor& x) const = 0;
  virtual void check(const Tensor& x) const { (void)x; }

  Tensor apply_one(const Tensor& input, Mode mode) final {
    check(input);
    if (mode == inference || !acts()) return input;
    const ops::SeedScope scope(seed_);
    return disturbed(detail::to_dtype(input, detail::compute_dtype(input.dtype())));
  }

  std::optional<std::uint64_t> seed_;
};

class DropoutBody : public DropoutBase {
 public:
  DropoutBody(const char* layer, double rate, DropoutOptions options)
      : DropoutBase(std::move(options.name), options.seed), layer_(layer), rate_(rate), noise_(std::move(options.noise_shape)) {
    detail::require_rate(layer, "rate", rate_);
    for (std::int64_t extent : noise_) {
      if (extent != -1) detail::require_positive(layer, "noise_shape", extent);
    }
  }
  std::string kind() const override { return layer_; }
  Config options() const override {
    Config::List noise;
    for (std::int64_t extent : noise_) noise.push_back(extent == -1 ? Config() : Config(extent));
    return Config::map().set("rate", rate_).set("seed", detail::config_of(seed_)).set("noise_shape", noise_.empty() ? Config() : Config(noise));
  }

 protected:
  bool acts() const override { return rate_ != 0; }
  void check(const Tensor& x) const override { noise_shape(x.shape()); }
  Tensor disturbed(const Tensor& x) const override { return ops::dropout(x, rate_, noise_.empty() ? std::vector<std::int64_t>{} : noise_shape(x.shape())); }

  std::vector<std::int64_t> noise_shape(const Shape& x) const {
    if (noise_.empty()) return x.to_vector();
    std::vector<std::int64_t> full = noise_;
    if (static_cast<int>(full.size()) + 1 == x.rank()) full.insert(full.begin(), -1);
    bool fits = static_cast<int>(full.size()) == x.rank();
    for (int axis = 0; fits && axis < x.rank(); ++axis) {
      std::int64_t& extent = full[static_cast<std::size_t>(axis)];
      if (extent == -1) extent = x[axis];
      fits = extent == 1 || extent == x[axis];
    }
    if (!fits) complain(ErrorKind::shape, "noise_shape " + to_string(Config::integers(noise_)) + " does not fit the input " + to_string(x) + "; an extent is 1, -1 or the input's");
    return full;
  }

  const char* layer_;
  double rate_;

 private:
  std::vector<std::int64_t> noise_;
};

class AlphaDropoutBody final : public DropoutBody {
 public:
  using DropoutBody::DropoutBody;

 protected:
  Tensor disturbed(const Tensor& x) const override {
    const double low = -1.6732632423543772 * 1.0507009873554805;  // selu far below 0
    const double a = 1 / std::sqrt((1 - rate_) * (1 + rate_ * low * low)), b = -a * low * rate_;
    const auto number = [&](double value) { return Tensor::full({}, value, x.dtype()); };
    const Tensor kept = ops::bernoulli(Shape(noise_shape(x.shape())), 1 - rate_);
    return where(kept, x, number(low)) * number(a) + number(b);
  }
};

class SpatialDropoutBody final : public DropoutBase {
 public:
  SpatialDropoutBody(int axes, double rate, SpatialDropoutOptions options) : DropoutBase(std::move(options.name), options.seed), axes_(axes), rate_(rate), data_format_(options.data_format) {
    detail::require_rate(kind().c_str(), "rate", rate_);
    detail::require_data_format(kind().c_str(), data_format_);
    if (axes_ == 1 && detail::channels_first(data_format_)) fail(ErrorKind::invalid_argument, "SpatialDropout1D: takes channels_last alone, as in Keras");
  }
  std::string kind() const override { return "SpatialDropout" + std::to_string(axes_) + "D"; }
  Config options() const override {
    Config c = Config::map().set("rate", rate_).set("seed", detail::config_of(seed_));
    return axes_ == 1 ? c : c.set("data_format", data_format_);
  }

 protected:
  bool acts() const override { return rate_ != 0; }
  void check(const Tensor& x) const override {
    if (x.rank() != axes_ + 2) complain(ErrorKind::shape, "takes " + detail::layout_text(axes_, data_format_) + "; the input is " + to_string(x.shape()));
  }
  Tensor disturbed(const Tensor& x) const override {
    std::vector<std::int64_t> noise(static_cast<std::size_t>(x.rank()), 1);
    noise.front() = x.shape(0);
    if (detail::channels_first(data_format_)) noise[1] = x.shape(1);
    else noise.back() = x.shape(-1);
    return ops::dropout(x, rate_, noise);
  }

 private:
  int axes_;
  double rate_;
  std::string data_format_;
};

class GaussianBody final : public DropoutBase {
 public:
  GaussianBody(bool multiplies, double value, NoiseOptions options) : DropoutBase(std::move(options.name), options.seed), multiplies_(multiplies), value_(value) {
    if (multiplies_) detail::require_rate("GaussianDropout", "rate", value_);
    else if (!(value_ >= 0 && std::isfinite(value_))) fail(ErrorKind::invalid_argument, "GaussianNoise: stddev must not be negative, not " + to_string(Config(value_)));
  }
  std::string kind() const override { return multiplies_ ? "GaussianDropout" : "GaussianNoise"; }
  Config options() const override { return Config::map().set(multiplies_ ? "rate" : "stddev", value_).set("seed", detail::config_of(seed_)); }

 protected:
  bool acts() const override { return value_ != 0; }
  Tensor disturbed(const Tensor& x) const override {
    if (multiplies_) return x * ops::normal(x.shape(), 1, std::sqrt(value_ / (1 - value_)), x.dtype());
    return x + ops::normal(x.shape(), 0, value_, x.dtype());
  }

 private:
  bool multiplies_;
  double value_;
};

class ActivityRegularizationBody final : public detail::SimpleLayerBody {
 public:
  ActivityRegularizationBody(double l1, double l2, ActivityRegularizationOptions options) : SimpleLayerBody(std::move(options.name)), l1_(l1), l2_(l2) {
    set_activity_regularizer(L1L2{l1, l2});
  }
  std::string kind() const override { return "ActivityRegularization"; }
  Config options() const override { return Config::map().set("l1", l1_).set("l2", l2_); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return x; }

 private:
  double l1_, l2_;
};

DropoutOptions dropout_options(const Config& c) {
  DropoutOptions o{.seed = detail::seed_from(c), .name = detail::config_name(c)};
  if (const Config* noise = c.find("noise_shape"); noise && !noise->is_null()) {
    for (const Config& extent : noise->items()) o.noise_shape.push_back(extent.is_null() ? -1 : extent.integer());
  }
  return o;
}

SpatialDropoutOptions spatial_options(const Config& c) { return {.data_format = detail::data_format_from(c), .seed = detail::seed_from(c), .name = detail::config_name(c)}; }

}  // namespace

Dropout::Dropout(double rate, DropoutOptions options) : Layer(std::make_shared<DropoutBody>("Dropout", rate, std::move(options))) {}
Layer Dropout::from_config(const Config& c) { return Dropout(c.at("rate").number(), dropout_options(c)); }

AlphaDropout::AlphaDropout(double rate, DropoutOptions options) : Layer(std::make_shared<AlphaDropoutBody>("AlphaDropout", rate, std::move(options))) {}
Layer AlphaDropout::from_config(const Config& c) { return AlphaDropout(c.at("rate").number(), dropout_options(c)); }

SpatialDropout1D::SpatialDropout1D(double rate, SpatialDropoutOptions options) : Layer(std::make_shared<SpatialDropoutBody>(1, rate, std::move(options))) {}
SpatialDropout2D::SpatialDropout2D(double rate, SpatialDropoutOptions options) : Layer(std::make_shared<SpatialDropoutBody>(2, rate, std::move(options))) {}
SpatialDropout3D::SpatialDropout3D(double rate, SpatialDropoutOptions options) : Layer(std::make_shared<SpatialDropoutBody>(3, rate, std::move(options))) {}
Layer SpatialDropout1D::from_config(const Config& c) { return SpatialDropout1D(c.at("rate").number(), spatial_options(c)); }
Layer SpatialDropout2D::from_config(const Config& c) { return SpatialDropout2D(c.at("rate").number(), spatial_options(c)); }
Layer SpatialDropout3D::from_config(const Config& c) { return SpatialDropout3D(c.at("rate").number(), spatial_options(c)); }

GaussianDropout::GaussianDropout(double rate, NoiseOptions options) : Layer(std::make_shared<GaussianBody>(true, rate, std::move(options))) {}
Layer GaussianDropout::from_config(const Config& c) { return GaussianDropout(c.at("rate").number(), {.seed = detail::seed_from(c), .name = detail::config_name(c)}); }
GaussianNoise::GaussianNoise(double stddev, NoiseOptions options) : Layer(std::make_shared<GaussianBody>(false, stddev, std::move(options))) {}
Layer GaussianNoise::from_config(const Config& c) { return GaussianNoise(c.at("stddev").number(), {.seed = detail::seed_from(c), .name = detail::config_name(c)}); }

ActivityRegularization::ActivityRegularization(double l1, double l2, ActivityRegularizationOptions options)
    : Layer(std::make_shared<ActivityRegularizationBody>(l1, l2, std::move(options))) {}
Layer ActivityRegularization::from_config(const Config& c) { return ActivityRegularization(c.get("l1", 0.0), c.get("l2", 0.0), {.name = detail::config_name(c)}); }

}  // namespace candor
