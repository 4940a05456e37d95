// The base class of optimizers, for those who write one.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor::detail {

class OptimizerBody {
 public:
  /// Throws Error (invalid_argument) for a rate that is not positive and finite, or for two kinds of clipping.
  OptimizerBody(std::string kind, LearningRate rate, Clipping clipping);
  virtual ~OptimizerBody() = default;
  OptimizerBody(const OptimizerBody&) = delete;
  OptimizerBody& operator=(const OptimizerBody&) = delete;

  void apply(std::span<const Tensor> gradients, std::span<const Variable> variables);
  void build(std::span<const Variable> variables);
  void reset();
  Config config() const;

  const std::string& kind() const { return kind_; }
  double learning_rate() const;
  void set_learning_rate(double rate);
  bool has_schedule() const { return schedule_.defined(); }
  std::int64_t iterations() const;
  std::vector<std::pair<std::string, Variable>> named_variables() const;

 protected:
  /// Names of the states kept for each weight: {"momentum", "velocity"}.
  virtual std::vector<std::string> state_names() const = 0;
  /// New values of the weights, then of each kind of state, from the weights, gradients and states (one list a kind).
  virtual std::vector<Tensor> update(const std::vector<Tensor>& weights, const std::vector<Tensor>& gradients,
                                     const std::vector<std::vector<Tensor>>& states, const Tensor& rate, const Tensor& step) = 0;
  virtual void describe(Config& config) const = 0;

 private:
  void make_counters();
  std::string kind_;
  Schedule schedule_;
  double rate_;
  Clipping clipping_;
  Variable iterations_, learning_rate_;
  std::vector<Variable> variables_;
  std::vector<std::vector<Variable>> states_;
};

}  // namespace candor::detail
