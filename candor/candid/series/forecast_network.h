// The network of a forecaster, put together from its parts.
#pragma once

#include <vector>

#include "candor/candid/series/direct_linear.h"
#include "candor/nn/model.h"

namespace candor::candid {

/// A small network for what the linear part leaves over, untrained: [own + horizon * ahead] -> [horizon]. What was seen is looked at once; every
/// step ahead looks at that and at its own calendar, by the same weights.
Model residual_network(const DirectLinear& linear, std::int64_t width);

/// linear + gain * mean of the networks, in one model that shares their weights.
Model forecast_network(const DirectLinear& linear, const std::vector<Model>& networks, double gain);

}  // namespace candor::candid
