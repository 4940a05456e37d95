// A step length that satisfies the strong Wolfe conditions.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/base/function.h"

namespace candor::detail {

/// Value and gradient of a function at a point.
struct Evaluation {
  double value = 0;
  std::vector<double> gradient;
};

struct LinePoint {
  double length = 0;  ///< along the direction
  Evaluation at;
  double slope = 0;   ///< of the function along the direction
};

struct LineSearchResult {
  LinePoint point;
  std::int64_t evaluations = 0;
};

double dot(const std::vector<double>& a, const std::vector<double>& b);
double largest(const std::vector<double>& a);

/// Finds a length with f(t) <= f + c1 t slope and |slope(t)| <= c2 |slope| by bracketing and cubic interpolation (Nocedal, Wright, Numerical
/// Optimization, algorithms 3.5 and 3.6; the details are those of PyTorch's _strong_wolfe). `evaluate` gives the function `length` along `direction`;
/// `start` is length 0; `first` the first length tried. At most 25 further evaluations.
LineSearchResult strong_wolfe(const Function<Evaluation(double length)>& evaluate, const std::vector<double>& direction, LinePoint start, double first);

}  // namespace candor::detail
