#include "candor/nn/layers/shaping.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class FlattenBody final : public detail::SimpleLayerBody {
 public:
  using SimpleLayerBody::SimpleLayerBody;
  std::string kind() const override { return "Flatten"; }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override { return x.rank() == 2 ? x : reshape(x, Shape{x.shape(0), x.size() / std::max<std::int64_t>(x.shape(0), 1)}); }
};

class ReshapeBody final : public detail::SimpleLayerBody {
 public:
  ReshapeBody(std::vector<std::int64_t> target, ReshapeOptions options) : SimpleLayerBody(options.name), target_(std::move(target)) {
    int inferred = 0;
    for (std::int64_t extent : target_) {
      inferred += extent == -1;
      if (extent < -1 || inferred > 1) {
        fail(ErrorKind::invalid_argument, "Reshape: target_shape must have extents >= 0 and at most one -1; it has " + std::to_string(extent) +
                                              (inferred > 1 ? " twice" : ""));
      }
    }
  }
  std::string kind() const override { return "Reshape"; }
  Config options() const override {
    Config c = Config::map();
    return c.set("target_shape", Config::integers(target_));
  }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    std::int64_t known = 1;
    for (std::int64_t extent : target_) known *= extent == -1 ? 1 : extent;
    const std::int64_t have = x.size() / std::max<std::int64_t>(x.shape(0), 1);
    std::vector<std::int64_t> full{x.shape(0)};
    std::string text;
    bool inferred = false;
    for (std::int64_t extent : target_) {
      inferred |= extent == -1;
      full.push_back(extent == -1 ? (known > 0 ? have / known : 0) : extent);
      text += (text.empty() ? "" : ", ") + std::to_string(extent);
    }
    if (inferred ? known == 0 || have % known != 0 : have != known) {
      complain(ErrorKind::shape, "a sample of " + to_string(x.shape().without(0)) + " has " + std::to_string(have) + " elements and cannot become [" + text + "]");
    }
    return reshape(x, full);
  }

 private:
  std::vector<std::int64_t> target_;
};

}  // namespace

Flatten::Flatten(FlattenOptions options) : Layer(std::make_shared<FlattenBody>(std::move(options.name))) {}
Layer Flatten::from_config(const Config& c) { return Flatten({.name = detail::config_name(c)}); }
Reshape::Reshape(std::vector<std::int64_t> target_shape, ReshapeOptions options)
    : Layer(std::make_shared<ReshapeBody>(std::move(target_shape), std::move(options))) {}
Layer Reshape::from_config(const Config& c) { return Reshape(c.at("target_shape").to_integers(), {.name = detail::config_name(c)}); }

}  // namespace candor
