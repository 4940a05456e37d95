// The chargpt case: a small language model on characters, from the text to the training step.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench/inputs.h"
#include "bench/system.h"

namespace candor::bench {

/// Shapes of the weights in the order in which peers read them: token and position embedding; for each block norm, query, key, value,
/// output, norm, two dense layers (kernel and bias each); last norm; head without bias.
std::vector<Shape> chargpt_weights(const Case& c);

/// x: i32 ids of the whole text; order: where the windows of `context` + 1 characters begin. Throws Error (not_found) without CANDOR_DATA.
Inputs chargpt_inputs(const Case& c);

/// Candor's side: the model in layers and a step of AdamW, compiled.
std::unique_ptr<System> candor_chargpt(const Case& c, const Inputs& inputs, const PlanOptions& options = {});

}  // namespace candor::bench
