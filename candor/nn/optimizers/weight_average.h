// Averages of weights along the way of training.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/base/shared.h"
#include "candor/graph/trace.h"

namespace candor {

/// The mean of the weights over the moments of update(): all alike (stochastic weight averaging, Izmailov et al. 2018: one update at the end of each of
/// the last epochs), or with a momentum the later ones more (an exponential average: one update a step). A handle; copies share the averages. Moving
/// statistics of batch normalisation are no parameters: after swap() let them settle by a pass over the training data in training mode.
class WeightAverage {
 public:
  /// momentum in [0, 1). Throws Error (invalid_argument) for another, and when there are no variables.
  explicit WeightAverage(std::span<const Variable> variables, std::optional<double> momentum = {});
  /// Takes the weights as they are now into the averages; may stand in a compiled step. The first update makes them the weights.
  void update() const;
  /// Exchanges weights and averages: once to use the average, once more to train on. Error (invalid_argument) before the first update.
  void swap() const;
  /// Updates so far.
  std::int64_t count() const;
  /// count, then the averages: what a checkpoint stores.
  std::vector<std::pair<std::string, Variable>> named_variables() const;

 private:
  struct State;
  Shared<State> state_;
};

}  // namespace candor
