// Several optimizers for one model.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

/// Which optimizer updates a weight: the one whose regular expression matches the whole path ("encoder/.*"), else the default.
struct OptimizerMap {
  Optimizer default_optimizer;
  std::vector<std::pair<std::string, Optimizer>> optimizer_map{};
};

struct MultiOptimizerOptions {
  std::optional<double> loss_scale_factor{};
  std::string name{};
};
/// Each weight is updated by its own optimizer of the map (Keras's MultiOptimizer). learning_rate() is the default optimizer's; rates are set on the
/// optimizers themselves. Throws Error (invalid_argument) for a weight that two patterns match, an empty optimizer, one optimizer inside another kind
/// of wrapper.
class MultiOptimizer : public Optimizer {
 public:
  explicit MultiOptimizer(const OptimizerMap& optimizer_map, const MultiOptimizerOptions& options = {});
};

}  // namespace candor
