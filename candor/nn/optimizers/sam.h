// Sharpness-aware minimization.
#pragma once

#include "candor/nn/optimizers/optimizer.h"

namespace candor {

struct SAMOptions {
  double rho = 0.05;      ///< length of the step uphill, positive
  bool adaptive = false;  ///< entries in proportion to the weights' size (ASAM, Kwon et al. 2021; its rho is about 10 times larger)
  std::string name{};
};
/// Foret et al. 2020: the inner optimizer steps by the gradient at w + rho g / |g|, |g| over all weights; adaptive: w + rho w^2 g / |w g|. A step computes
/// the loss twice (moving statistics of batch normalisation see both). With fit, or minimize(loss, variables); apply without the loss is an Error
/// (invalid_argument).
class SAM : public Optimizer {
 public:
  explicit SAM(const Optimizer& inner_optimizer, const SAMOptions& options = {});
};

}  // namespace candor
