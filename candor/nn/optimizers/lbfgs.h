// L-BFGS: for full batches and few weights.
#pragma once

#include <span>

#include "candor/base/function.h"
#include "candor/base/pointers.h"
#include "candor/base/shared.h"
#include "candor/graph/trace.h"

namespace candor {

struct LBFGSOptions {
  double learning_rate = 1;          ///< the first length that a line search tries
  std::int64_t max_iter = 20;        ///< iterations a step
  std::int64_t max_eval = 0;         ///< evaluations a step, checked after each iteration; 0: 5/4 of max_iter
  double tolerance_grad = 1e-7;      ///< a step ends when the largest |gradient| is at most this,
  double tolerance_change = 1e-9;    ///< or the loss or every weight changes by less than this
  std::int64_t history_size = 100;   ///< pairs of changes of weights and gradients kept
  bool strong_wolfe = true;          ///< false: the length is always learning_rate
};

/// Minimizes a function of variables by limited-memory BFGS (Nocedal 1980; Liu, Nocedal 1989) with a line search for the strong Wolfe conditions, as
/// torch.optim.LBFGS does. The function is compiled once and must be the same each time: all data, no dropout. A handle; copies share state.
class LBFGS {
 public:
  /// `loss` gives a scalar. Throws Error (invalid_argument) for options out of range and when there are no variables, Error (shape) when the
  /// loss is no scalar.
  LBFGS(const Function<Tensor()>& loss, std::span<const Variable> variables, const LBFGSOptions& options = {});
  /// Up to max_iter iterations; returns the loss before them. Throws Error (numeric), with the variables as they were, when that is not finite.
  double step() const;
  /// The loss where the variables stand now.
  double loss() const;
  std::int64_t iterations() const;
  std::int64_t evaluations() const;

 private:
  struct State;
  Shared<State> state_;
};

}  // namespace candor
