#include "candor/nn/layers/stochastic_depth.h"

#include "candor/nn/layers/from_config.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

class StochasticDepthBody final : public detail::SimpleLayerBody {
 public:
  StochasticDepthBody(double rate, StochasticDepthOptions options) : SimpleLayerBody(options.name), rate_(rate), options_(std::move(options)) {
    detail::require_rate("StochasticDepth", "rate", rate_);
    detail::require_one_of("StochasticDepth", "mode", options_.mode, {"row", "batch"});
  }
  std::string kind() const override { return "StochasticDepth"; }
  Config options() const override { return Config::map().set("rate", rate_).set("mode", options_.mode).set("seed", detail::config_of(options_.seed)); }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    if (mode == inference || rate_ == 0) return input;
    const ops::SeedScope scope(options_.seed);
    const Tensor x = detail::to_dtype(input, detail::compute_dtype(input.dtype()));
    std::vector<std::int64_t> noise(static_cast<std::size_t>(x.rank()), 1);
    if (options_.mode == "row") noise.front() = x.shape(0);
    return ops::dropout(x, rate_, noise);
  }

 private:
  double rate_;
  StochasticDepthOptions options_;
};

}  // namespace

StochasticDepth::StochasticDepth(double rate, StochasticDepthOptions options) : Layer(std::make_shared<StochasticDepthBody>(rate, std::move(options))) {}
Layer StochasticDepth::from_config(const Config& c) {
  return StochasticDepth(c.at("rate").number(), {.mode = c.get("mode", "row"), .seed = detail::seed_from(c), .name = detail::config_name(c)});
}

}  // namespace candor
