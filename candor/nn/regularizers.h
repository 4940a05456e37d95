// Penalties on weights, added to the training loss.
#pragma once

#include "candor/nn/config.h"

namespace candor {

/// l1 * sum(|w|) + l2 * sum(w^2); both zero: none.
struct Regularizer {
  double l1 = 0, l2 = 0;

  bool defined() const { return l1 != 0 || l2 != 0; }
  /// The penalty, a scalar of w's dtype.
  Tensor operator()(const Tensor& w) const;
  /// Null when not defined, else {"class_name": "L1L2", ...}.
  Config config() const;
  static Regularizer from_config(const Config* config);
};

struct L1 { double l1 = 0.01; operator Regularizer() const { return {l1, 0}; } };
struct L2 { double l2 = 0.01; operator Regularizer() const { return {0, l2}; } };
struct L1L2 { double l1 = 0, l2 = 0; operator Regularizer() const { return {l1, l2}; } };

}  // namespace candor
