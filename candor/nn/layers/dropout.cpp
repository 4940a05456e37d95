#include "candor/nn/layers/dropout.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/random.h"

namespace candor {
namespace {

class DropoutBody final : public detail::SimpleLayerBody {
 public:
  DropoutBody(double rate, DropoutOptions options) : SimpleLayerBody(options.name), rate_(rate), noise_(std::move(options.noise_shape)) {
    detail::require_rate("Dropout", "rate", rate_);
  }
  std::string kind() const override { return "Dropout"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("rate", rate_).set("noise_shape", noise_.empty() ? Config() : Config::integers(noise_));
  }

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override {
    if (mode == inference || rate_ == 0) return input;
    const Tensor x = detail::to_dtype(input, detail::compute_dtype(input.dtype()));
    if (noise_.empty()) return ops::dropout(x, rate_);
    std::vector<std::int64_t> full{x.shape(0)};
    full.insert(full.end(), noise_.begin(), noise_.end());
    if (full.size() != static_cast<std::size_t>(x.rank())) {
      complain(ErrorKind::shape, "noise_shape needs " + std::to_string(x.rank() - 1) + " extents for the input " + to_string(x.shape()));
    }
    return ops::dropout(x, rate_, full);
  }

 private:
  double rate_;
  std::vector<std::int64_t> noise_;
};

}  // namespace

Dropout::Dropout(double rate, DropoutOptions options) : Layer(std::make_shared<DropoutBody>(rate, std::move(options))) {}

Layer Dropout::from_config(const Config& c) {
  const Config* noise = c.find("noise_shape");
  return Dropout(c.at("rate").number(),
                 {.noise_shape = noise && noise->is_list() ? noise->to_integers() : std::vector<std::int64_t>{}, .name = detail::config_name(c)});
}

}  // namespace candor
