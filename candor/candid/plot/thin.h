// Fewer points that look the same: a page must stay small however long a series is.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/candid/plot/curve.h"

namespace candor::candid::plot {

/// At most about `limit` points: of each stretch the lowest and the highest, so that no peak is lost. Points keep their order.
Curve thinned(const Curve& curve, std::size_t limit = 400);
/// Numbers of at most `limit` of `n` points, spread evenly over them, in order; the same for every run.
std::vector<std::size_t> sampled(std::size_t n, std::size_t limit);

}  // namespace candor::candid::plot
