#include "candor/nn/layers/rotary_embedding.h"

#include <cmath>

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class RotaryBody final : public detail::SimpleLayerBody {
 public:
  explicit RotaryBody(RotaryEmbeddingOptions options) : SimpleLayerBody(options.name), options_(std::move(options)) { detail::check_rotary("RotaryEmbedding", options_); }
  std::string kind() const override { return "RotaryEmbedding"; }
  Config options() const override { return detail::rotary_config(options_); }
  std::vector<std::string> call_arguments() const override { return {"start_index", "positions"}; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    const Config* start = option("start_index");
    const Tensor positions = argument("positions");
    if (start && positions.defined()) complain(ErrorKind::invalid_argument, "start_index and positions are both given; give one of them");
    return rotary_embedding(x, options_, start && !start->is_null() ? start->integer() : 0, positions);
  }

 private:
  RotaryEmbeddingOptions options_;
};

/// Angles' cosines and sines, to be multiplied with x's pairs: [1 or batch, T, 1..., features / 2].
std::pair<Tensor, Tensor> turns(const Tensor& x, const RotaryEmbeddingOptions& options, std::int64_t start, const Tensor& positions) {
  const std::int64_t features = x.shape(-1), steps = x.shape(1);
  std::vector<double> speeds;
  for (std::int64_t i = 0; i < features / 2; ++i)
    speeds.push_back(std::pow(options.max_wavelength, -2.0 * static_cast<double>(i) / static_cast<double>(features)) / options.scaling_factor);
  std::vector<std::int64_t> place(static_cast<std::size_t>(x.rank()), 1);
  place[1] = steps;
  place.back() = features / 2;
  if (positions.defined()) {
    const bool each = positions.rank() == 2;
    if (positions.rank() < 1 || positions.rank() > 2 || positions.shape(-1) != steps || (each && positions.shape(0) != x.shape(0)))
      fail(ErrorKind::shape, "rotary_embedding: positions must be [steps] or [batch, steps] of x " + to_string(x.shape()) + ", got " + to_string(positions.shape()));
    if (each) place[0] = x.shape(0);
    // Angles of large positions need more than 16 bits.
    const DType wide = x.dtype() == DType::f64 ? DType::f64 : DType::f32;
    const Tensor angles = expand_dims(cast(positions, wide), -1) * Tensor::from(speeds, Shape{features / 2}).to(wide);
    return {reshape(cast(cos(angles), x.dtype()), place), reshape(cast(sin(angles), x.dtype()), place)};
  }
  std::vector<double> c, s;
  for (std::int64_t t = 0; t < steps; ++t)
    for (double speed : speeds) {
      const double angle = static_cast<double>(t + start) * speed;
      c.push_back(std::cos(angle));
      s.push_back(std::sin(angle));
    }
  return {Tensor::from(c, Shape(place)).to(x.dtype()), Tensor::from(s, Shape(place)).to(x.dtype())};
}

}  // namespace

Tensor rotary_embedding(const Tensor& x, const RotaryEmbeddingOptions& options, std::int64_t start_index, const Tensor& positions) {
  detail::check_rotary("rotary_embedding", options);
  const std::int64_t features = x.rank() >= 3 ? x.shape(-1) : 0, half = features / 2;
  if (features % 2 != 0 || half == 0 || !is_floating(x.dtype()))
    fail(ErrorKind::shape, "rotary_embedding: takes floating [batch, steps, ..., features] with an even number of features, got " + to_string(x.type()));
  const auto [cosines, sines] = turns(x, options, start_index, positions);
  if (!options.interleaved) {
    const Tensor a = narrow(x, -1, 0, half), b = narrow(x, -1, half, features);
    return concatenate({a * cosines - b * sines, b * cosines + a * sines}, -1);
  }
  std::vector<std::int64_t> paired = x.shape().to_vector();
  paired.back() = half;
  paired.push_back(2);
  const Tensor pairs = reshape(x, paired), a = squeeze(narrow(pairs, -1, 0, 1), -1), b = squeeze(narrow(pairs, -1, 1, 2), -1);
  return reshape(stack({a * cosines - b * sines, b * cosines + a * sines}, -1), x.shape());
}

namespace detail {

void check_rotary(const char* layer, const RotaryEmbeddingOptions& options) {
  for (const auto& [name, value] : {std::pair{"max_wavelength", options.max_wavelength}, std::pair{"scaling_factor", options.scaling_factor}})
    if (!(value > 0) || !std::isfinite(value)) fail(ErrorKind::invalid_argument, std::string(layer) + ": " + name + " must be positive and finite, not " + to_string(Config(value)));
}

Config rotary_config(const RotaryEmbeddingOptions& options) {
  return Config::map().set("max_wavelength", options.max_wavelength).set("scaling_factor", options.scaling_factor).set("interleaved", options.interleaved);
}

RotaryEmbeddingOptions rotary_from(const Config& c) {
  return {.max_wavelength = c.get("max_wavelength", 10000.0), .scaling_factor = c.get("scaling_factor", 1.0), .interleaved = c.get("interleaved", false), .name = config_name(c)};
}

}  // namespace detail

RotaryEmbedding::RotaryEmbedding(RotaryEmbeddingOptions options) : Layer(std::make_shared<RotaryBody>(std::move(options))) {}
Layer RotaryEmbedding::from_config(const Config& c) { return RotaryEmbedding(detail::rotary_from(c)); }

}  // namespace candor
