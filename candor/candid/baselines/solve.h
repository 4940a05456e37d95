// Small dense problems: symmetric linear systems and smooth functions to be minimised.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "candor/base/function.h"
#include "candor/candid/baselines/matrix.h"

namespace candor::candid {

/// The Cholesky factor of a positive semi-definite matrix. Directions that depend on earlier ones are left out: what is solved for is 0 there.
class Cholesky {
 public:
  explicit Cholesky(Matrix symmetric);
  std::vector<double> solve(std::span<const double> right) const;

 private:
  Matrix factor_;
};

struct MinimiseOptions {
  int iterations = 1000;
  double gradient = 1e-9;  ///< ends when no entry of the gradient is larger
  int memory = 10;
};

/// L-BFGS with a line search for the weak Wolfe conditions (Lewis and Overton, 2013). `function` returns the value at a point and fills the
/// gradient. Returns the lowest point found.
std::vector<double> minimise(std::vector<double> start, const Function<double(std::span<const double>, std::span<double>)>& function,
                             const MinimiseOptions& options = {});

}  // namespace candor::candid
