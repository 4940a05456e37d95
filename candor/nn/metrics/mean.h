// A running mean, for loops of one's own.
#pragma once

#include "candor/tensor/tensor.h"

namespace candor {

/// running.add(step(x, y)); ... running.result().
class Mean {
 public:
  void add(double value, double weight = 1) {
    sum_ += value * weight;
    weight_ += weight;
  }
  /// A scalar tensor. Throws Error (shape) for another.
  void add(const Tensor& value, double weight = 1) { add(value.item<double>(), weight); }
  /// NaN when nothing was added.
  double result() const { return sum_ / weight_; }
  double count() const { return weight_; }
  void reset() { sum_ = weight_ = 0; }

 private:
  double sum_ = 0, weight_ = 0;
};

}  // namespace candor
