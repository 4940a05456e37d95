#include "candor/nn/optimizers/optimizers.h"

#include "candor/base/error.h"
#include "candor/nn/optimizers/optimizer_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/optimizer.h"

namespace candor {
namespace {

using Tensors = std::vector<Tensor>;
using States = std::vector<Tensors>;

void require_share(const char* optimizer, const char* option, double value) {
  if (!(value >= 0 && value < 1)) {
    fail(ErrorKind::invalid_argument, std::string(optimizer) + ": " + option + " must lie in [0, 1), not " + to_string(Config(value)));
  }
}
void require_not_negative(const char* optimizer, const char* option, double value) {
  if (!(value >= 0)) fail(ErrorKind::invalid_argument, std::string(optimizer) + ": " + option + " must not be negative, not " + to_string(Config(value)));
}
template <class Options>
Clipping clipping_of(const Options& o) { return {o.clipnorm, o.clipvalue, o.global_clipnorm}; }

class SGDBody final : public detail::OptimizerBody {
 public:
  SGDBody(LearningRate rate, const SGDOptions& o) : OptimizerBody("SGD", std::move(rate), clipping_of(o)), o_(o) {
    require_share("SGD", "momentum", o.momentum);
    require_not_negative("SGD", "weight_decay", o.weight_decay);
  }

 protected:
  std::vector<std::string> state_names() const override { return o_.momentum > 0 ? std::vector<std::string>{"momentum"} : std::vector<std::string>{}; }
  Tensors update(const Tensors& w, const Tensors& g, const States& s, const Tensor& rate, const Tensor&) override {
    return ops::sgd_update(w, g, s.empty() ? Tensors{} : s[0], rate, {.momentum = o_.momentum, .nesterov = o_.nesterov, .weight_decay = o_.weight_decay});
  }
  void describe(Config& c) const override { c.set("momentum", o_.momentum).set("nesterov", o_.nesterov).set("weight_decay", o_.weight_decay); }

 private:
  SGDOptions o_;
};

class AdamBody final : public detail::OptimizerBody {
 public:
  AdamBody(const char* kind, LearningRate rate, const AdamOptions& o) : OptimizerBody(kind, std::move(rate), clipping_of(o)), o_(o) {
    require_share(kind, "beta_1", o.beta_1);
    require_share(kind, "beta_2", o.beta_2);
    require_not_negative(kind, "epsilon", o.epsilon);
    require_not_negative(kind, "weight_decay", o.weight_decay);
  }

 protected:
  std::vector<std::string> state_names() const override { return {"momentum", "velocity"}; }
  Tensors update(const Tensors& w, const Tensors& g, const States& s, const Tensor& rate, const Tensor& step) override {
    return ops::adam_update(w, g, s[0], s[1], rate, step,
                            {.beta1 = o_.beta_1, .beta2 = o_.beta_2, .epsilon = o_.epsilon, .weight_decay = o_.weight_decay, .torch_epsilon = o_.torch_epsilon});
  }
  void describe(Config& c) const override {
    c.set("beta_1", o_.beta_1).set("beta_2", o_.beta_2).set("epsilon", o_.epsilon).set("weight_decay", o_.weight_decay).set("amsgrad", false);
    if (o_.torch_epsilon) c.set("torch_epsilon", true);
  }

 private:
  AdamOptions o_;
};

class RMSpropBody final : public detail::OptimizerBody {
 public:
  RMSpropBody(LearningRate rate, const RMSpropOptions& o) : OptimizerBody("RMSprop", std::move(rate), clipping_of(o)), o_(o) {
    require_share("RMSprop", "rho", o.rho);
    require_share("RMSprop", "momentum", o.momentum);
    require_not_negative("RMSprop", "epsilon", o.epsilon);
    require_not_negative("RMSprop", "weight_decay", o.weight_decay);
  }

 protected:
  std::vector<std::string> state_names() const override {
    std::vector<std::string> names{"velocity"};
    if (o_.momentum > 0) names.emplace_back("momentum");
    if (o_.centered) names.emplace_back("average_gradient");
    return names;
  }
  Tensors update(const Tensors& weights, const Tensors& g, const States& s, const Tensor& rate, const Tensor&) override {
    Tensors w = weights;
    if (o_.weight_decay > 0) {
      for (Tensor& x : w) x = x - x * (cast(rate, x.dtype()) * Tensor::full({}, o_.weight_decay, x.dtype()));
    }
    const Tensors none;
    return ops::rmsprop_update(w, g, s[0], o_.momentum > 0 ? s[1] : none, o_.centered ? s.back() : none, rate,
                               {.rho = o_.rho, .momentum = o_.momentum, .epsilon = o_.epsilon, .centered = o_.centered, .torch_epsilon = o_.torch_epsilon});
  }
  void describe(Config& c) const override {
    c.set("rho", o_.rho).set("momentum", o_.momentum).set("epsilon", o_.epsilon).set("centered", o_.centered).set("weight_decay", o_.weight_decay);
    if (o_.torch_epsilon) c.set("torch_epsilon", true);
  }

 private:
  RMSpropOptions o_;
};

}  // namespace

SGD::SGD(LearningRate learning_rate, SGDOptions options) : Optimizer(std::make_shared<SGDBody>(std::move(learning_rate), options)) {}
Adam::Adam(LearningRate learning_rate, AdamOptions options) : Optimizer(std::make_shared<AdamBody>("Adam", std::move(learning_rate), options)) {}

AdamW::AdamW(LearningRate learning_rate, AdamWOptions o)
    : Optimizer(std::make_shared<AdamBody>("AdamW", std::move(learning_rate),
                                           AdamOptions{.beta_1 = o.beta_1, .beta_2 = o.beta_2, .epsilon = o.epsilon, .weight_decay = o.weight_decay,
                                                       .torch_epsilon = o.torch_epsilon, .clipnorm = o.clipnorm, .clipvalue = o.clipvalue,
                                                       .global_clipnorm = o.global_clipnorm})) {}

RMSprop::RMSprop(LearningRate learning_rate, RMSpropOptions options) : Optimizer(std::make_shared<RMSpropBody>(std::move(learning_rate), options)) {}

Optimizer optimizer_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config& c = config.at("config");
  const Config* found = c.find("learning_rate");
  const double fallback = kind == "SGD" ? 0.01 : 0.001;
  const LearningRate rate = !found || found->is_null() ? LearningRate(fallback)
                            : found->is_map()          ? LearningRate(schedule_from_config(*found))
                                                       : LearningRate(found->number());
  const auto limit = [&](const char* key) {
    const Config* value = c.find(key);
    return value && !value->is_null() ? std::optional<double>(value->number()) : std::nullopt;
  };
  if (c.get("amsgrad", false)) fail(ErrorKind::unsupported, kind + ": amsgrad is not supported");
  const double decay = c.get("weight_decay", kind == "AdamW" ? 0.004 : 0.0);
  const bool torch = c.get("torch_epsilon", false);
  if (kind == "SGD") {
    return SGD(rate, {.momentum = c.get("momentum", 0.0), .nesterov = c.get("nesterov", false), .weight_decay = decay,
                      .clipnorm = limit("clipnorm"), .clipvalue = limit("clipvalue"), .global_clipnorm = limit("global_clipnorm")});
  }
  if (kind == "Adam" || kind == "AdamW") {
    const AdamOptions o{.beta_1 = c.get("beta_1", 0.9), .beta_2 = c.get("beta_2", 0.999), .epsilon = c.get("epsilon", 1e-7), .weight_decay = decay,
                        .torch_epsilon = torch, .clipnorm = limit("clipnorm"), .clipvalue = limit("clipvalue"), .global_clipnorm = limit("global_clipnorm")};
    return Optimizer(std::make_shared<AdamBody>(kind == "Adam" ? "Adam" : "AdamW", rate, o));
  }
  if (kind == "RMSprop") {
    return RMSprop(rate, {.rho = c.get("rho", 0.9), .momentum = c.get("momentum", 0.0), .epsilon = c.get("epsilon", 1e-7), .centered = c.get("centered", false),
                          .weight_decay = decay, .torch_epsilon = torch, .clipnorm = limit("clipnorm"), .clipvalue = limit("clipvalue"), .global_clipnorm = limit("global_clipnorm")});
  }
  fail(ErrorKind::corrupt, "optimizer: the class '" + kind + "' is not known; there are SGD, Adam, AdamW, RMSprop");
}

}  // namespace candor
