// A limit on the memory of weights: for networks described by a file that nobody vouches for, or by options that no machine can hold.
#pragma once

#include <cstddef>

#include "candor/base/error.h"
#include "candor/tensor/tensor.h"

namespace candor::detail {

/// While one lives, weights made on this thread may take `bytes` in all; one more is an Error of `kind` (corrupt or memory), before memory is taken.
class WeightBudget {
 public:
  explicit WeightBudget(std::size_t bytes, ErrorKind kind = ErrorKind::corrupt);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  /// Called before a weight of this type is made.
  static void take(const TensorType& type);

 private:
  std::size_t left_;
  ErrorKind kind_;
  WeightBudget* before_;
};

}  // namespace candor::detail
