#include "candor/nn/layers/preprocessing/auto_augment.h"

#include <algorithm>
#include <cmath>

#include "candor/graph/control.h"
#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/histogram.h"
#include "candor/nn/layers/preprocessing/image_body.h"
#include "candor/nn/layers/preprocessing/random_color.h"
#include "candor/nn/layers/preprocessing/random_geometry.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

/// The layers to choose from, by the names that Keras gives them.
class Choices {
 public:
  Choices(const std::vector<std::string>& names, const Factor& factor, const ValueRange& range, const std::string& interpolation, std::optional<std::uint64_t> seed) {
    const WarpedOptions warped{.interpolation = interpolation, .seed = seed};
    const ColorOptions color{.value_range = range, .seed = seed};
    for (const std::string& name : names) {
      Layer layer;
      if (name == "random_shear") layer = RandomShear(factor, factor, {.interpolation = interpolation, .seed = seed});
      if (name == "random_translation") layer = RandomTranslation(factor, factor, warped);
      if (name == "random_rotation") layer = RandomRotation(factor, warped);
      if (name == "random_brightness") layer = RandomBrightness(factor, color);
      if (name == "random_color_degeneration") layer = RandomColorDegeneration(factor, color);
      if (name == "random_contrast") layer = RandomContrast(factor, color);
      if (name == "random_sharpness") layer = RandomSharpness(factor, color);
      if (name == "random_posterization") layer = RandomPosterization(std::max(1.0, std::floor(8 * factor.high)), color);
      if (name == "solarization") layer = Solarization(factor, factor, color);
      if (name == "auto_contrast") layer = AutoContrast({.value_range = range});
      if (name == "equalization") layer = Equalization({.value_range = range});
      layers_.emplace_back(name, layer);
    }
  }
  std::size_t size() const { return layers_.size(); }
  Transformation draw(const Shape& x) const {
    Transformation t;
    for (const auto& [name, layer] : layers_) t.add(name, body(layer).draw(x));
    return t;
  }
  /// The layer of that index applied; an index beyond the last leaves x as it is.
  Tensor apply(const Tensor& x, const Tensor& index, const Transformation& t, std::size_t from = 0) const {
    if (from == layers_.size()) return x;
    const std::string& name = layers_[from].first;
    const Layer& layer = layers_[from].second;
    const Tensor here = equal(index, Tensor::full({}, static_cast<double>(from), index.dtype()));
    return cond(
               here, [&] { return Tensors{body(layer).transform(x, t.inner(name))}; }, [&] { return Tensors{apply(x, index, t, from + 1)}; })
        .front();
  }
  Tensor apply(const Tensor& x, const std::string& name, const Transformation& t) const {
    for (const auto& [key, layer] : layers_)
      if (key == name) return body(layer).transform(x, t);
    fail(ErrorKind::invalid_argument, "the transformation names the layer \"" + name + "\", which is none of those to choose from");
  }

 private:
  static const detail::ImageBody& body(const Layer& layer) { return static_cast<const detail::ImageBody&>(layer.body()); }
  std::vector<std::pair<std::string, Layer>> layers_;
};

const std::vector<std::string> of_rand_augment = {"random_shear",    "random_translation", "random_rotation",      "random_brightness", "random_color_degeneration", "random_contrast",
                                                  "random_sharpness", "random_posterization", "solarization", "auto_contrast",     "equalization"};
const std::vector<std::string> of_aug_mix = {"random_shear",  "random_translation", "random_rotation",           "random_posterization", "solarization",    "auto_contrast",
                                             "equalization", "random_brightness",  "random_color_degeneration", "random_contrast",      "random_sharpness"};

class RandAugmentBody final : public detail::ImageBody {
 public:
  explicit RandAugmentBody(RandAugmentOptions o)
      : ImageBody(o.name, o.data_format, o.seed), options_(checked(std::move(o))),
        choices_(of_rand_augment, options_.factor, options_.value_range, options_.interpolation, options_.seed) {}
  std::string kind() const override { return "RandAugment"; }
  Config options() const override {
    Config c = Config::map();
    c.set("value_range", detail::range_config(options_.value_range)).set("num_ops", options_.num_ops).set("factor", detail::factor_config(options_.factor));
    return describe(c.set("interpolation", options_.interpolation).set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const auto count = static_cast<double>(choices_.size());
    const Tensor last = Tensor::full({}, count - 1);
    Transformation t{{{"layer_idxes", cast(minimum(floor(uniform({options_.num_ops}, 0, count)), last), DType::i32)}}, {}};
    t.add("transforms", choices_.draw(x));
    return t;
  }
  Tensor transform(const Tensor& images, const Transformation& t) const override {
    const Transformation drawn = t.inner("transforms");
    const Tensor& chosen = t.at("layer_idxes");
    Tensor x = images;
    for (std::int64_t i = 0; i < options_.num_ops; ++i) x = choices_.apply(x, reshape(narrow(chosen, 0, i, i + 1), Shape{}), drawn);
    return x;
  }

 private:
  static RandAugmentOptions checked(RandAugmentOptions o) {
    detail::require_positive("RandAugment", "num_ops", o.num_ops, 100);
    o.factor = detail::symmetric_range("RandAugment", "factor", o.factor, 0, 1);
    o.value_range = detail::check_range("RandAugment", o.value_range);
    return o;
  }
  RandAugmentOptions options_;
  Choices choices_;
};

std::string at(std::int64_t chain, std::int64_t depth) { return "chain_transforms." + std::to_string(chain) + "." + std::to_string(depth); }

class AugMixBody final : public detail::ImageBody {
 public:
  explicit AugMixBody(AugMixOptions o)
      : ImageBody(o.name, o.data_format, o.seed), options_(checked(std::move(o))),
        choices_({of_aug_mix.begin(), options_.all_ops ? of_aug_mix.end() : of_aug_mix.begin() + 7}, options_.factor, options_.value_range, options_.interpolation,
                 options_.seed) {}
  std::string kind() const override { return "AugMix"; }
  Config options() const override {
    Config c = Config::map();
    c.set("value_range", detail::range_config(options_.value_range)).set("num_chains", options_.num_chains).set("chain_depth", options_.chain_depth);
    c.set("factor", detail::factor_config(options_.factor)).set("alpha", options_.alpha).set("all_ops", options_.all_ops);
    return describe(c.set("interpolation", options_.interpolation).set("seed", detail::config_of(seed())));
  }
  Transformation draw(const Shape& x) const override {
    const Tensor share = gamma(Tensor::full({options_.num_chains}, options_.alpha)), alpha = Tensor::full({}, options_.alpha);
    Transformation t{{{"chain_mixing_weights", share / sum(share)}, {"weight_sample", beta(alpha, alpha)}}, {}};
    for (std::int64_t chain = 0; chain < options_.num_chains; ++chain) {
      for (std::int64_t depth = 0; depth < options_.chain_depth; ++depth) {
        // One more than there are layers: nothing at all is a choice, too.
        const auto count = static_cast<double>(choices_.size() + 1);
        t.values.emplace_back(at(chain, depth) + ".layer", cast(minimum(floor(uniform({}, 0, count)), Tensor::full({}, count - 1)), DType::i32));
        t.add(at(chain, depth) + ".transformation", choices_.draw(x));
      }
    }
    return t;
  }
  Tensor transform(const Tensor& x, const Transformation& t) const override {
    const Tensor shares = detail::to_dtype(t.at("chain_mixing_weights"), x.dtype());
    Tensor mixed;
    for (std::int64_t chain = 0; chain < options_.num_chains; ++chain) {
      Tensor y = x;
      for (std::int64_t depth = 0; depth < options_.chain_depth; ++depth) {
        const Transformation here = t.inner(at(chain, depth));
        if (!here.words.empty()) y = choices_.apply(y, here.words.front().second, here.inner("transformation"));
        else if (const Tensor* chosen = here.find("layer")) y = choices_.apply(y, *chosen, here.inner("transformation"));
      }
      const Tensor part = y * reshape(narrow(shares, 0, chain, chain + 1), Shape{});
      mixed = mixed.defined() ? mixed + part : part;
    }
    const Tensor own = reshape(detail::to_dtype(t.at("weight_sample"), x.dtype()), Shape{});
    return clip(own * x + (Tensor::full({}, 1, x.dtype()) - own) * mixed, options_.value_range.low, options_.value_range.high);
  }

 private:
  static AugMixOptions checked(AugMixOptions o) {
    detail::require_positive("AugMix", "num_chains", o.num_chains, 100);
    detail::require_positive("AugMix", "chain_depth", o.chain_depth, 100);
    if (!(o.alpha > 0)) fail(ErrorKind::invalid_argument, "AugMix: alpha must be positive, not " + std::to_string(o.alpha));
    o.factor = detail::symmetric_range("AugMix", "factor", o.factor, 0, 1);
    o.value_range = detail::check_range("AugMix", o.value_range);
    return o;
  }
  AugMixOptions options_;
  Choices choices_;
};

}  // namespace

RandAugment::RandAugment(RandAugmentOptions o) : ImageLayer(std::make_shared<RandAugmentBody>(std::move(o))) {}
AugMix::AugMix(AugMixOptions o) : ImageLayer(std::make_shared<AugMixBody>(std::move(o))) {}

Layer RandAugment::from_config(const Config& c) {
  RandAugmentOptions o{.value_range = detail::value_range_from(c), .num_ops = c.get("num_ops", 2), .factor = detail::factor_from(c, "factor", 0.5)};
  o.interpolation = c.get("interpolation", "bilinear"), o.seed = detail::seed_from(c), o.data_format = detail::data_format_from(c), o.name = detail::config_name(c);
  return RandAugment(std::move(o));
}
Layer AugMix::from_config(const Config& c) {
  AugMixOptions o{.value_range = detail::value_range_from(c), .num_chains = c.get("num_chains", 3), .chain_depth = c.get("chain_depth", 3),
                  .factor = detail::factor_from(c, "factor", 0.3), .alpha = c.get("alpha", 1.0), .all_ops = c.get("all_ops", true)};
  o.interpolation = c.get("interpolation", "bilinear"), o.seed = detail::seed_from(c), o.data_format = detail::data_format_from(c), o.name = detail::config_name(c);
  return AugMix(std::move(o));
}

}  // namespace candor
