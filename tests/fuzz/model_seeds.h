// Seeds of fuzz_model and fuzz_config: small models of every way to put layers together, and every class's configuration.
#pragma once

#include <string>

namespace candor::fuzz {

/// Writes model files into `folder`, which is made.
void write_model_seeds(const std::string& folder);
/// Writes configurations as JSON into `folder`, which is made: each layer of layer_names(), optimizers, losses, metrics, a schedule, a model.
void write_config_seeds(const std::string& folder);

}  // namespace candor::fuzz
