// The net of a case as a Candor model.
#pragma once

#include <vector>

#include "bench/inputs.h"
#include "candor/nn/model.h"

namespace candor::bench {

/// Built, with the case's weights. Takes rows as the inputs have them: u8 pixels are scaled by the first layer.
Sequential make_network(const Case& c, const Inputs& inputs);

}  // namespace candor::bench
