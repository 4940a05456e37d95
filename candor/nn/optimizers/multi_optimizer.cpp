#include "candor/nn/optimizers/multi_optimizer.h"

#include <algorithm>

#include "candor/base/error.h"
#include "candor/base/pattern.h"
#include "candor/nn/optimizers/from_config.h"
#include "candor/nn/optimizers/rule_of.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

using detail::OptimizerBody;
using detail::StepValues;
using detail::Tensors;

class MultiBody final : public OptimizerBody {
 public:
  MultiBody(const OptimizerMap& map, const MultiOptimizerOptions& o) : OptimizerBody("MultiOptimizer", o.name), map_(map) {
    for (const auto& [pattern, optimizer] : map_.optimizer_map) {
      is_match("", pattern, "MultiOptimizer");  // says so now when it is none
      add(optimizer, "the optimizer for '" + pattern + "'");
    }
    add(map_.default_optimizer, "default_optimizer");
    MultiBody::set_loss_scale_factor(o.loss_scale_factor);
    add_counters();
  }

  double learning_rate() const override { return map_.default_optimizer.learning_rate(); }
  void set_learning_rate(double) override { complain("it has no learning rate of its own; set the rates of the optimizers in its map"); }
  bool has_schedule() const override { return map_.default_optimizer.has_schedule(); }
  std::int64_t iterations() const override { return *state()[0].second.tensor().data<std::int64_t>(); }
  std::int64_t calls() const override { return iterations(); }
  Tensor scale_loss(const Tensor& loss) const override { return factor_ ? loss * detail::scalar(*factor_, loss) : loss; }
  void exclude_from_weight_decay(const std::vector<std::string>& names, std::span<const Variable> variables) override {
    for (const Part& part : parts_) part.body->exclude_from_weight_decay(names, variables);
  }
  void scale_learning_rate(const std::string& pattern, double factor) override {
    for (const Part& part : parts_) part.body->scale_learning_rate(pattern, factor);
  }
  void finalize() override {
    for (const Part& part : parts_) part.body->finalize();
  }
  void swap_averages() override {
    for (const Part& part : parts_) {
      if (part.body->built()) part.body->swap_averages();
    }
  }
  void set_loss_scale_factor(std::optional<double> factor) override {
    factor_ = factor;
    for (const Part& part : parts_) part.body->set_loss_scale_factor(factor);
  }

  StepValues step(const Tensors& gradients, StepValues now) override {
    for (const Part& part : parts_) {
      StepValues own;
      Tensors g;
      for (std::size_t i : part.weights) own.weights.push_back(now.weights[i]), g.push_back(gradients[i]);
      if (std::none_of(g.begin(), g.end(), [](const Tensor& t) { return t.defined(); })) continue;
      const auto first = now.state.begin() + static_cast<std::ptrdiff_t>(part.state_at);
      own.state.assign(first, first + static_cast<std::ptrdiff_t>(part.body->state().size()));
      own = part.body->step(g, std::move(own));
      for (std::size_t k = 0; k < part.weights.size(); ++k) now.weights[part.weights[k]] = own.weights[k];
      std::copy(own.state.begin(), own.state.end(), first);
    }
    now.state[0] = now.state[0] + Tensor::full({}, 1, DType::i64);
    return now;
  }

 protected:
  void make_counters() override {
    for (Part& part : parts_) part.body->reset(), part.weights.clear();
    add_counters();
  }
  void make_state() override {
    for (std::size_t i = 0; i < weights().size(); ++i) parts_[part_of(weights()[i])].weights.push_back(i);
    for (Part& part : parts_) {
      if (part.weights.empty()) continue;
      std::vector<Variable> own;
      for (std::size_t i : part.weights) own.push_back(weights()[i]);
      part.body->build(own);
      part.state_at = state().size();
      for (const auto& [name, variable] : part.body->state()) share_state(part.body->name() + "/" + name, variable);
    }
  }
  Config options() const override {
    Config optimizers = Config::map();
    for (const auto& [pattern, optimizer] : map_.optimizer_map) optimizers.set(pattern, optimizer.config());
    const Config map{{"class_name", "OptimizerMap"}, {"config", {{"default_optimizer", map_.default_optimizer.config()}, {"optimizer_map", optimizers}}}};
    return {{"optimizer_map", map}, {"loss_scale_factor", factor_ ? Config(*factor_) : Config()}, {"name", name()}};
  }

 private:
  struct Part {
    std::shared_ptr<OptimizerBody> body;
    std::vector<std::size_t> weights = {};
    std::size_t state_at = 0;
  };

  void add_counters() {
    add_state("iteration", Tensor::zeros({}, DType::i64));
    add_state("learning_rate", detail::scalar(0));
  }
  void add(const Optimizer& optimizer, const std::string& what) {
    if (!optimizer.defined()) complain(what + " is empty; give one such as Adam{1e-3}");
    const std::string& kind = optimizer.handle()->kind();
    if (kind == "MultiOptimizer" || kind == "LossScaleOptimizer" || kind == "SAM") complain(what + " is a " + kind + "; it can stand around a MultiOptimizer, not within");
    if (std::none_of(parts_.begin(), parts_.end(), [&](const Part& part) { return part.body == optimizer.handle(); })) parts_.push_back({optimizer.handle()});
  }
  std::size_t part_of(const Variable& weight) const {
    const auto& entries = map_.optimizer_map;
    // The path itself goes before patterns.
    const auto exact = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == weight.name(); });
    const Optimizer* found = exact != entries.end() ? &exact->second : nullptr;
    for (std::size_t k = 0; exact == entries.end() && k < entries.size(); ++k) {
      if (!is_match(weight.name(), entries[k].first, "MultiOptimizer")) continue;
      if (found) complain("several patterns match the weight " + weight.name());
      found = &entries[k].second;
    }
    const auto& body = (found ? *found : map_.default_optimizer).handle();
    return static_cast<std::size_t>(std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) { return part.body == body; }) - parts_.begin());
  }

  OptimizerMap map_;
  std::vector<Part> parts_;
  std::optional<double> factor_;
};

}  // namespace

MultiOptimizer::MultiOptimizer(const OptimizerMap& optimizer_map, const MultiOptimizerOptions& options) : Optimizer(std::make_shared<MultiBody>(optimizer_map, options)) {}

namespace detail {

Optimizer multi_optimizer_from_config(const Config& config) {
  MultiOptimizerOptions o;
  FieldReader read(config);
  read("name", o.name);
  read("loss_scale_factor", o.loss_scale_factor);
  read.know("optimizer_map");
  read.finish("MultiOptimizer");
  const Config& map = config.at("optimizer_map").at("config");
  OptimizerMap out{optimizer_from_config(map.at("default_optimizer"))};
  if (const Config* entries = map.find("optimizer_map"); entries && !entries->is_null()) {
    for (const auto& [pattern, optimizer] : entries->entries()) out.optimizer_map.emplace_back(pattern, optimizer_from_config(optimizer));
  }
  return MultiOptimizer(out, o);
}

}  // namespace detail
}  // namespace candor
