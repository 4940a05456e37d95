#include "candor/nn/layers/shaping.h"

#include "candor/nn/layers/image_layout.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

/// Layers that move elements do not pass masks of time steps on, as in Keras.
class ShapingBody : public detail::SimpleLayerBody {
 public:
  using SimpleLayerBody::SimpleLayerBody;
  std::vector<Tensor> compute_masks(std::span<const Tensor>, std::span<const Tensor> outputs) override { return std::vector<Tensor>(outputs.size()); }
};

class FlattenBody final : public ShapingBody {
 public:
  explicit FlattenBody(FlattenOptions options) : ShapingBody(std::move(options.name)), data_format_(std::move(options.data_format)) { detail::require_data_format("Flatten", data_format_); }
  std::string kind() const override { return "Flatten"; }
  Config options() const override { return Config::map().set("data_format", data_format_); }

 protected:
  Tensor apply_one(const Tensor& input, Mode) override {
    const Tensor x = detail::channels_first(data_format_) ? detail::channels_to_last(input) : input;
    return x.rank() == 2 ? x : reshape(x, Shape{x.shape(0), x.shape().without(0).size()});
  }

 private:
  std::string data_format_;
};

class ReshapeBody final : public ShapingBody {
 public:
  ReshapeBody(std::vector<std::int64_t> target, ReshapeOptions options) : ShapingBody(std::move(options.name)), target_(std::move(target)) {
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
  Config options() const override { return Config::map().set("target_shape", Config::integers(target_)); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    std::vector<std::int64_t> given;
    for (std::int64_t extent : target_) {
      if (extent != -1) given.push_back(extent);
    }
    const std::int64_t known = Shape(given).size();  // refuses what no tensor can hold
    const std::int64_t have = x.shape().without(0).size();
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

class PermuteBody final : public ShapingBody {
 public:
  PermuteBody(std::vector<int> dims, PermuteOptions options) : ShapingBody(std::move(options.name)), dims_(std::move(dims)) {
    std::vector<bool> seen(dims_.size() + 1);
    for (int dim : dims_) {
      if (dim < 1 || dim > static_cast<int>(dims_.size()) || seen[static_cast<std::size_t>(dim)]) {
        fail(ErrorKind::invalid_argument, "Permute: dims must hold each of 1 to " + std::to_string(dims_.size()) + " once, and has " + std::to_string(dim));
      }
      seen[static_cast<std::size_t>(dim)] = true;
    }
  }
  std::string kind() const override { return "Permute"; }
  Config options() const override { return Config::map().set("dims", detail::axes_list(dims_)); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    if (x.rank() != static_cast<int>(dims_.size()) + 1) {
      complain(ErrorKind::shape, "permutes " + std::to_string(dims_.size()) + " axes of a sample; the input is " + to_string(x.shape()));
    }
    std::vector<int> order{0};
    order.insert(order.end(), dims_.begin(), dims_.end());
    return transpose(x, order);
  }

 private:
  std::vector<int> dims_;
};

class RepeatVectorBody final : public ShapingBody {
 public:
  RepeatVectorBody(std::int64_t n, RepeatVectorOptions options) : ShapingBody(std::move(options.name)), n_(n) { detail::require_positive("RepeatVector", "n", n); }
  std::string kind() const override { return "RepeatVector"; }
  Config options() const override { return Config::map().set("n", n_); }

 protected:
  Tensor apply_one(const Tensor& x, Mode) override {
    if (x.rank() != 2) complain(ErrorKind::shape, "takes [batch, features]; the input is " + to_string(x.shape()));
    return broadcast_to(expand_dims(x, 1), {x.shape(0), n_, x.shape(1)});
  }

 private:
  std::int64_t n_;
};

}  // namespace

Flatten::Flatten(FlattenOptions options) : Layer(std::make_shared<FlattenBody>(std::move(options))) {}
Layer Flatten::from_config(const Config& c) { return Flatten({.data_format = detail::data_format_from(c), .name = detail::config_name(c)}); }

Reshape::Reshape(std::vector<std::int64_t> target_shape, ReshapeOptions options)
    : Layer(std::make_shared<ReshapeBody>(std::move(target_shape), std::move(options))) {}
Layer Reshape::from_config(const Config& c) {
  std::vector<std::int64_t> target;
  for (const Config& extent : c.at("target_shape").items()) target.push_back(extent.is_null() ? -1 : extent.integer());
  return Reshape(target, {.name = detail::config_name(c)});
}

Permute::Permute(std::vector<int> dims, PermuteOptions options) : Layer(std::make_shared<PermuteBody>(std::move(dims), std::move(options))) {}
Layer Permute::from_config(const Config& c) {
  c.at("dims");
  return Permute(detail::axes_from(c, "dims", {}), {.name = detail::config_name(c)});
}

RepeatVector::RepeatVector(std::int64_t n, RepeatVectorOptions options) : Layer(std::make_shared<RepeatVectorBody>(n, std::move(options))) {}
Layer RepeatVector::from_config(const Config& c) { return RepeatVector(c.at("n").integer(), {.name = detail::config_name(c)}); }

}  // namespace candor
