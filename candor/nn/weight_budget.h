// A limit on the memory of weights, for networks described by a file that nobody vouches for.
#pragma once

#include <cstddef>

namespace candor::detail {

/// While one lives, weights made on this thread may take `bytes` in all; one more is Error (corrupt), before memory is taken.
class WeightBudget {
 public:
  explicit WeightBudget(std::size_t bytes);
  ~WeightBudget();
  WeightBudget(const WeightBudget&) = delete;
  WeightBudget& operator=(const WeightBudget&) = delete;

  /// Called before a weight is made.
  static void take(std::size_t bytes);

 private:
  std::size_t left_;
  WeightBudget* before_;
};

}  // namespace candor::detail
