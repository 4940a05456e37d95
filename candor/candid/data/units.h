// Whether numbers of one part are those of another in other units.
#pragma once

#include <span>
#include <string>

namespace candor::candid::detail {

/// Largest distance of the distribution functions of two sorted samples.
double largest_distance(std::span<const double> a, std::span<const double> b);

/// other = factor * train + shift, found when the two samples then lie on each other and did not before.
struct UnitChange {
  bool found = false;
  double factor = 1, shift = 0;
  std::string text = {};  ///< "1000 times as large", "as if in degrees Fahrenheit", "standardised"
};
/// Sorted samples. `moved`: the other part is of another time or of other persons, so that numbers may well lie otherwise, and only what nothing but a unit does is found: powers of ten, degrees, standardising.
UnitChange unit_change(std::span<const double> train, std::span<const double> other, bool moved = false);

}  // namespace candor::candid::detail
