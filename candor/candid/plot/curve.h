// A line through points: what the curves of a report are made of.
#pragma once

#include <string>
#include <vector>

namespace candor::candid {

/// A line through points, for curves of any kind. `x` and `y` have one length; what is not finite is a gap.
struct Curve {
  std::string name;
  std::vector<double> x, y;
  std::vector<double> low = {}, high = {};  ///< an interval around y; empty when there is none
};

}  // namespace candor::candid
