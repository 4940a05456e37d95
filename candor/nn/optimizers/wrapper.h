// The base class of optimizers that stand before another one: what they do not change, the inner one answers.
#pragma once

#include "candor/nn/optimizers/optimizer_body.h"

namespace candor::detail {

class OptimizerWrapper : public OptimizerBody {
 public:
  /// Throws Error (invalid_argument) when `inner` is empty or itself of this kind.
  OptimizerWrapper(std::string kind, std::string name, const Optimizer& inner);

  double learning_rate() const override { return inner_->learning_rate(); }
  void set_learning_rate(double rate) override { inner_->set_learning_rate(rate); }
  bool has_schedule() const override { return inner_->has_schedule(); }
  std::int64_t iterations() const override { return inner_->iterations(); }
  std::int64_t calls() const override { return inner_->calls(); }
  Tensor scale_loss(const Tensor& loss) const override { return inner_->scale_loss(loss); }
  void exclude_from_weight_decay(const std::vector<std::string>& names, std::span<const Variable> variables) override {
    inner_->exclude_from_weight_decay(names, variables);
  }
  void scale_learning_rate(const std::string& pattern, double factor) override { inner_->scale_learning_rate(pattern, factor); }
  void finalize() override { inner_->finalize(); }
  void swap_averages() override { inner_->swap_averages(); }
  void set_loss_scale_factor(std::optional<double> factor) override { inner_->set_loss_scale_factor(factor); }

 protected:
  OptimizerBody& inner() const { return *inner_; }

 private:
  std::shared_ptr<OptimizerBody> inner_;
};

}  // namespace candor::detail
