// The order of things is that of Keras 3 (keras/src/optimizers/base_optimizer.py): loss scale, accumulation, clipping, decay, the rule,
// averages, constraints, counter.
#include "candor/nn/optimizers/update_rule.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "candor/base/error.h"
#include "candor/base/pattern.h"
#include "candor/graph/control.h"
#include "candor/graph/kept_initial.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor::detail {
namespace {

constexpr std::size_t counter_at = 0, rate_at = 1;

void check_common(const std::string& kind, const OptimizerOptions& o) {
  const auto bad = [&](const std::string& what) { fail(ErrorKind::invalid_argument, kind + ": " + what); };
  int limits = 0;
  const std::pair<const char*, std::optional<double>> all[] = {{"clipnorm", o.clipnorm}, {"clipvalue", o.clipvalue}, {"global_clipnorm", o.global_clipnorm}};
  for (const auto& [option, value] : all) {
    limits += value.has_value();
    if (value && !(*value > 0)) bad(std::string(option) + " must be positive, not " + to_string(Config(*value)));
  }
  if (limits > 1) bad("at most one of clipnorm, clipvalue and global_clipnorm can be set");
  if (o.weight_decay) require_not_negative(kind, "weight_decay", *o.weight_decay);
  require_share(kind, "ema_momentum", o.ema_momentum, true);
  if (o.ema_overwrite_frequency && *o.ema_overwrite_frequency < 1) bad("ema_overwrite_frequency must be at least 1, not " + std::to_string(*o.ema_overwrite_frequency));
  if (o.loss_scale_factor && !(*o.loss_scale_factor > 0 && std::isfinite(*o.loss_scale_factor)))
    bad("loss_scale_factor must be positive and finite, not " + to_string(Config(*o.loss_scale_factor)));
  if (o.gradient_accumulation_steps && *o.gradient_accumulation_steps < 2) {
    bad("gradient_accumulation_steps must be at least 2, not " + std::to_string(*o.gradient_accumulation_steps) + "; leave it out to update at every step");
  }
}

std::string own_name(const Variable& v) { return v.name().substr(v.name().rfind('/') + 1); }
std::string flat_path(const Variable& v) {
  std::string path = v.name();
  std::replace(path.begin(), path.end(), '/', '_');
  return path;
}

Tensor whole(std::int64_t value) { return Tensor::full({}, static_cast<double>(value), DType::i64); }
Tensor every(const Tensor& count, std::int64_t period) { return equal(mod(count, whole(period)), whole(0)); }

}  // namespace

Tensor scalar(double value, const Tensor& like) { return Tensor::full({}, value, like.dtype()); }
Tensor scalar(const Tensor& value, const Tensor& like) { return cast(value, like.dtype()); }
Tensor scalar(double value) { return Tensor::full({}, value, DType::f64); }

UpdateRule::UpdateRule(std::string kind, const LearningRate& rate, OptimizerOptions common)
    : OptimizerBody(std::move(kind), common.name), schedule_(rate.schedule()), rate_(rate.value()), common_(std::move(common)) {
  require_not_negative(this->kind(), "learning_rate", rate_);
  check_common(this->kind(), common_);
  UpdateRule::make_counters();
}

void UpdateRule::make_counters() {
  add_state("iteration", Tensor::zeros({}, DType::i64));
  // f64 so that the rate that was set is the rate that is read back; the update takes it in the weights' precision.
  if (!has_schedule()) add_state("learning_rate", scalar(rate_));
  slots_.clear();
  shared_.clear();
}

std::size_t UpdateRule::add_zeros(const std::string& name, const Variable& like) {
  const KeptInitial keeps;
  return add_state(name, Tensor::zeros(like.shape(), like.type().dtype));
}

void UpdateRule::make_state() {
  averages_at_ = state().size();
  if (common_.use_ema) {
    for (const Variable& w : weights()) add_zeros(flat_path(w) + "_average", w);
  }
  accumulators_at_ = state().size();
  if (common_.gradient_accumulation_steps) {
    for (const Variable& w : weights()) add_zeros(flat_path(w) + "_gradient_accumulator", w);
  }
  int last_block = 0;
  std::vector<std::vector<StateSpec>> specs;
  for (const Variable& w : weights()) {
    specs.push_back(states_of(w));
    slots_.push_back({std::vector<std::size_t>(specs.back().size()), decays(w) ? decay_of(w) : 0, 1});
    for (const auto& [pattern, factor] : multipliers_) {
      if (contains_match(w.name(), pattern, kind())) slots_.back().multiplier = factor;
    }
    for (const StateSpec& s : specs.back()) last_block = std::max(last_block, s.block);
  }
  for (int block = 0; block <= last_block; ++block) {
    for (std::size_t i = 0; i < specs.size(); ++i) {
      for (std::size_t k = 0; k < specs[i].size(); ++k) {
        const StateSpec& s = specs[i][k];
        if (s.block != block) continue;
        const Variable& w = weights()[i];
        const std::string name = flat_path(w) + "_" + s.name;
        slots_[i].at[k] = s.initial.defined() ? add_state(name, s.initial) : add_zeros(name, w);
      }
    }
  }
  for (const StateSpec& s : shared_states()) shared_.push_back(add_state(s.name, s.initial));
}

double UpdateRule::learning_rate() const { return has_schedule() ? schedule_.at(calls()) : *state()[rate_at].second.tensor().data<double>(); }

void UpdateRule::set_learning_rate(double rate) {
  if (has_schedule()) complain("the learning rate follows a schedule and cannot be set; give the optimizer a number instead");
  require_not_negative(kind(), "learning_rate", rate);
  rate_ = rate;
  *state()[rate_at].second.tensor().mutable_data<double>() = rate;
}

std::int64_t UpdateRule::calls() const { return *state()[counter_at].second.tensor().data<std::int64_t>(); }
std::int64_t UpdateRule::iterations() const { return calls() / common_.gradient_accumulation_steps.value_or(1); }
Tensor UpdateRule::scale_loss(const Tensor& loss) const { return common_.loss_scale_factor ? loss * scalar(*common_.loss_scale_factor, loss) : loss; }

void UpdateRule::require_unbuilt(const char* what) const {
  if (built()) complain(std::string(what) + " comes before the first step (or build); reset() the optimizer to start anew");
}

void UpdateRule::exclude_from_weight_decay(const std::vector<std::string>& names, std::span<const Variable> variables) {
  require_unbuilt("exclude_from_weight_decay");
  for (const std::string& name : names) contains_match("", name, kind());
  undecayed_names_.insert(undecayed_names_.end(), names.begin(), names.end());
  undecayed_.insert(undecayed_.end(), variables.begin(), variables.end());
}

void UpdateRule::scale_learning_rate(const std::string& pattern, double factor) {
  require_unbuilt("scale_learning_rate");
  require_not_negative(kind(), "the factor of scale_learning_rate", factor);
  contains_match("", pattern, kind());
  multipliers_.emplace_back(pattern, factor);
}

bool UpdateRule::decays(const Variable& weight) const {
  for (const std::string& name : undecayed_names_) {
    if (contains_match(own_name(weight), name, kind())) return false;
  }
  return std::none_of(undecayed_.begin(), undecayed_.end(), [&](const Variable& v) { return v.same(weight); });
}

double UpdateRule::decay_of(const Variable&) const { return common_.weight_decay.value_or(0); }

void UpdateRule::update_group(Tensors& weights, const Tensors& gradients, std::vector<Tensors>& states, const UpdateStep& at) const {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (at.weight_decay > 0) weights[i] = weights[i] - weights[i] * scalar(at.rate * scalar(at.weight_decay), weights[i]);
    weights[i] = update(weights[i], gradients[i], states[i], at);
  }
}

void UpdateRule::update_all(const Tensors& gradients, StepValues& values, const Tensor& rate, const Tensor& step) const {
  std::vector<std::size_t> given;
  Tensors clipped;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined()) given.push_back(i), clipped.push_back(gradients[i]);
  }
  clipped = clip_gradients(clipped, {common_.clipnorm, common_.clipvalue, common_.global_clipnorm});
  Tensors shared;
  for (std::size_t at : shared_) shared.push_back(values.state[at]);
  begin(shared, step);
  // One group in most models, so that an op can take all weights in one pass.
  std::map<std::tuple<DType, double, double>, std::vector<std::size_t>> groups;
  for (std::size_t k = 0; k < given.size(); ++k) {
    const Slot& slot = slots_[given[k]];
    if (slot.multiplier > 0) groups[{values.weights[given[k]].dtype(), slot.multiplier, slot.decay}].push_back(k);
  }
  for (const auto& [key, members] : groups) {
    const auto& [dtype, multiplier, decay] = key;
    UpdateStep at{multiplier == 1 ? rate : rate * scalar(multiplier), step, decay, multiplier, shared};
    Tensors w, g;
    std::vector<Tensors> s;
    for (std::size_t k : members) {
      w.push_back(values.weights[given[k]]);
      g.push_back(cast(clipped[k], dtype));
      Tensors& own = s.emplace_back();
      for (std::size_t place : slots_[given[k]].at) own.push_back(values.state[place]);
    }
    update_group(w, g, s, at);
    for (std::size_t m = 0; m < members.size(); ++m) {
      const std::size_t i = given[members[m]];
      values.weights[i] = w[m];
      for (std::size_t n = 0; n < slots_[i].at.size(); ++n) values.state[slots_[i].at[n]] = s[m][n];
    }
  }
  for (std::size_t n = 0; n < shared_.size(); ++n) values.state[shared_[n]] = shared[n];
}

void UpdateRule::accumulate(const Tensors& gradients, StepValues& values, const Tensor& next, const Tensor& rate, const Tensor& step) const {
  const std::int64_t steps = *common_.gradient_accumulation_steps;
  Tensors sums(gradients.size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].defined()) sums[i] = values.state[accumulators_at_ + i] + cast(gradients[i], values.weights[i].dtype());
  }
  const auto joined = [](const StepValues& v) {
    Tensors all = v.weights;
    all.insert(all.end(), v.state.begin(), v.state.end());
    return all;
  };
  const auto update_now = [&]() -> Tensors {
    StepValues after = values;
    Tensors means(sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (!sums[i].defined()) continue;
      means[i] = sums[i] / scalar(static_cast<double>(steps), sums[i]);
      after.state[accumulators_at_ + i] = broadcast_to(scalar(0, sums[i]), sums[i].shape());
    }
    update_all(means, after, rate, step);
    return joined(after);
  };
  const auto keep = [&]() -> Tensors {
    StepValues after = values;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i].defined()) after.state[accumulators_at_ + i] = sums[i];
    }
    return joined(after);
  };
  const Tensors chosen = cond(every(next, steps), update_now, keep);
  const auto middle = chosen.begin() + static_cast<std::ptrdiff_t>(values.weights.size());
  values.weights.assign(chosen.begin(), middle);
  values.state.assign(middle, chosen.end());
}

void UpdateRule::average(StepValues& values, const Tensor& updates) const {
  for (std::size_t i = 0; i < values.weights.size(); ++i) {
    const Tensor& w = values.weights[i];
    Tensor& mean = values.state[averages_at_ + i];
    // The first average is the weight itself.
    const Tensor keep = cast(not_equal(updates, whole(0)), w.dtype()) * scalar(common_.ema_momentum, w);
    mean = keep * mean + (scalar(1, w) - keep) * w;
  }
  if (!common_.ema_overwrite_frequency) return;
  const Tensor now = every(updates + whole(1), *common_.ema_overwrite_frequency);
  for (std::size_t i = 0; i < values.weights.size(); ++i) values.weights[i] = where(now, values.state[averages_at_ + i], values.weights[i]);
}

StepValues UpdateRule::step(const Tensors& given, StepValues values) {
  Tensors gradients = given;
  if (common_.loss_scale_factor) {
    for (Tensor& g : gradients) {
      if (g.defined()) g = g / scalar(*common_.loss_scale_factor, g);
    }
  }
  const Tensor done = values.state[counter_at], next = done + whole(1);
  const Tensor updates = common_.gradient_accumulation_steps ? done / whole(*common_.gradient_accumulation_steps) : done;
  const Tensor rate = has_schedule() ? schedule_(cast(done, DType::f64)) : values.state[rate_at], number = cast(updates + whole(1), DType::f64);
  if (common_.gradient_accumulation_steps) accumulate(gradients, values, next, rate, number);
  else update_all(gradients, values, rate, number);
  if (common_.use_ema) average(values, updates);
  for (std::size_t i = 0; i < values.weights.size(); ++i) {
    const auto& constraint = weights()[i].constraint();
    if (constraint && given[i].defined()) values.weights[i] = constraint(values.weights[i]);
  }
  values.state[counter_at] = next;
  return values;
}

void UpdateRule::finalize() {
  if (!common_.use_ema || calls() == 0) return;
  for (std::size_t i = 0; i < weights().size(); ++i) weights()[i].assign(state()[averages_at_ + i].second.value());
}

void UpdateRule::swap_averages() {
  if (!common_.use_ema) complain("there are no averages of the weights; set use_ema = true");
  if (calls() == 0) complain("there are no averages of the weights before the first step");
  for (std::size_t i = 0; i < weights().size(); ++i) {
    const Variable& mean = state()[averages_at_ + i].second;
    const Tensor weight = weights()[i].tensor().clone();
    weights()[i].assign(mean.tensor());
    mean.assign(weight);
  }
}

Config UpdateRule::options() const {
  const auto optional = [](const auto& v) { return v ? Config(*v) : Config(); };
  Config c = Config::map();
  c.set("name", name()).set("learning_rate", has_schedule() ? schedule_.config() : Config(learning_rate())).set("weight_decay", optional(common_.weight_decay));
  c.set("clipnorm", optional(common_.clipnorm)).set("global_clipnorm", optional(common_.global_clipnorm)).set("clipvalue", optional(common_.clipvalue));
  c.set("use_ema", common_.use_ema).set("ema_momentum", common_.ema_momentum).set("ema_overwrite_frequency", optional(common_.ema_overwrite_frequency));
  c.set("loss_scale_factor", optional(common_.loss_scale_factor)).set("gradient_accumulation_steps", optional(common_.gradient_accumulation_steps));
  describe(c);
  if (!undecayed_names_.empty()) c.set("exclude_from_weight_decay", Config::List(undecayed_names_.begin(), undecayed_names_.end()));
  if (!multipliers_.empty()) {
    Config::List list;
    for (const auto& [pattern, factor] : multipliers_) list.push_back(Config::List{pattern, factor});
    c.set("learning_rate_multipliers", list);
  }
  return c;
}

}  // namespace candor::detail
