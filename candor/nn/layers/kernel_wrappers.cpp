#include "candor/nn/layers/kernel_wrappers.h"

#include "candor/graph/autodiff.h"
#include "candor/nn/layers/kernel_holder.h"
#include "candor/nn/layers/wrapper_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

detail::KernelHolder& holder_of(const Layer& layer, const char* wrapper) {
  auto* holder = layer.defined() ? dynamic_cast<detail::KernelHolder*>(&layer.body()) : nullptr;
  if (!holder) fail(ErrorKind::invalid_argument, std::string(wrapper) + ": the layer inside, " + (layer.defined() ? layer.kind() : "an empty handle") + ", has no kernel");
  return *holder;
}

class SpectralNormalizationBody final : public detail::WrapperBody {
 public:
  SpectralNormalizationBody(Layer layer, SpectralNormalizationOptions options)
      : WrapperBody(std::move(options.name), layer, "SpectralNormalization"), holder_(holder_of(layer, "SpectralNormalization")), iterations_(options.power_iterations) {
    detail::require_positive("SpectralNormalization", "power_iterations", iterations_);
  }
  std::string kind() const override { return "SpectralNormalization"; }
  Config options() const override { return WrapperBody::options().set("power_iterations", iterations_); }
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }

  void build(std::span<const TensorType> inputs) override {
    WrapperBody::build(inputs);
    const Variable& kernel = holder_.kernel;
    u_ = add_weight("vector_u", {1, kernel.shape()[-1]}, TruncatedNormal{.stddev = 0.02}, kernel.type().dtype, false);
  }

  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override {
    if (mode == training) normalise();
    std::vector<Tensor> out = WrapperBody::apply(xs, mode);
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (is_floating(xs[0].dtype())) out[i] = detail::to_dtype(out[i], xs[0].dtype());
    }
    return out;
  }

 private:
  void normalise() {
    const Tensor kernel = holder_.kernel.value(), still = stop_gradient(kernel);
    const Shape flat{kernel.size() / kernel.shape(-1), kernel.shape(-1)};
    const Tensor w = reshape(still, flat);
    Tensor u = u_.value(), v;
    for (std::int64_t i = 0; i < iterations_; ++i) {
      v = unit(matmul(u, w, false, true));
      u = unit(matmul(v, w));
    }
    const Tensor sigma = sum(matmul(v, w) * u), nothing = logical_not(any(not_equal(w, Tensor::zeros({}, w.dtype()))));
    const Tensor one = Tensor::full({}, 1, w.dtype()), change = still / where(nothing, one, sigma) - still;
    // The layer trains the kernel that it computes with: to the gradient the division is a shift.
    holder_.kernel.assign(kernel + stop_gradient(change));
    u_.assign(where(nothing, u_.value(), u));
  }

  /// Keras bounds the norm from below by 1e-7.
  static Tensor unit(const Tensor& x) { return x * rsqrt(maximum(sum(square(x)), Tensor::full({}, 1e-14, x.dtype()))); }

  detail::KernelHolder& holder_;
  std::int64_t iterations_;
  Variable u_;
};

class WeightStandardizationBody final : public detail::WrapperBody {
 public:
  WeightStandardizationBody(Layer layer, WeightStandardizationOptions options) : WrapperBody(std::move(options.name), layer, "WeightStandardization"), epsilon_(options.epsilon) {
    if (!(epsilon_ > 0)) fail(ErrorKind::invalid_argument, "WeightStandardization: epsilon must be positive, not " + to_string(Config(epsilon_)));
    holder_of(layer, "WeightStandardization").kernel_rule = [epsilon = epsilon_](const Tensor& w) {
      Axes over;
      for (int axis = 0; axis + 1 < w.rank(); ++axis) over.push_back(axis);
      const Tensor centred = w - mean(w, over, true);
      return centred * rsqrt(mean(square(centred), over, true) + Tensor::full({}, epsilon, w.dtype()));
    };
  }
  std::string kind() const override { return "WeightStandardization"; }
  Config options() const override { return WrapperBody::options().set("epsilon", epsilon_); }

 private:
  double epsilon_;
};

}  // namespace

SpectralNormalization::SpectralNormalization(Layer layer, SpectralNormalizationOptions options)
    : Layer(std::make_shared<SpectralNormalizationBody>(std::move(layer), std::move(options))) {}
Layer SpectralNormalization::from_config(const Config& c) {
  return SpectralNormalization(detail::inner_layer(c), {.power_iterations = static_cast<int>(c.get("power_iterations", 1)), .name = detail::config_name(c)});
}

WeightStandardization::WeightStandardization(Layer layer, WeightStandardizationOptions options)
    : Layer(std::make_shared<WeightStandardizationBody>(std::move(layer), std::move(options))) {}
Layer WeightStandardization::from_config(const Config& c) {
  return WeightStandardization(detail::inner_layer(c), {.epsilon = c.get("epsilon", 1e-5), .name = detail::config_name(c)});
}

}  // namespace candor
