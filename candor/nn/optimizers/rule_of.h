// Writes and reads the options of an optimizer from one list of its fields.
#pragma once

#include <algorithm>

#include "candor/base/error.h"
#include "candor/nn/optimizers/update_rule.h"

namespace candor::detail {

/// Puts fields into a Config.
class FieldWriter {
 public:
  explicit FieldWriter(Config& config) : config_(config) {}
  template <class T>
  void operator()(const char* name, const T& value) const { config_.set(name, to_config(value)); }
  /// An option that Keras has not: left out at its default.
  template <class T>
  void ours(const char* name, const T& value, const T& fallback) const {
    if (!(value == fallback)) config_.set(name, to_config(value));
  }

 private:
  template <class T>
  static Config to_config(const T& value) { return Config(value); }
  template <class T>
  static Config to_config(const std::optional<T>& value) { return value ? Config(*value) : Config(); }
  static Config to_config(const std::vector<std::string>& value) { return Config::List(value.begin(), value.end()); }
  Config& config_;
};

/// Takes fields from a Config: what is missing keeps its default; null empties an optional field and is nothing to others.
class FieldReader {
 public:
  explicit FieldReader(const Config& config) : config_(config) {}
  template <class T>
  void operator()(const char* name, T& value) {
    known_.emplace_back(name);
    const Config* found = config_.find(name);
    if (!found) return;
    try {
      read(*found, value);
    } catch (const Error& error) {
      fail(error.kind(), error.message() + " (of \"" + name + "\")");
    }
  }
  template <class T>
  void ours(const char* name, T& value, const T&) { (*this)(name, value); }
  void know(const char* name) { known_.emplace_back(name); }
  /// Error (corrupt) for a key that no field had.
  void finish(const std::string& kind) const;

 private:
  static void read(const Config& c, double& v) { if (!c.is_null()) v = c.number(); }
  static void read(const Config& c, bool& v) { if (!c.is_null()) v = c.boolean(); }
  static void read(const Config& c, std::int64_t& v) { if (!c.is_null()) v = c.integer(); }
  static void read(const Config& c, std::string& v) { if (!c.is_null()) v = c.text(); }
  static void read(const Config& c, std::optional<double>& v) { v = c.is_null() ? std::nullopt : std::optional(c.number()); }
  static void read(const Config& c, std::optional<std::int64_t>& v) { v = c.is_null() ? std::nullopt : std::optional(c.integer()); }
  static void read(const Config& c, std::vector<std::string>& v);
  const Config& config_;
  std::vector<std::string> known_;
};

/// The common options among an optimizer's own.
template <class Options>
OptimizerOptions common_of(const Options& o) {
  return {.weight_decay = o.weight_decay, .clipnorm = o.clipnorm, .clipvalue = o.clipvalue, .global_clipnorm = o.global_clipnorm, .use_ema = o.use_ema,
          .ema_momentum = o.ema_momentum, .ema_overwrite_frequency = o.ema_overwrite_frequency, .loss_scale_factor = o.loss_scale_factor,
          .gradient_accumulation_steps = o.gradient_accumulation_steps, .name = o.name};
}

template <class Options>
void read_common(FieldReader& read, Options& o) {
  read("name", o.name);
  read("weight_decay", o.weight_decay);
  read("clipnorm", o.clipnorm);
  read("global_clipnorm", o.global_clipnorm);
  read("clipvalue", o.clipvalue);
  read("use_ema", o.use_ema);
  read("ema_momentum", o.ema_momentum);
  read("ema_overwrite_frequency", o.ema_overwrite_frequency);
  read("loss_scale_factor", o.loss_scale_factor);
  read("gradient_accumulation_steps", o.gradient_accumulation_steps);
}

/// The rate of a configuration: a number, a schedule, or `fallback` when missing; with Keras 2's `decay` the rate falls as rate / (1 + decay t).
LearningRate rate_from_config(const Config& config, double fallback);
/// What exclude_from_weight_decay and scale_learning_rate had been told.
void read_weight_rules(const Config& config, OptimizerBody& body);

/// An update rule with its options `o_`. Body::fields(visitor, options) lists those beyond the common ones, in Keras's order.
template <class Body, class Options>
class RuleOf : public UpdateRule {
 public:
  RuleOf(const char* kind, const LearningRate& rate, const Options& options) : UpdateRule(kind, rate, common_of(options)), o_(options) {}

 protected:
  void describe(Config& config) const final { Body::fields(FieldWriter(config), o_); }
  const Options o_;
};

/// The optimizer of a "config", its options starting from `options`.
template <class Body, class Options>
Optimizer read_rule(const char* kind, const Config& config, double rate, Options options = {}) {
  FieldReader read(config);
  read_common(read, options);
  Body::fields(read, options);
  read.finish(kind);
  auto body = std::make_shared<Body>(kind, rate_from_config(config, rate), options);
  read_weight_rules(config, *body);
  return Optimizer(body);
}

}  // namespace candor::detail
